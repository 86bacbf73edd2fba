import type { JsonObject } from './json-value.ts';
import type { ErrorShape } from './wire-format.ts';

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
};

const typeFor = (status: number): string =>
  TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');

/** The error object of both OpenAI protocols. */
export const openaiErrorBody = ({ status, code, message }: ErrorShape): JsonObject => ({
  error: { message, type: typeFor(status), param: null, code },
});
