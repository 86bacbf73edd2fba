import type { FieldReader } from '../field-reader.ts';
import { asArray, asObject, asString, compact, type JsonObject } from '../json-value.ts';
import { readError } from '../upstream-error.ts';
import { chatUsage } from '../usage.ts';
import type { WholeAnswer } from '../wire-format.ts';

type Answer = Extract<WholeAnswer, { kind: 'answer' }>;

/** No choice at all is no answer, though relays send it under a 200. */
export function readAnswer(body: FieldReader): WholeAnswer {
  const error = body.value('error') ?? undefined;
  if (error !== undefined) return { kind: 'error', ...readError(error) };
  if (!body.isArray('choices'))
    return { kind: 'not-api', detail: 'JSON, but neither a completion nor an error' };
  const choices = body.value('choices');
  if (Array.isArray(choices) && choices.length === 0) return { kind: 'empty' };
  return compact<Answer>({
    kind: 'answer',
    usage: chatUsage(body.value('usage')),
    model: asString(body.value('model')),
  });
}

/** Content is a text, or, at some vendors, a list of parts. */
export function answerText(answer: JsonObject): string {
  const content = asObject(asObject(asArray(answer.choices)[0])?.message)?.content;
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => asString(asObject(part)?.text) ?? '')
    .join('');
}
