import { type BoundaryTracker, createBoundaryTracker } from '../sse/sse.ts';
import { bufferOf } from './json-scan.ts';

/** Cuts a stream into runs of whole events, without looking at each of them. */
export interface Segments {
  /** The whole events that this chunk completes, as one run of bytes. */
  push(chunk: Uint8Array): Buffer | undefined;
  /** What is left of an event that was not completed. */
  rest(): Buffer;
  readonly heldBytes: number;
  readonly boundary: BoundaryTracker;
}

/** Some servers leave out the blank line after their last event; what is cut within an event does not parse. */
export const END_OF_EVENT = Buffer.from('\n\n');

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
  let held: Buffer[] = [];

  function edgeCut(bytes: Buffer): number {
    const tail = held.at(-1)?.subarray(-EDGE_BYTES);
    if (tail === undefined) return -1;
    return lastCut(Buffer.concat([tail, bytes.subarray(0, EDGE_BYTES)])) - tail.length;
  }

  function cutOf(bytes: Buffer): number {
    if (boundary.atBoundary) return bytes.length;
    const cut = lastCut(bytes);
    return cut === -1 ? edgeCut(bytes) : cut;
  }

  const segments: { -readonly [K in keyof Segments]: Segments[K] } = {
    boundary,
    heldBytes: 0,
    rest: () => Buffer.concat(held),
    push(chunk) {
      if (chunk.length === 0) return undefined;
      const bytes = bufferOf(chunk);
      boundary.push(bytes);
      const cut = cutOf(bytes);
      if (cut <= 0) {
        held.push(bytes);
        segments.heldBytes += bytes.length;
        return undefined;
      }
      const run = bytes.subarray(0, cut);
      const segment = held.length === 0 ? run : Buffer.concat([...held, run]);
      held = cut < bytes.length ? [bytes.subarray(cut)] : [];
      segments.heldBytes = bytes.length - cut;
      return segment;
    },
  };
  return segments;
}
