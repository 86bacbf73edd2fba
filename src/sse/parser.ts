import { createHeldBytes } from './held-bytes.ts';

/** One dispatched event of a stream. */
export interface SseEvent {
  /** Value of the last `event:` line; empty if there was none. */
  readonly event: string;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

/** Turns bytes into events. */
export interface SseParser {
  /** The events that this chunk completes, in order; none once `error` is set. */
  push(chunk: Uint8Array): SseEvent[];
  /** The stream is over. Incomplete: it ended inside an event, which is thereby lost. */
  end(): { incomplete: boolean };
  /** Set when an event grew past the limit: the rest of the stream is not read. */
  readonly error?: { readonly detail: string };
}

/** 16 MiB: an image in base64 fits, a runaway upstream does not. */
export const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

const NO_BYTES = Buffer.alloc(0);

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf] as const;

const asBuffer = (chunk: Uint8Array): Buffer =>
  Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);

/** Where the next line ends, or -1. `indexOf` is native: a loop over the bytes costs ten times as much. */
function nextLineEnd(bytes: Buffer, from: number, cr: number): number {
  const lf = bytes.indexOf(LF, from);
  if (lf === -1 || cr === -1) return Math.max(lf, cr);
  return Math.min(lf, cr);
}

const startsWithBom = (bytes: Buffer, at: number): boolean => BOM.every((byte, i) => bytes[at + i] === byte);

const DATA = [0x64, 0x61, 0x74, 0x61] as const;
const EVENT = [0x65, 0x76, 0x65, 0x6e, 0x74] as const;

/** Whether the line's field has this name. Byte by byte: most lines are told by their first one. */
function isField(name: readonly number[], bytes: Buffer, from: number, to: number): boolean {
  if (to - from < name.length) return false;
  for (let i = 0; i < name.length; i += 1) if (bytes[from + i] !== name[i]) return false;
  return to - from === name.length || bytes[from + name.length] === COLON;
}

/** The value of a field whose colon, if it has one, is at `colon`. */
function valueText(bytes: Buffer, colon: number, to: number): string {
  const start = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1;
  return start < to ? bytes.toString('utf8', start, to) : '';
}

/** Collects the fields of one event; a blank line dispatches it. */
function createFieldBuffer() {
  let name = '';
  let data: string | undefined;
  return {
    isOpen: () => name !== '' || data !== undefined,
    dispatch(): SseEvent | undefined {
      const event = data === undefined ? undefined : { event: name, data };
      name = '';
      data = undefined;
      return event;
    },
    /** `id` and `retry` steer a reconnection, which the gateway never makes: they are skipped like unknown fields. */
    line(bytes: Buffer, from: number, to: number): void {
      if (isField(DATA, bytes, from, to)) {
        const text = valueText(bytes, from + DATA.length, to);
        data = data === undefined ? text : `${data}\n${text}`;
      } else if (isField(EVENT, bytes, from, to)) name = valueText(bytes, from + EVENT.length, to);
    },
  };
}

/**
 * Incremental framing of an event stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * says: lines end with LF, CRLF or CR, a BOM at the start is skipped, comments are dropped, an event without
 * data is not dispatched. Chunks may be cut anywhere, also inside a character.
 *
 * @param maxEventBytes bytes of one event, line ends not counted, after which the parser gives up
 */
export function createSseParser(maxEventBytes = DEFAULT_MAX_EVENT_BYTES): SseParser {
  const fields = createFieldBuffer();
  const held = createHeldBytes();
  let eventBytes = 0;
  let skipLf = false;
  let firstLine = true;

  function tooLarge(): boolean {
    if (held.bytes + eventBytes <= maxEventBytes) return false;
    parser.error = { detail: `an event of the stream is larger than ${maxEventBytes} bytes` };
    held.takeWith(NO_BYTES);
    return true;
  }

  /** A line that lies whole between `from` and `to`, or whose beginning is held. Without a copy, where none is held. */
  function endLine(bytes: Buffer, from: number, to: number, events: SseEvent[]): void {
    if (held.bytes === 0) return wholeLine(bytes, from, to, events);
    const line = held.takeWith(bytes.subarray(from, to));
    wholeLine(line, 0, line.length, events);
  }

  function wholeLine(bytes: Buffer, lineStart: number, to: number, events: SseEvent[]): void {
    const from = firstLine && startsWithBom(bytes, lineStart) ? lineStart + BOM.length : lineStart;
    firstLine = false;
    if (from === to) {
      eventBytes = 0;
      const event = fields.dispatch();
      if (event !== undefined) events.push(event);
    } else if (bytes[from] !== COLON) {
      eventBytes += to - from;
      if (!tooLarge()) fields.line(bytes, from, to);
    }
  }

  function hold(rest: Buffer): void {
    held.add(rest);
    tooLarge();
  }

  /** Byte after the line end at `end`; an LF that belongs to a CR may come with the next chunk. */
  function afterLineEnd(bytes: Buffer, end: number): number {
    if (bytes[end] !== CR) return end + 1;
    skipLf = end + 1 === bytes.length;
    return bytes[end + 1] === LF ? end + 2 : end + 1;
  }

  function readLines(bytes: Buffer, from: number, events: SseEvent[]): void {
    let cr = bytes.indexOf(CR, from);
    for (let at = from; at < bytes.length && parser.error === undefined; ) {
      if (cr !== -1 && cr < at) cr = bytes.indexOf(CR, at);
      const end = nextLineEnd(bytes, at, cr);
      if (end === -1) {
        hold(bytes.subarray(at));
        return;
      }
      endLine(bytes, at, end, events);
      at = afterLineEnd(bytes, end);
    }
  }

  const parser: { -readonly [K in keyof SseParser]: SseParser[K] } = {
    push(chunk) {
      const events: SseEvent[] = [];
      if (chunk.length === 0) return events;
      const from = skipLf && chunk[0] === LF ? 1 : 0;
      skipLf = false;
      readLines(asBuffer(chunk), from, events);
      return events;
    },
    end: () => ({ incomplete: held.bytes > 0 || fields.isOpen() }),
  };
  return parser;
}
