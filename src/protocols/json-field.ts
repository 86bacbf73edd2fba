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

/** The parsed value of one member; undefined where it is absent, not valid JSON, or larger than 64 KiB. */
export function fieldValue(body: Body | Uint8Array, fields: readonly JsonField[], key: string): unknown {
  const field = findField(fields, key);
  if (field === undefined || field.end - field.start > MAX_VALUE_BYTES) return undefined;
  const text = textOf(body, field.start, field.end);
  if (PLAIN_STRING.test(text)) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
