import { type BoundaryTracker, createBoundaryTracker, createHeldBytes } from '../sse/sse.ts';
import { bufferOf } from './json-scan.ts';

/** Cuts a stream into runs of whole events, without looking at each of them. */
export interface Segments {
  /** The whole events that this chunk completes, as one run of bytes. */
  push(chunk: Uint8Array): Buffer | undefined;
  /** What is left of an event that was not completed, completed as though its blank line had come. */
  takeRest(): Buffer;
  heldBytes(): number;
  readonly boundary: BoundaryTracker;
}

/** Some servers leave out the blank line after their last event; what is cut within an event does not parse. */
const END_OF_EVENT = Buffer.from('\n\n');

/** A boundary takes up to four bytes, of which one is in the chunk. */
const EDGE_BYTES = 3;

/** Byte after the last blank line in `bytes`, or -1. A blank line missed in a mixture of line ends is only found later. */
function lastCut(bytes: Buffer): number {
  const lf = bytes.lastIndexOf('\n\n');
  const from = Math.max(lf, 0);
  const tail = from === 0 ? bytes : bytes.subarray(from);
  const crlf = tail.lastIndexOf('\n\r\n');
  const cr = tail.lastIndexOf('\r\r');
  return Math.max(
    lf === -1 ? -1 : lf + 2,
    crlf === -1 ? -1 : from + crlf + 3,
    cr === -1 ? -1 : from + cr + 2,
  );
}

export function createSegments(): Segments {
  const boundary = createBoundaryTracker();
  const held = createHeldBytes();

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
      const segment = held.takeWith(cut === bytes.length ? bytes : bytes.subarray(0, cut));
      if (cut < bytes.length) held.add(bytes.subarray(cut));
      return segment;
    },
  };
}
