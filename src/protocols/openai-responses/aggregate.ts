import { asArray, asObject, type JsonObject } from '../json-value.ts';
import type { TextScan } from '../text-scan.ts';
import type { Aggregate, Aggregation, StreamEvent, UpstreamError, WatchState } from '../wire-format.ts';
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

const EVENT_LINE = 'event: response.output_text.delta\n';
const DELTA = 'data: {"type":"response.output_text.delta","sequence_number":';

/**
 * A text delta in the form in which the vendor writes it, with or without its padding. Leaves the sequence number in
 * `number`.
 */
function scanDelta(scan: TextScan): boolean {
  scan.literal(EVENT_LINE);
  if (!scan.literal(DELTA) || !scan.digits()) return false;
  const sequence = scan.number;
  const hasPlace =
    scan.literal(',"item_id":') &&
    scan.plainString() &&
    scan.literal(',"output_index":') &&
    scan.digits() &&
    scan.literal(',"content_index":') &&
    scan.digits();
  if (!hasPlace || !scan.literal(',"delta":') || !scan.string() || scan.value() === undefined) return false;
  scan.literal(',"logprobs":[]');
  if (scan.literal(',"obfuscation":') && !scan.plainString()) return false;
  scan.number = sequence;
  return scan.literal('}\n\n');
}

/**
 * The terminal event carries the whole object. A failed response is a complete answer here, as it is for the
 * vendor's non-streaming clients, who find `status: "failed"` in it; the stream's watch reports it as an error
 * besides, so that it can fail over before anything was sent.
 */
export const createAggregation = (): Aggregation => new ResponseAggregation();

class ResponseAggregation implements Aggregation {
  #body: JsonObject | undefined;
  #error: UpstreamError | undefined;
  readonly #items = new Map<number, unknown>();

  /** A piece of text is nothing to this aggregate, which comes whole at the end. */
  addText(scan: TextScan, state: WatchState): boolean {
    const from = scan.at;
    if (!scanDelta(scan)) {
      scan.at = from;
      return false;
    }
    state.hasContent = true;
    state.lastSequence = scan.number;
    return true;
  }

  add(event: StreamEvent): void {
    const data = event.json ?? {};
    const type = typeOf(event, data);
    if (TERMINAL.has(type)) this.#body ??= asObject(data.response);
    else if (type === 'response.output_item.done') this.#items.set(Number(data.output_index), data.item);
    else if (type === 'error') this.#error ??= streamError(event, data);
  }

  result(): Aggregate {
    if (this.#body !== undefined) return { kind: 'complete', body: withOutput(this.#body, this.#items) };
    if (this.#error !== undefined) return { kind: 'error', ...this.#error };
    return { kind: 'incomplete', detail: 'no response.completed, response.incomplete or response.failed' };
  }
}
