import type { GrowingTexts } from '../growing-texts.ts';
import { asArray, asObject, type JsonObject } from '../json-value.ts';

/** Members of a delta that come in pieces. `reasoning` is OpenRouter's name for `reasoning_content`. */
export const TEXTS: ReadonlySet<string> = new Set(['content', 'refusal', 'reasoning_content', 'reasoning']);

/** A list grows in place: a copy for each event would make long ones, such as logprobs, quadratic. */
function pushAll(target: JsonObject, key: string, values: readonly unknown[]): void {
  const list = target[key];
  if (!Array.isArray(list)) target[key] = values;
  else for (let at = 0; at < values.length; at += 1) list.push(values[at]);
}

function addLogprobs(choice: JsonObject, part: unknown): void {
  const said = asObject(part);
  if (said === undefined) return;
  const logprobs = asObject(choice.logprobs) ?? {};
  for (const [key, value] of Object.entries(said)) {
    if (Array.isArray(value)) pushAll(logprobs, key, value);
    else logprobs[key] ??= value;
  }
  choice.logprobs = logprobs;
}

/** A member of the delta that has no rule of its own: lists grow, everything else is set. */
function addUnknown(message: JsonObject, key: string, value: unknown): void {
  if (Array.isArray(value)) pushAll(message, key, value);
  else if (value !== null || !(key in message)) message[key] = value;
}

/** One choice of a completion, growing chunk by chunk. */
export class Choice {
  readonly index: number;
  readonly #choice: JsonObject;
  readonly #message: JsonObject = { role: 'assistant', content: null, refusal: null };
  readonly #calls = new Map<number, JsonObject>();
  readonly #texts: GrowingTexts;

  constructor(index: number, texts: GrowingTexts) {
    this.index = index;
    this.#choice = { index, logprobs: null, finish_reason: null };
    this.#texts = texts;
  }

  get finished(): boolean {
    return this.#choice.finish_reason !== null;
  }

  add(part: JsonObject): void {
    const { delta, logprobs, finish_reason, index: _index, ...members } = part;
    Object.assign(this.#choice, members);
    if (finish_reason) this.#choice.finish_reason = finish_reason;
    addLogprobs(this.#choice, logprobs);
    for (const [key, value] of Object.entries(asObject(delta) ?? {})) this.#addMember(key, value);
  }

  addText(key: string, piece: string): void {
    // An empty first piece opens no text: a refusal or tool call has `content: null` at the vendor's.
    if (piece !== '') this.#texts.append(this.#message, key, piece);
  }

  /** The texts are settled. */
  body(): JsonObject {
    const message = this.#message;
    const ordered = [...this.#calls].sort(([a], [b]) => a - b).map(([, call]) => call);
    return { ...this.#choice, message: ordered.length > 0 ? { ...message, tool_calls: ordered } : message };
  }

  #addMember(key: string, value: unknown): void {
    const message = this.#message;
    if (TEXTS.has(key)) {
      if (typeof value === 'string') this.addText(key, value);
    } else if (key === 'tool_calls') {
      for (const part of asArray(value)) this.#addToolCall(asObject(part) ?? {});
    } else if (key === 'function_call' && asObject(value)) {
      message.function_call = this.#addFunction(asObject(message.function_call) ?? {}, value as JsonObject);
    } else if (key === 'audio' && asObject(value)) this.#addAudio(value as JsonObject);
    else addUnknown(message, key, value);
  }

  /** Sets the members of one tool call or function call; only its arguments come in pieces. */
  #addFunction(target: JsonObject, part: JsonObject): JsonObject {
    for (const [key, value] of Object.entries(part)) {
      if (key !== 'arguments') {
        if (value !== null && value !== '') target[key] = value;
      } else if (typeof value === 'string') this.#texts.append(target, key, value);
    }
    return target;
  }

  #addToolCall(part: JsonObject): void {
    const calls = this.#calls;
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
    if (said !== undefined)
      call.function = this.#addFunction(asObject(call.function) ?? { name: '', arguments: '' }, said);
  }

  #addAudio(part: JsonObject): void {
    const audio = asObject(this.#message.audio) ?? {};
    for (const [key, value] of Object.entries(part)) {
      if (key !== 'data' && key !== 'transcript') {
        if (value !== null) audio[key] = value;
      } else if (typeof value === 'string') this.#texts.append(audio, key, value);
    }
    this.#message.audio = audio;
  }
}
