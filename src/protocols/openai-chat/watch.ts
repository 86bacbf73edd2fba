import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { Needles } from '../needles.ts';
import { readError } from '../upstream-error.ts';
import { chatUsage, overwriteUsage } from '../usage.ts';
import type { StreamEvent, WatchRules, WatchState } from '../wire-format.ts';

const isDone = (event: StreamEvent): boolean => event.data.trim() === '[DONE]';

/** The error of a chunk, as vendors and relays send it in mid-stream; undefined where there is none. */
export function errorOf({ event, data, json }: StreamEvent): unknown {
  return json?.error ?? (event === 'error' ? (json ?? data) : undefined);
}

const isFilled = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.keys(value).length > 0
    : value !== null && value !== undefined && value !== '';

/** A first chunk with the role and an empty text says nothing yet. */
const hasContent = (delta: unknown): boolean =>
  Object.entries(asObject(delta) ?? {}).some(([key, value]) => key !== 'role' && isFilled(value));

function observeChoice(state: WatchState, choice: JsonObject | undefined): void {
  if (isFilled(choice?.finish_reason)) {
    state.finished = true;
    state.hasContent = true;
  } else if (hasContent(choice?.delta)) {
    state.hasContent = true;
  }
}

function observe(state: WatchState, event: StreamEvent): void {
  if (isDone(event)) {
    state.complete = true;
    return;
  }
  const data = event.json;
  const error = errorOf(event);
  if (error !== undefined) {
    state.error ??= readError(error);
    return;
  }
  const model = asString(data?.model);
  if (state.model === undefined && model) state.model = model;
  state.started = true;
  if (data?.usage) state.usage = overwriteUsage(state.usage, chatUsage(data.usage));
  for (const choice of asArray(data?.choices)) observeChoice(state, asObject(choice));
}

/**
 * `null` members stand in every chunk of most vendors and must not match. A finish_reason is looked for in the ways in
 * which JSON is written: without blanks, with one behind the colon, with one on both sides. Usage counts tokens.
 */
export const watch: WatchRules = {
  observe,
  texts: /"(?:content|reasoning_content|reasoning|refusal|arguments)"\s*:\s*(?=")/g,
  needles: new Needles(['DONE]', 'rror', 'kens"', 'son":"', 'son": "', 'son" ']),
  marks: /\[DONE\]|"(?:finish_reason"\s*:\s*"|usage"\s*:\s*\{|error"\s*:\s*[^n\s])|event: ?error/,
};
