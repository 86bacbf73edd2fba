/** Up to here a loop is cheaper than a native call, whose entry costs about as much as 40 bytes. */
const SHORT_STRING_BYTES = 32;

export const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether the byte at `at` is escaped: an odd number of backslashes stands before it. */
export function isEscaped(piece: Buffer, at: number, from: number): boolean {
  let start = at;
  while (start > from && piece[start - 1] === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}

/**
 * Byte after the next quote that is not escaped, or -1. Loop and native search take turns: code is full of escaped
 * quotes, each of which would cost a native call of its own.
 */
export function afterQuote(piece: Buffer, from: number): number {
  const { length } = piece;
  let at = from;
  while (at < length) {
    const near = Math.min(length, at + SHORT_STRING_BYTES);
    at = stopBefore(piece, at, near);
    while (at < near) {
      const byte = piece[at];
      if (byte === QUOTE) return at + 1;
      at += byte === BACKSLASH ? 2 : 1;
    }
    const quote = piece.indexOf(QUOTE, at);
    if (quote === -1) break;
    if (!isEscaped(piece, quote, at)) return quote + 1;
    at = quote + 1;
  }
  return -1;
}

/**
 * Goes on while neither a quote nor a backslash comes, and stops at one, or at most three bytes before `to`. Four bytes
 * a turn: a quarter faster than one.
 */
function stopBefore(piece: Buffer, from: number, to: number): number {
  let at = from;
  for (const last = to - 3; at < last; at += 4) {
    const first = piece[at];
    if (first === QUOTE || first === BACKSLASH) return at;
    const second = piece[at + 1];
    if (second === QUOTE || second === BACKSLASH) return at + 1;
    const third = piece[at + 2];
    if (third === QUOTE || third === BACKSLASH) return at + 2;
    const fourth = piece[at + 3];
    if (fourth === QUOTE || fourth === BACKSLASH) return at + 3;
  }
  return at;
}

/** What JSON takes for space. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
