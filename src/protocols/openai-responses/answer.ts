import type { FieldReader } from '../field-reader.ts';
import { asArray, asObject, asString, compact, type JsonObject } from '../json-value.ts';
import { readError } from '../upstream-error.ts';
import { responsesUsage } from '../usage.ts';
import type { WholeAnswer } from '../wire-format.ts';

type Answer = Extract<WholeAnswer, { kind: 'answer' }>;

/** A failed response is an error, as it is for a watched stream, so that it can fail over. */
export function readAnswer(body: FieldReader): WholeAnswer {
  const error = body.value('error') ?? undefined;
  if (error !== undefined || body.value('status') === 'failed') {
    return { kind: 'error', ...readError(error ?? 'the response failed', ['code', 'type']) };
  }
  if (!body.isArray('output'))
    return { kind: 'not-api', detail: 'JSON, but neither a response nor an error' };
  return compact<Answer>({
    kind: 'answer',
    usage: responsesUsage(body.value('usage')),
    model: asString(body.value('model')),
  });
}

export function answerText(answer: JsonObject): string {
  return asArray(answer.output)
    .flatMap((item) => asArray(asObject(item)?.content))
    .map((part) => (asObject(part)?.type === 'output_text' ? (asString(asObject(part)?.text) ?? '') : ''))
    .join('');
}
