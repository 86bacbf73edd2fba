import { isSpace } from '../json-string.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from '../json-value.ts';
import { Needles } from '../needles.ts';
import { readError } from '../upstream-error.ts';
import { overwriteUsage, responsesUsage } from '../usage.ts';
import type { StreamEvent, UpstreamError, WatchRules, WatchState } from '../wire-format.ts';

/** Events that carry part of the answer; created, in_progress, queued and keepalive do not. */
const CONTENT = /^response\..*(?:output_|content_part|_call|reasoning|refusal|delta)/;

const SEQUENCE_KEY = Buffer.from('"sequence_number"');

const COLON = 0x3a;
const ZERO = 0x30;

/** The whole number that stands after a key. */
function countAfter(bytes: Buffer, keyEnd: number): number | undefined {
  let at = keyEnd;
  while (bytes[at] === COLON || isSpace(bytes[at])) at += 1;
  const start = at;
  let count = 0;
  for (; at < bytes.length; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    count = count * 10 + digit;
  }
  return at === start ? undefined : count;
}

/** The type of an event: in the data, or, where a relay left it out there, in the `event:` line. */
export function typeOf(event: StreamEvent, data: JsonObject): string {
  return asString(data.type) ?? (asObject(data.error) === undefined ? event.event : 'error');
}

/** The code says more than the type, which is always `error` here. */
export function streamError(event: StreamEvent, data: JsonObject): UpstreamError {
  return readError(data.error ?? (asString(data.message) === undefined ? event.data : data), [
    'code',
    'type',
  ]);
}

/** Why a response failed. */
const failureOf = (response: JsonObject | undefined): UpstreamError =>
  readError(response?.error ?? 'the response failed', ['code', 'type']);

function observeResponse(state: WatchState, response: JsonObject | undefined): void {
  const model = asString(response?.model);
  if (model !== undefined) state.model = model;
  if (response?.usage) state.usage = overwriteUsage(state.usage, responsesUsage(response.usage));
  if (asArray(response?.output).length > 0) state.hasContent = true;
}

function observe(state: WatchState, event: StreamEvent): void {
  const data = event.json ?? {};
  const type = typeOf(event, data);
  const sequence = asCount(data.sequence_number);
  if (sequence !== undefined) state.lastSequence = sequence;
  if (CONTENT.test(type)) state.hasContent = true;
  if (type === 'error') {
    state.error ??= streamError(event, data);
    return;
  }
  const response = asObject(data.response);
  if (type === 'response.created') state.started = true;
  if (response !== undefined) observeResponse(state, response);
  if (type === 'response.failed') state.error ??= failureOf(response);
  if (type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed') {
    state.complete = true;
  }
}

export const watch: WatchRules = {
  observe,
  texts: /"delta"\s*:\s*(?=")/g,
  // `response.` stands in each event: the rare letters of what follows are searched for.
  needles: new Needles(['mplete', 'failed', 'rror']),
  marks: /"(?:response\.(?:completed|failed|incomplete)|error)"|event: ?error/,
  skim(state, bytes) {
    const key = bytes.lastIndexOf(SEQUENCE_KEY);
    if (key === -1) return;
    const sequence = countAfter(bytes, key + SEQUENCE_KEY.length);
    if (sequence !== undefined) state.lastSequence = sequence;
  },
};
