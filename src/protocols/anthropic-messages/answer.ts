import type { FieldReader } from '../field-reader.ts';
import { asArray, asObject, asString, compact, type JsonObject } from '../json-value.ts';
import { readError } from '../upstream-error.ts';
import { messagesUsage } from '../usage.ts';
import type { WholeAnswer } from '../wire-format.ts';

type Answer = Extract<WholeAnswer, { kind: 'answer' }>;

/** A Message without content blocks is an answer: a model may have nothing to say. */
export function readAnswer(body: FieldReader): WholeAnswer {
  const type = body.value('type');
  if (body.isArray('content') && (type === 'message' || body.value('role') === 'assistant')) {
    return compact<Answer>({
      kind: 'answer',
      usage: messagesUsage(body.value('usage')),
      model: asString(body.value('model')),
    });
  }
  const error = body.value('error') ?? undefined;
  if (type === 'error' || error !== undefined) return { kind: 'error', ...readError(error) };
  return { kind: 'not-api', detail: 'JSON, but neither a message nor an error' };
}

export function answerText(answer: JsonObject): string {
  return asArray(answer.content)
    .map((block) => asString(asObject(block)?.text) ?? '')
    .join('');
}
