import type { SseEvent } from '../../sse/sse.ts';
import { asObject, type JsonObject, parseObject } from '../json-value.ts';
import type { Aggregate, Aggregation, UpstreamError } from '../wire-format.ts';
import { streamError, typeOf } from './watch.ts';

const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/**
 * The terminal event carries the whole object. A failed response is a complete answer here, as it is for the
 * vendor's non-streaming clients, who find `status: "failed"` in it; the stream's watch reports it as an error
 * besides, so that it can fail over before anything was sent.
 */
export function createAggregation(): Aggregation {
  let body: JsonObject | undefined;
  let error: UpstreamError | undefined;

  function add(event: SseEvent): void {
    const data = parseObject(event.data) ?? {};
    const type = typeOf(event, data);
    if (TERMINAL.has(type)) body ??= asObject(data.response);
    else if (type === 'error') error ??= streamError(event, data);
  }

  function result(): Aggregate {
    if (body !== undefined) return { kind: 'complete', body };
    if (error !== undefined) return { kind: 'error', ...error };
    return { kind: 'incomplete', detail: 'no response.completed, response.incomplete or response.failed' };
  }

  return { add, result };
}
