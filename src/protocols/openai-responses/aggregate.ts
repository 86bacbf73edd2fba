import type { SseEvent } from '../../sse/sse.ts';
import { asArray, asObject, type JsonObject, parseObject } from '../json-value.ts';
import type { Aggregate, Aggregation, UpstreamError } from '../wire-format.ts';
import { streamError, typeOf } from './watch.ts';

const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/**
 * Some backends leave `output` empty in the terminal event and send the items only in events of their own. A list
 * that is filled always wins.
 */
function withOutput(response: JsonObject, items: ReadonlyMap<number, unknown>): JsonObject {
  if (asArray(response.output).length > 0 || items.size === 0) return response;
  return { ...response, output: [...items].sort(([a], [b]) => a - b).map(([, item]) => item) };
}

/**
 * The terminal event carries the whole object. A failed response is a complete answer here, as it is for the
 * vendor's non-streaming clients, who find `status: "failed"` in it; the stream's watch reports it as an error
 * besides, so that it can fail over before anything was sent.
 */
export function createAggregation(): Aggregation {
  let body: JsonObject | undefined;
  let error: UpstreamError | undefined;
  const items = new Map<number, unknown>();

  function add(event: SseEvent): void {
    const data = parseObject(event.data) ?? {};
    const type = typeOf(event, data);
    if (TERMINAL.has(type)) body ??= asObject(data.response);
    else if (type === 'response.output_item.done') items.set(Number(data.output_index), data.item);
    else if (type === 'error') error ??= streamError(event, data);
  }

  function result(): Aggregate {
    if (body !== undefined) return { kind: 'complete', body: withOutput(body, items) };
    if (error !== undefined) return { kind: 'error', ...error };
    return { kind: 'incomplete', detail: 'no response.completed, response.incomplete or response.failed' };
  }

  return { add, result };
}
