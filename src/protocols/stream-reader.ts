import type { Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import { DEFAULT_MAX_EVENT_BYTES, EventCursor } from '../sse/sse.ts';
import { FORMATS } from './formats.ts';
import { type JsonObject, parseObject } from './json-value.ts';
import { createSegments } from './segments.ts';
import { TextSampler } from './text-bytes.ts';
import { TextScan } from './text-scan.ts';
import type {
  Aggregate,
  Aggregation,
  StreamEvent,
  UpstreamError,
  WatchRules,
  WatchState,
} from './wire-format.ts';

/** Looks on while a stream passes, and changes nothing of it. */
export interface StreamReader {
  /** A view into the chunk may be kept until its event is whole: nobody may write to it any more. */
  push(chunk: Uint8Array): void;
  /** The upstream ended the stream cleanly. */
  end(): void;
  /** The stream as one object, as the vendor sends it to clients that do not stream. Undefined: not asked for. */
  aggregate(): Aggregate | undefined;
  /** Any whole event was seen; comments are none. */
  readonly sawEvent: boolean;
  /** The first event with part of the answer was seen. An answer may be complete without any. */
  readonly hasContent: boolean;
  /**
   * The protocol's end mark was seen: message_stop; `[DONE]`, or a finish_reason and a clean end, for endpoints that
   * never send it; response.completed, response.incomplete, and response.failed, which sets `error` besides, since
   * it is a whole answer for the client and a reason to fail over where nothing was sent yet.
   */
  readonly complete: boolean;
  /** The first error that the stream reported, or an event too large to be read. */
  readonly error: UpstreamError | undefined;
  /**
   * The latest counts: cumulative, never added up. `outputTokens` only where the upstream counted them: what Messages
   * says at its start is a placeholder.
   */
  readonly usage: Usage;
  /**
   * Bytes of the answer's text so far, thinking and tool input included, as they stand in the events. Exact where an
   * aggregate is made. Else estimated from a sample: the first few events of each chunk are looked at, and the rest of
   * the chunk is taken to be like them.
   */
  readonly outputBytes: number;
  readonly model: string | undefined;
  /** The last byte seen ends an event: a heartbeat may be inserted here. */
  readonly atBoundary: boolean;
  /** Responses: response.created was seen, so that events may be inserted. Others: their first event was seen. */
  readonly started: boolean;
  /** Responses: the sequence number of the last whole event. */
  readonly lastSequence: number | undefined;
}

const OPEN_BRACKET = 0x5b;

const NO_USAGE: Usage = {};

/**
 * Reads a stream once for all who want to know something of it. With `aggregate` each event is read: those that only
 * append text by comparing (about 0.3 µs), the others by JSON.parse. Without, only until content begins; after that a
 * chunk is searched natively for bytes that stand in the few events which still matter, and is not decoded, so that a
 * chunk of hundreds of events costs little more than a chunk of one.
 */
export function createStreamReader(protocol: Protocol, options: { aggregate: boolean }): StreamReader {
  const format = FORMATS[protocol];
  return new ProtocolReader(format.watch, options.aggregate ? format.createAggregation() : undefined);
}

const CR = 0x0d;
const LF_LF = Buffer.from('\n\n');
const LF_CR_LF = Buffer.from('\n\r\n');

/** What ends an event. In a mixture of line ends some are missed: that only makes a slice larger. */
const separatorOf = (run: Buffer): Buffer => (run.includes(CR) ? LF_CR_LF : LF_LF);

function eventStart(run: Buffer, place: number, from: number, separator: Buffer): number {
  const before = run.lastIndexOf(separator, place);
  return before === -1 ? from : Math.max(from, before + separator.length);
}

function eventEnd(run: Buffer, place: number, separator: Buffer): number {
  const after = run.indexOf(separator, place);
  return after === -1 ? run.length : after + separator.length;
}

class ProtocolReader implements StreamReader, WatchState, StreamEvent {
  sawEvent = false;
  hasContent = false;
  complete = false;
  error: UpstreamError | undefined = undefined;
  usage: Usage = NO_USAGE;
  outputBytes = 0;
  model: string | undefined = undefined;
  started = false;
  lastSequence: number | undefined = undefined;
  finished = false;
  atBoundary = true;

  /** The event that is looked at. */
  event = '';
  data = '';
  json: JsonObject | undefined = undefined;

  readonly #rules: WatchRules;
  readonly #aggregation: Aggregation | undefined;
  readonly #segments = createSegments();
  readonly #cursor = new EventCursor();
  readonly #scan = new TextScan();
  readonly #sampler: TextSampler;
  #isFirst = true;
  /** An event was too large: from here on only boundaries are looked at. */
  #blind = false;

  constructor(rules: WatchRules, aggregation: Aggregation | undefined) {
    this.#rules = rules;
    this.#aggregation = aggregation;
    this.#sampler = new TextSampler(rules.texts);
  }

  push(chunk: Uint8Array): void {
    const segments = this.#segments;
    if (this.#blind) {
      segments.boundary.push(chunk);
      this.atBoundary = segments.boundary.atBoundary;
      return;
    }
    const segment = segments.push(chunk);
    this.atBoundary = segments.boundary.atBoundary;
    if (segment !== undefined) {
      this.#take(segment);
      const more = segments.takeMore();
      if (more !== undefined) this.#take(more);
    }
    if (segments.heldBytes() > DEFAULT_MAX_EVENT_BYTES) this.#giveUp();
  }

  end(): void {
    if (!this.#blind && this.#segments.heldBytes() > 0) this.#take(this.#segments.takeRest());
    if (this.finished && this.error === undefined) this.complete = true;
  }

  aggregate(): Aggregate | undefined {
    if (this.#blind && this.error !== undefined) return { kind: 'incomplete', detail: this.error.message };
    return this.#aggregation?.result();
  }

  #take(segment: Buffer): void {
    if (this.#aggregation !== undefined) this.#readAll(segment, this.#aggregation);
    else if (this.hasContent) this.#skim(segment);
    else this.#readUntilContent(segment);
  }

  #readAll(segment: Buffer, aggregation: Aggregation): void {
    const cursor = this.#load(segment.toString('utf8'));
    const scan = this.#scan;
    scan.text = cursor.text;
    for (;;) {
      scan.at = cursor.at;
      if (aggregation.addText(scan, this)) {
        this.outputBytes += scan.valueBytes();
        this.sawEvent = true;
        cursor.at = scan.at;
      } else {
        if (!cursor.next()) break;
        this.#observe();
        aggregation.add(this);
        this.#countText();
      }
    }
    scan.text = '';
    this.#unload();
  }

  /** Event by event: about 3 µs each. The rest is skimmed. */
  #readUntilContent(segment: Buffer): void {
    const separator = separatorOf(segment);
    let at = 0;
    while (!this.hasContent && at < segment.length) {
      const end = eventEnd(segment, at, separator);
      const cursor = this.#load(segment.toString('utf8', at, end));
      while (!this.hasContent && cursor.next()) this.#observe();
      at = cursor.at === cursor.text.length ? end : at + Buffer.byteLength(cursor.text.slice(0, cursor.at));
      if (this.hasContent) this.#countText();
      this.#unload();
    }
    if (at < segment.length) this.#skim(at === 0 ? segment : segment.subarray(at));
  }

  /** Only the events that bear a mark: a few native searches over the whole run. */
  #skim(run: Buffer): void {
    const { needles, skim } = this.#rules;
    this.outputBytes += this.#sampler.bytesIn(run);
    const place = needles.first(run);
    if (place < run.length) this.#readMarked(run, place);
    skim?.(this, run);
  }

  #readMarked(run: Buffer, first: number): void {
    const { marks, needles } = this.#rules;
    const separator = separatorOf(run);
    let from = 0;
    for (let place = first; place < run.length; place = needles.next(run, from)) {
      const start = eventStart(run, place, from, separator);
      from = eventEnd(run, place, separator);
      if (!marks.test(run.toString('latin1', start, from))) continue;
      const cursor = this.#load(run.toString('utf8', start, from));
      while (cursor.next()) this.#observe();
      this.#unload();
    }
  }

  #load(text: string): EventCursor {
    this.#cursor.load(text, this.#isFirst);
    this.#isFirst = false;
    return this.#cursor;
  }

  /** A quiet stream holds on to nothing. */
  #unload(): void {
    this.#cursor.unload();
    this.event = '';
    this.data = '';
    this.json = undefined;
  }

  /** Takes the event at the cursor into account. */
  #observe(): void {
    const { event, data } = this.#cursor;
    this.event = event;
    this.data = data;
    // `[DONE]` comes in most streams of its protocol, and a parser that throws costs ten times as much.
    this.json = data.charCodeAt(0) === OPEN_BRACKET ? undefined : parseObject(data);
    this.sawEvent = true;
    this.#rules.observe(this, this);
  }

  #countText(): void {
    this.outputBytes += this.#sampler.bytesIn(Buffer.from(this.data));
  }

  #giveUp(): void {
    this.#blind = true;
    this.#segments.takeRest();
    this.error ??= {
      type: 'event_too_large',
      message: `the stream has an event of more than ${DEFAULT_MAX_EVENT_BYTES} bytes`,
    };
  }
}
