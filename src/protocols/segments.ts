import { type BoundaryTracker, createBoundaryTracker, createHeldBytes } from '../sse/sse.ts';
import { bufferOf } from './json-scan.ts';

/** Cuts a stream into runs of whole events, without looking at each of them. */
export interface Segments {
  /**
   * The whole events that this chunk completes, as a run of bytes. Where the first of them began in an earlier chunk,
   * it comes alone, and the others by `takeMore`: joined to them, all of them would have to be copied.
   */
  push(chunk: Uint8Array): Buffer | undefined;
  /** The other events of the last chunk; undefined where there are none, or where they were taken. */
  takeMore(): Buffer | undefined;
  /** What is left of an event that was not completed, completed as though its blank line had come. */
  takeRest(): Buffer;
  heldBytes(): number;
  readonly boundary: BoundaryTracker;
}

/** Some servers leave out the blank line after their last event; what is cut within an event does not parse. */
const END_OF_EVENT = Buffer.from('\n\n');

/** A boundary takes up to four bytes, of which one is in the chunk. */
const EDGE_BYTES = 3;

const LF_LF = Buffer.from('\n\n');
const LF_CR_LF = Buffer.from('\n\r\n');
const CR_CR = Buffer.from('\r\r');
const CR = 0x0d;

/** Byte after the last blank line in `bytes`, or -1. A blank line missed in a mixture of line ends is only found later. */
function lastCut(bytes: Buffer): number {
  const lf = bytes.lastIndexOf(LF_LF);
  const cut = lf === -1 ? -1 : lf + LF_LF.length;
  if (bytes.lastIndexOf(CR) < cut) return cut;
  const tail = cut === -1 ? bytes : bytes.subarray(lf);
  const from = Math.max(lf, 0);
  const crlf = tail.lastIndexOf(LF_CR_LF);
  const cr = tail.lastIndexOf(CR_CR);
  return Math.max(
    cut,
    crlf === -1 ? -1 : from + crlf + LF_CR_LF.length,
    cr === -1 ? -1 : from + cr + CR_CR.length,
  );
}

/** Byte after a blank line near the beginning, or the length where none is found: any will do. */
function firstCut(bytes: Buffer): number {
  const lf = bytes.indexOf(LF_LF);
  if (lf !== -1) return lf + LF_LF.length;
  const crlf = bytes.indexOf(LF_CR_LF);
  return crlf === -1 ? bytes.length : crlf + LF_CR_LF.length;
}

export function createSegments(): Segments {
  const boundary = createBoundaryTracker();
  const held = createHeldBytes();
  let more: Buffer | undefined;

  /** A boundary that began in what is held and ends in `bytes`. */
  function edgeCut(bytes: Buffer): number {
    const tail = held.tail(EDGE_BYTES);
    if (tail.length === 0) return -1;
    return lastCut(Buffer.concat([tail, bytes.subarray(0, EDGE_BYTES)])) - tail.length;
  }

  function cutOf(bytes: Buffer): number {
    if (boundary.atBoundary) return bytes.length;
    const cut = lastCut(bytes);
    return cut === -1 ? edgeCut(bytes) : cut;
  }

  /** The event that was held, with what completes it in `events`. */
  function completed(events: Buffer): Buffer {
    const end = firstCut(events);
    if (end === events.length) return held.takeWith(events);
    more = events.subarray(end);
    return held.takeWith(events.subarray(0, end));
  }

  return {
    boundary,
    heldBytes: () => held.bytes,
    takeRest: () => held.takeWith(END_OF_EVENT),
    push(chunk) {
      if (chunk.length === 0) return undefined;
      const bytes = bufferOf(chunk);
      boundary.push(bytes);
      const cut = cutOf(bytes);
      if (cut <= 0) {
        held.add(bytes);
        return undefined;
      }
      const events = cut === bytes.length ? bytes : bytes.subarray(0, cut);
      const segment = held.bytes === 0 ? events : completed(events);
      if (cut < bytes.length) held.add(bytes.subarray(cut));
      return segment;
    },
    takeMore() {
      const rest = more;
      more = undefined;
      return rest;
    },
  };
}
