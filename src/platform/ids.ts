import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U, so that an id survives being read aloud. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** Random bytes are drawn for many ids at once: a call costs 1 µs, an id needs 7 bytes. */
const POOL_BYTES = 7 * 256;
let pool = Buffer.alloc(0);
let used = 0;

/** A request id such as `req-7k3q9xm2abc`: 11 digits, 55 random bits. */
export function requestId(): string {
  if (used + 7 > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  let high = pool.readUInt32LE(used);
  let low = pool.readUIntLE(used + 4, 3);
  used += 7;
  let text = '';
  for (let i = 0; i < 6; i += 1) {
    text += DIGITS[high & 31];
    high >>>= 5;
  }
  for (let i = 0; i < 5; i += 1) {
    text += DIGITS[low & 31];
    low >>>= 5;
  }
  return `req-${text}`;
}
