import { GrowingTexts } from '../growing-texts.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import type { TextScan } from '../text-scan.ts';
import { readError } from '../upstream-error.ts';
import type { Aggregate, Aggregation, StreamEvent, UpstreamError, WatchState } from '../wire-format.ts';
import { typeOf } from './watch.ts';

/**
 * The vendor's documents ask that broken tool input (cut by max_tokens, fine-grained tool streaming) be handed on
 * in this wrapping, so that it stays a valid object and nothing is lost.
 */
function toolInput(json: string): unknown {
  if (json.trim() === '') return {};
  try {
    return JSON.parse(json);
  } catch {
    return { INVALID_JSON: json };
  }
}

/** What the deltas of a block append, by the delta's type: the member that holds the piece. */
const PIECES: Readonly<Record<string, 'text' | 'thinking' | 'partial_json'>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  input_json_delta: 'partial_json',
};

/** One content block, growing by deltas. */
class Block {
  readonly content: JsonObject;
  /** `partial_json`: the pieces of a tool's input, parsed when all are there. */
  readonly #input: JsonObject = {};
  readonly #texts: GrowingTexts;

  constructor(content: unknown, texts: GrowingTexts) {
    this.content = { ...asObject(content) };
    this.#texts = texts;
  }

  append(key: 'text' | 'thinking' | 'partial_json', piece: string): void {
    this.#texts.append(key === 'partial_json' ? this.#input : this.content, key, piece);
  }

  apply(delta: JsonObject): void {
    const { type, ...members } = delta;
    const piece = typeof type === 'string' ? PIECES[type] : undefined;
    if (piece !== undefined) this.append(piece, asString(delta[piece]) ?? '');
    else if (type === 'citations_delta') this.#cite(delta.citation);
    else {
      // signature_delta and every delta not known yet: it carries final values of the block's members.
      this.#texts.settle(this.content);
      Object.assign(this.content, members);
    }
  }

  /** The texts are settled. */
  finish(): JsonObject {
    const json = this.#input.partial_json;
    return typeof json === 'string' ? { ...this.content, input: toolInput(json) } : this.content;
  }

  /** Pushed, not copied: a copy for each citation would make long lists quadratic. */
  #cite(citation: unknown): void {
    const { citations } = this.content;
    if (Array.isArray(citations)) citations.push(citation);
    else this.content.citations = [citation];
  }
}

function overwriteSaid(target: JsonObject, said: JsonObject): void {
  for (const [key, value] of Object.entries(said)) {
    if (value !== null || !(key in target)) target[key] = value;
  }
}

/**
 * Counts are cumulative. Relays end with zeros, which never beat an earlier count; what `message_start` says of output
 * is none.
 */
function overwriteCounts(counts: JsonObject, said: JsonObject, outputCounted: boolean): void {
  for (const [key, count] of Object.entries(said)) {
    const isCounted = typeof counts[key] === 'number' && (outputCounted || key !== 'output_tokens');
    const isNews = count !== null && (count !== 0 || !isCounted);
    if (isNews || !(key in counts)) counts[key] = count;
  }
}

const EVENT_LINE = 'event: content_block_delta\n';
const DELTA = 'data: {"type":"content_block_delta","index":';

/**
 * The piece of a delta in the form in which the vendor writes it, which may have blanks before the last brace;
 * undefined: it looks otherwise. Leaves the block's index in `number`.
 */
function scanDelta(scan: TextScan): 'text' | 'thinking' | 'partial_json' | undefined {
  scan.literal(EVENT_LINE);
  if (!scan.literal(DELTA) || !scan.digits() || !scan.literal(',"delta":{"type":"')) return undefined;
  const key = scan.literal('text_delta","text":')
    ? 'text'
    : scan.literal('input_json_delta","partial_json":')
      ? 'partial_json'
      : scan.literal('thinking_delta","thinking":')
        ? 'thinking'
        : undefined;
  if (key === undefined || !scan.string()) return undefined;
  return scan.literal('}') && scan.spaces() && scan.literal('}\n\n') ? key : undefined;
}

/**
 * Folds the events into a Message as the vendor's documents on streaming say: blocks start with their members and
 * grow by deltas, usage counts are cumulative, unknown events are skipped, unknown blocks and members kept.
 */
export const createAggregation = (): Aggregation => new MessageAggregation();

class MessageAggregation implements Aggregation {
  #message: JsonObject | undefined;
  #error: UpstreamError | undefined;
  #stopped = false;
  #outputCounted = false;
  readonly #blocks = new Map<number, Block>();
  readonly #texts = new GrowingTexts();

  addText(scan: TextScan, state: WatchState): boolean {
    const from = scan.at;
    const key = scanDelta(scan);
    const piece = key && scan.value();
    if (key === undefined || piece === undefined) {
      scan.at = from;
      return false;
    }
    this.#blocks.get(scan.number)?.append(key, piece);
    state.hasContent = true;
    return true;
  }

  add(event: StreamEvent): void {
    const data = event.json ?? {};
    switch (typeOf(event, data)) {
      case 'message_start':
        this.#start(data);
        break;
      case 'content_block_start':
        this.#startBlock(data);
        break;
      case 'content_block_delta':
        this.#blocks.get(Number(data.index))?.apply(asObject(data.delta) ?? {});
        break;
      case 'message_delta':
        if (this.#message !== undefined) this.#finishMessage(this.#message, data);
        break;
      case 'message_stop':
        this.#stopped = true;
        break;
      case 'error':
        this.#error ??= readError(data.error ?? event.data);
        break;
    }
  }

  result(): Aggregate {
    if (this.#error !== undefined) return { kind: 'error', ...this.#error };
    if (this.#message === undefined) return { kind: 'incomplete', detail: 'no message_start' };
    if (!this.#stopped) return { kind: 'incomplete', detail: 'no message_stop' };
    this.#texts.settle();
    const ordered = [...this.#blocks].sort(([a], [b]) => a - b);
    const content = ordered.map(([, block]) => block.finish());
    return { kind: 'complete', body: { ...this.#message, content } };
  }

  #start(data: JsonObject): void {
    this.#message = { ...asObject(data.message) };
    asArray(this.#message.content).forEach((content, index) => {
      this.#blocks.set(index, new Block(content, this.#texts));
    });
  }

  #finishMessage(message: JsonObject, data: JsonObject): void {
    const { type: _type, delta, usage, ...members } = data;
    const { container, ...stops } = asObject(delta) ?? {};
    Object.assign(message, stops);
    overwriteSaid(message, members);
    if (container !== null && container !== undefined) message.container = container;
    const counts = asObject(message.usage) ?? {};
    overwriteCounts(counts, asObject(usage) ?? {}, this.#outputCounted);
    this.#outputCounted = true;
    message.usage = counts;
  }

  #startBlock(data: JsonObject): void {
    const block = new Block(data.content_block, this.#texts);
    this.#blocks.set(Number(data.index), block);
    // A server-side switch of model is announced by a block; the non-streamed answer names the last model.
    const { type, to } = block.content;
    const model = type === 'fallback' ? asString(asObject(to)?.model) : undefined;
    if (model !== undefined && this.#message !== undefined) this.#message.model = model;
  }
}
