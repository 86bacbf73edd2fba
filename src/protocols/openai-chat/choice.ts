import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';

/** One choice of a completion, growing chunk by chunk. */
export interface Choice {
  readonly index: number;
  add(part: JsonObject): void;
  finished(): boolean;
  body(): JsonObject;
}

/** Members of a delta that come in pieces. `reasoning` is OpenRouter's name for `reasoning_content`. */
const TEXTS = new Set(['content', 'refusal', 'reasoning_content', 'reasoning']);

function append(target: JsonObject, key: string, piece: unknown): void {
  if (typeof piece === 'string') target[key] = `${asString(target[key]) ?? ''}${piece}`;
}

/** Sets the members of one tool call or function call; only its arguments come in pieces. */
function addFunction(target: JsonObject, part: JsonObject): void {
  for (const [key, value] of Object.entries(part)) {
    if (key === 'arguments') append(target, key, value);
    else if (value !== null && value !== '') target[key] = value;
  }
}

function addToolCall(calls: Map<number, JsonObject>, part: JsonObject): void {
  const { index, function: called, ...members } = part;
  // Some vendors leave the index out: an id then begins another call, its lack goes on with the last one.
  const unnamed = members.id ? calls.size : Math.max(0, calls.size - 1);
  const at = typeof index === 'number' ? index : unnamed;
  const call = calls.get(at) ?? {};
  calls.set(at, call);
  for (const [key, value] of Object.entries(members)) {
    if (value !== null && value !== '') call[key] = value;
  }
  const said = asObject(called);
  if (said === undefined) return;
  const target = asObject(call.function) ?? { name: '', arguments: '' };
  addFunction(target, said);
  call.function = target;
}

function addLogprobs(choice: JsonObject, part: unknown): void {
  const said = asObject(part);
  if (said === undefined) return;
  const logprobs = asObject(choice.logprobs) ?? {};
  for (const [key, value] of Object.entries(said)) {
    if (Array.isArray(value)) logprobs[key] = [...asArray(logprobs[key]), ...value];
    else logprobs[key] ??= value;
  }
  choice.logprobs = logprobs;
}

function addAudio(message: JsonObject, part: JsonObject): void {
  const audio = asObject(message.audio) ?? {};
  for (const [key, value] of Object.entries(part)) {
    if (key === 'data' || key === 'transcript') append(audio, key, value);
    else if (value !== null) audio[key] = value;
  }
  message.audio = audio;
}

/** A member of the delta that has no rule of its own: lists grow, everything else is set. */
function addUnknown(message: JsonObject, key: string, value: unknown): void {
  if (Array.isArray(value)) message[key] = [...asArray(message[key]), ...value];
  else if (value !== null || !(key in message)) message[key] = value;
}

function addDelta(message: JsonObject, calls: Map<number, JsonObject>, delta: JsonObject): void {
  for (const [key, value] of Object.entries(delta)) {
    // An empty first piece opens no text: a refusal or tool call has `content: null` at the vendor's.
    if (TEXTS.has(key)) append(message, key, value || null);
    else if (key === 'tool_calls')
      for (const part of asArray(value)) addToolCall(calls, asObject(part) ?? {});
    else if (key === 'function_call' && asObject(value)) {
      message.function_call = { ...asObject(message.function_call) };
      addFunction(message.function_call as JsonObject, value as JsonObject);
    } else if (key === 'audio' && asObject(value)) addAudio(message, value as JsonObject);
    else addUnknown(message, key, value);
  }
}

export function createChoice(index: number): Choice {
  const choice: JsonObject = { index, logprobs: null, finish_reason: null };
  const message: JsonObject = { role: 'assistant', content: null, refusal: null };
  const calls = new Map<number, JsonObject>();
  return {
    index,
    finished: () => choice.finish_reason !== null,
    add(part) {
      const { delta, logprobs, finish_reason, index: _index, ...members } = part;
      Object.assign(choice, members);
      if (finish_reason) choice.finish_reason = finish_reason;
      addLogprobs(choice, logprobs);
      addDelta(message, calls, asObject(delta) ?? {});
    },
    body() {
      const ordered = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
      return { ...choice, message: ordered.length > 0 ? { ...message, tool_calls: ordered } : message };
    },
  };
}
