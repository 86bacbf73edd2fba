import type { JsonObject } from '../json-value.ts';
import type { ErrorShape } from '../wire-format.ts';

/** The vendor's own types, by status. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

const typeFor = (status: number): string =>
  TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');

export function errorBody({ status, code, message, requestId }: ErrorShape): JsonObject {
  return { type: 'error', error: { type: typeFor(status), message, code }, request_id: requestId };
}

export const errorEvent = (error: ErrorShape): string =>
  `event: error\ndata: ${JSON.stringify(errorBody(error))}\n\n`;
