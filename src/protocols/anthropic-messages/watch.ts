import { asObject, asString, type JsonObject } from '../json-value.ts';
import { Needles } from '../needles.ts';
import { readError } from '../upstream-error.ts';
import { messagesUsage, overwriteUsage } from '../usage.ts';
import type { StreamEvent, WatchRules, WatchState } from '../wire-format.ts';

/** The type of an event: in the data, or, where a relay left it out there, in the `event:` line. */
export function typeOf(event: StreamEvent, data: JsonObject): string {
  return asString(data.type) ?? (data.error === undefined ? event.event : 'error');
}

/** The `output_tokens: 1` that stands here is a placeholder: only a message_delta counts what was written. */
function start(state: WatchState, data: JsonObject): void {
  const message = asObject(data.message);
  const model = asString(message?.model);
  if (model !== undefined) state.model = model;
  const { outputTokens: _placeholder, ...counted } = messagesUsage(message?.usage);
  state.usage = overwriteUsage(state.usage, counted);
  state.started = true;
}

function observe(state: WatchState, event: StreamEvent): void {
  const data = event.json ?? {};
  switch (typeOf(event, data)) {
    case 'message_start':
      start(state, data);
      break;
    case 'content_block_start':
    case 'content_block_delta':
    case 'content_block_stop':
      state.hasContent = true;
      break;
    case 'message_delta':
      state.usage = overwriteUsage(state.usage, messagesUsage(data.usage));
      break;
    case 'message_stop':
      state.complete = true;
      break;
    case 'error':
      state.error ??= readError(data.error ?? event.data);
      break;
  }
}

export const watch: WatchRules = {
  observe,
  texts: /"(?:text|thinking|partial_json)"\s*:\s*(?=")/g,
  // Neither s nor r stands in the frame of a content_block_delta.
  needles: new Needles(['ssage_', 'rror']),
  marks: /"(?:message_(?:delta|stop)|error)"|event: ?error/,
};
