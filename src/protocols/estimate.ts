import { isAscii } from 'node:buffer';
import { type Body, piecesOf } from '../domain/body.ts';

/** A run of base64 at least this long is an image or a document, not text. */
const MEDIA_BYTES = 4096;

/** What the vendors count for one image of ordinary size. */
const TOKENS_PER_MEDIA = 1600;

const CHARS_PER_TOKEN = 4;

/** Text is looked at in blocks of this size: those that are ASCII alone, as most are, need no look at each byte. */
const BLOCK_BYTES = 512;

/** 1 for what base64, in either alphabet, is made of; its padding ends a run. */
const BASE64 = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-')
  BASE64[letter.charCodeAt(0)] = 1;

/** Units of UTF-16 that `bytes` decode to: one for each byte that begins a character, one more for those of 4 bytes. */
function unitsOf(bytes: Buffer): number {
  if (isAscii(bytes)) return bytes.length;
  let units = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

/** Index of the last byte of `from` to `to` that is not of base64; `from - 1` where all are. */
function lastOutsider(bytes: Buffer, from: number, to: number): number {
  let at = to - 1;
  while (at >= from && BASE64[bytes[at] as number] === 1) at -= 1;
  return at;
}

/** Index of the first byte from `from` on that is not of base64; the length where all are. */
function firstOutsider(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && BASE64[bytes[at] as number] === 1) at += 1;
  return at;
}

/** Finds the runs of media. Text is skipped by looking backwards from where a run would have to reach. */
class MediaFinder {
  found = 0;
  /** Bytes of those found. */
  bytes = 0;
  /** Bytes of the run that reaches to the end of the last piece. */
  #run = 0;

  push(piece: Buffer): void {
    const first = firstOutsider(piece, 0);
    this.#run += first;
    let at = first;
    while (at < piece.length) {
      // Here stands a byte that is not of base64, or one whose run was just counted: the run before it is over.
      this.end();
      const reach = Math.min(at + MEDIA_BYTES + 1, piece.length);
      const outsider = lastOutsider(piece, at + 1, reach);
      if (outsider > at && reach < piece.length) at = outsider;
      else at = this.#runFrom(piece, outsider + 1);
    }
  }

  /** What ran is over. */
  end(): void {
    if (this.#run >= MEDIA_BYTES) {
      this.found += 1;
      this.bytes += this.#run;
    }
    this.#run = 0;
  }

  #runFrom(piece: Buffer, start: number): number {
    const end = firstOutsider(piece, start);
    this.#run = end - start;
    return end;
  }
}

/**
 * Estimates the input tokens of a request body, for answering count_tokens where an endpoint can't, and for calls that
 * ended without a count: 4 characters of Latin text to a token, 1 of Chinese, Japanese or Korean, 1,600 tokens for an
 * image or document. The JSON around the text counts too, as the vendor's own framing does. It is a rough estimate, and
 * has to be marked as one. Costs a few µs for 300 KB of ASCII, at most about 1 ms a MB, and never throws.
 */
export function estimateInputTokens(body: Body | Uint8Array): number {
  const media = new MediaFinder();
  let bytes = 0;
  let units = 0;
  for (const piece of piecesOf(body)) {
    media.push(piece);
    bytes += piece.length;
    for (let at = 0; at < piece.length; at += BLOCK_BYTES)
      units += unitsOf(piece.subarray(at, at + BLOCK_BYTES));
  }
  media.end();
  // CJK takes 3 bytes for one unit: what bytes exceed units by is twice the number of such characters, each about a token.
  const wide = Math.max(0, bytes - units) / 2;
  const narrow = units - media.bytes - wide;
  return Math.ceil(Math.max(0, narrow) / CHARS_PER_TOKEN + wide + media.found * TOKENS_PER_MEDIA);
}

/**
 * Estimates output tokens from the UTF-8 bytes of the text that was seen: 4 bytes to a token, which is right for Latin
 * text and counts a Chinese, Japanese or Korean character as three quarters of one. To be marked as an estimate.
 */
export const estimateOutputTokens = (outputBytes: number): number => Math.ceil(outputBytes / CHARS_PER_TOKEN);
