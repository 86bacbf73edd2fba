import { asObject, asString } from './json-value.ts';
import type { UpstreamError } from './wire-format.ts';

/** An upstream's error text goes into logs and the ledger: enough to understand it, not a page. */
const MAX_MESSAGE_CHARS = 1000;
const MAX_TYPE_CHARS = 100;

/**
 * Reads the error object of either vendor, or what relays make of it: `{type, message, code}`, or a bare string.
 * `order` says which member names the kind of error best.
 */
export function readError(
  value: unknown,
  order: readonly ('type' | 'code')[] = ['type', 'code'],
): UpstreamError {
  const error = asObject(value);
  const kind = order.map((key) => error?.[key]).find((name) => name !== undefined && name !== null);
  const message =
    asString(error?.message) ?? asString(value) ?? (error && JSON.stringify(error)) ?? 'no message';
  return {
    type: String(kind ?? 'error').slice(0, MAX_TYPE_CHARS),
    message: message.slice(0, MAX_MESSAGE_CHARS),
  };
}
