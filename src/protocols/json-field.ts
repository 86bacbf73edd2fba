import { type Body, textOf } from '../domain/body.ts';
import type { JsonField } from './body-scan.ts';

/** Larger values are not parsed by `fieldValue`: what the gateway asks for is small. */
const MAX_VALUE_BYTES = 64 * 1024;

/** The last member of that name, as JSON.parse would take it. */
export function findField(fields: readonly JsonField[], key: string): JsonField | undefined {
  for (let at = fields.length - 1; at >= 0; at -= 1) {
    const field = fields[at] as JsonField;
    if (field.key === key) return field;
  }
  return undefined;
}

/** A string whose inside stands for itself: no escape, no control character. */
const PLAIN_STRING = /^"[^"\\\p{Cc}]*"$/u;

/** Longer numbers are left to JSON.parse, which rounds them. */
const MAX_DIGITS = 15;

const ZERO = 0x30;

/** The parsed value of one member; undefined where it is absent, not valid JSON, or larger than 64 KiB. */
export function fieldValue(body: Body | Uint8Array, fields: readonly JsonField[], key: string): unknown {
  const field = findField(fields, key);
  if (field === undefined || field.end - field.start > MAX_VALUE_BYTES) return undefined;
  const text = textOf(body, field.start, field.end);
  const first = text.charCodeAt(0) - ZERO;
  if (first > 0 && first <= 9) return wholeNumber(text) ?? parsed(text);
  switch (text) {
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return PLAIN_STRING.test(text) ? text.slice(1, -1) : parsed(text);
  }
}

/** A number of plain digits; undefined: it is something else. */
function wholeNumber(text: string): number | undefined {
  if (text.length > MAX_DIGITS) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
