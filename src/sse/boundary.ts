/** Knows whether something may be inserted into a stream after the last byte seen. */
export interface BoundaryTracker {
  push(chunk: Uint8Array): void;
  /** Nothing was seen yet, or the last bytes end an event or a comment between events. */
  readonly atBoundary: boolean;
}

const NO_BYTES = new Uint8Array(0);

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/** Before the first byte of the stream. */
const NOTHING = -1;

/** A line end can be two bytes and is preceded by the byte that says whether its line is blank. */
const LOOK_BACK = 3;

const endsLine = (byte: number): boolean => byte === LF || byte === CR;

/**
 * Looks only at the last bytes of each chunk, so it costs the same for a chunk of one event and for one of
 * hundreds; only comments that no blank line follows are looked at as a whole.
 */
export function createBoundaryTracker(): BoundaryTracker {
  const before: [number, number, number] = [NOTHING, NOTHING, NOTHING];
  let chunk: Uint8Array = NO_BYTES;
  /** The stream ends inside a comment that began at a boundary. */
  let commentOpen = false;

  const byteAt = (index: number): number =>
    index >= 0 ? (chunk[index] ?? NOTHING) : (before[LOOK_BACK + index] ?? NOTHING);

  const isBlankBefore = (byte: number): boolean => endsLine(byte) || byte === NOTHING;

  /** Length of the line end right before `end`: 0, 1 or 2 bytes. */
  function lineEndBytes(end: number): number {
    const last = byteAt(end - 1);
    if (!endsLine(last)) return 0;
    return last === LF && byteAt(end - 2) === CR ? 2 : 1;
  }

  /** Start of the line that ends at `end`, as far as it is in this chunk. */
  function lineStart(end: number): number {
    let start = end;
    while (start > 0 && !endsLine(byteAt(start - 1))) start -= 1;
    return start;
  }

  /** Whether the line that starts at `start` of this chunk is a comment that began at a boundary, were `start` one. */
  const beginsComment = (start: number): boolean =>
    start === 0 && !isBlankBefore(byteAt(-1)) ? commentOpen : byteAt(start) === COLON;

  /** Goes back over comment lines until a blank line, another line, or the chunk's start decides. */
  function isBoundary(length: number): boolean {
    let end = length;
    while (end > 0) {
      const ending = lineEndBytes(end);
      if (ending === 0) return false;
      if (isBlankBefore(byteAt(end - ending - 1))) return true;
      // The CR of this line end came with the last chunk, and with it the decision.
      if (end < ending) return tracker.atBoundary;
      const start = lineStart(end - ending);
      if (!beginsComment(start)) return false;
      if (start === 0 && commentOpen) return true;
      end = start;
    }
    return tracker.atBoundary;
  }

  function isInComment(): boolean {
    if (endsLine(byteAt(chunk.length - 1))) return false;
    const start = Math.max(chunk.lastIndexOf(LF), chunk.lastIndexOf(CR)) + 1;
    return beginsComment(start) && ((start === 0 && commentOpen) || isBoundary(start));
  }

  const tracker = {
    atBoundary: true,
    push(bytes: Uint8Array): void {
      if (bytes.length === 0) return;
      chunk = bytes;
      const atBoundary = isBoundary(chunk.length);
      commentOpen = !atBoundary && isInComment();
      tracker.atBoundary = atBoundary;
      const [third, second, last] = [
        byteAt(bytes.length - 3),
        byteAt(bytes.length - 2),
        byteAt(bytes.length - 1),
      ];
      before[0] = third;
      before[1] = second;
      before[2] = last;
      chunk = NO_BYTES; // A quiet stream holds on to nothing.
    },
  };
  return tracker;
}
