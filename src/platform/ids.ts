import { randomInt } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U, so that an id survives being read aloud. In the order of their values. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 9;
const TAIL_DIGITS = 4;
const TAILS = 32 ** TAIL_DIGITS;

let lastMs = 0;
let prefix = '';
let tail = 0;

function digits(value: number, count: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < count; i += 1) {
    text = DIGITS[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/**
 * A request id such as `req-01m2gq8z5c7k3x`: the ms since the epoch in 9 digits, then 4 that start at random in each ms
 * and count up. Ids sort by their time: random ones would touch a page of the ledger's indexes each, which is half of
 * what a row costs. They are no secrets.
 */
export function requestId(nowMs = Date.now()): string {
  if (nowMs > lastMs || tail + 1 >= TAILS) {
    lastMs = Math.max(nowMs, lastMs + (tail + 1 >= TAILS ? 1 : 0));
    prefix = `req-${digits(lastMs, TIME_DIGITS)}`;
    // The lower half: there is room to count up within a ms.
    tail = randomInt(TAILS / 2);
  } else {
    tail += 1;
  }
  return prefix + digits(tail, TAIL_DIGITS);
}
