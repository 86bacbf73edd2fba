import type { SseEvent } from '../../sse/sse.ts';
import { asArray, asObject, type JsonObject, parseObject } from '../json-value.ts';
import { readError } from '../upstream-error.ts';
import type { Aggregate, Aggregation, UpstreamError } from '../wire-format.ts';
import { type Choice, createChoice } from './choice.ts';
import { errorOf } from './watch.ts';

/** Members that exist only to frame or pad a stream. */
const STREAM_ONLY = new Set(['choices', 'object', 'obfuscation', 'error']);

/** Later chunks overwrite what earlier ones said, but a null never wipes out a value. */
function overwriteSaid(target: JsonObject, chunk: JsonObject): void {
  for (const [key, value] of Object.entries(chunk)) {
    if (STREAM_ONLY.has(key)) continue;
    if (value !== null || !(key in target)) target[key] = value;
  }
}

/** Folds the chunks into a `chat.completion`, each choice by its index, as the vendor's own clients do. */
export function createAggregation(): Aggregation {
  const body: JsonObject = {};
  const choices = new Map<number, Choice>();
  let error: UpstreamError | undefined;

  function addChoice(part: JsonObject): void {
    const index = typeof part.index === 'number' ? part.index : 0;
    const choice = choices.get(index) ?? createChoice(index);
    choices.set(index, choice);
    choice.add(part);
  }

  function add(event: SseEvent): void {
    const data = parseObject(event.data);
    const said = errorOf(event, data);
    if (said !== undefined) error ??= readError(said);
    if (data === undefined) return;
    overwriteSaid(body, data);
    for (const part of asArray(data.choices)) addChoice(asObject(part) ?? {});
  }

  function result(): Aggregate {
    if (error !== undefined) return { kind: 'error', ...error };
    if (choices.size === 0) return { kind: 'incomplete', detail: 'no choice' };
    const ordered = [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice);
    const open = ordered.find((choice) => !choice.finished());
    if (open !== undefined) {
      return { kind: 'incomplete', detail: `no finish_reason for choice ${open.index}` };
    }
    return {
      kind: 'complete',
      body: { ...body, object: 'chat.completion', choices: ordered.map((choice) => choice.body()) },
    };
  }

  return { add, result };
}
