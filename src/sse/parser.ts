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

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf] as const;

/** Where the next line ends, or -1. `indexOf` is native: a loop over the bytes costs ten times as much. */
function nextLineEnd(bytes: Buffer, from: number, cr: number): number {
  const lf = bytes.indexOf(LF, from);
  if (lf === -1 || cr === -1) return Math.max(lf, cr);
  return Math.min(lf, cr);
}

function withoutBom(line: Buffer): Buffer {
  return BOM.every((byte, i) => line[i] === byte) ? line.subarray(BOM.length) : line;
}

function fieldText(line: Buffer, colon: number): string {
  if (colon === -1) return '';
  return line.toString('utf8', line[colon + 1] === SPACE ? colon + 2 : colon + 1);
}

/** Collects the fields of one event; a blank line dispatches it. */
function createFieldBuffer() {
  let name = '';
  let data: string[] = [];
  return {
    isOpen: () => name !== '' || data.length > 0,
    dispatch(): SseEvent | undefined {
      const event = data.length > 0 ? { event: name, data: data.join('\n') } : undefined;
      name = '';
      data = [];
      return event;
    },
    /** `id` and `retry` steer a reconnection, which the gateway never makes: they are skipped like unknown fields. */
    line(line: Buffer): void {
      const colon = line.indexOf(COLON);
      const field = line.toString('latin1', 0, colon === -1 ? Math.min(line.length, 8) : Math.min(colon, 8));
      if (field === 'data') data.push(fieldText(line, colon));
      else if (field === 'event') name = fieldText(line, colon);
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
    held.takeWith(Buffer.alloc(0));
    return true;
  }

  function takeLine(rest: Buffer): Buffer {
    const whole = held.takeWith(rest);
    if (!firstLine) return whole;
    firstLine = false;
    return withoutBom(whole);
  }

  function endLine(rest: Buffer, events: SseEvent[]): void {
    const line = takeLine(rest);
    if (line.length === 0) {
      eventBytes = 0;
      const event = fields.dispatch();
      if (event !== undefined) events.push(event);
    } else if (line[0] !== COLON) {
      eventBytes += line.length;
      if (!tooLarge()) fields.line(line);
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
      endLine(bytes.subarray(at, end), events);
      at = afterLineEnd(bytes, end);
    }
  }

  const parser: { -readonly [K in keyof SseParser]: SseParser[K] } = {
    push(chunk) {
      const events: SseEvent[] = [];
      if (chunk.length === 0) return events;
      const from = skipLf && chunk[0] === LF ? 1 : 0;
      skipLf = false;
      readLines(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length), from, events);
      return events;
    },
    end: () => ({ incomplete: held.bytes > 0 || fields.isOpen() }),
  };
  return parser;
}
