import type { ErrorCode } from '../errors/catalogue.ts';
import { errorText, gatewayError } from '../errors/gateway-error.ts';
import type { AdminPorts } from './ports.ts';

/** A request for the admin API: `path` is what follows `/__qcc__/`. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Runs once the answer is out. */
  readonly afterwards?: () => void;
}

/** What a route answers. */
export interface Call {
  readonly ports: AdminPorts;
  /** The one variable part of the path. */
  readonly name: string;
  readonly query: URLSearchParams;
}

/** Codes that only the admin API knows, besides those of the catalogue. */
export type AdminCode =
  | ErrorCode
  | 'method_not_allowed'
  | 'unknown_cluster'
  | 'unknown_endpoint'
  | 'unknown_exchange'
  | 'reload_failed';

export function done(body: unknown): Answer {
  return { status: 200, body };
}

/** An error as the admin API words it. */
export function failure(status: number, code: AdminCode, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

export function badRequest(detail: string): Answer {
  const error = gatewayError('bad_request', { detail });
  return failure(error.status, error.code, errorText(error));
}

/** A whole number of the query within bounds; undefined = it is none. */
export function wholeNumber(text: string, least: number): number | undefined {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  return value >= least ? value : undefined;
}
