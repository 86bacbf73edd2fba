import type { ErrorCode, Language } from '../errors/catalogue.ts';
import { errorText, gatewayError } from '../errors/gateway-error.ts';
import type { EventStream } from './event-stream.ts';
import type { PageFile } from './page.ts';
import type { AdminPorts } from './ports.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The asker's body, once: bounded in size and in time. */
export type ReadJson = (
  maxBytes: number,
) => Promise<
  { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly error: Answer }
>;

export type Answer =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** Runs once the answer is out. */
      readonly afterwards?: () => void;
    }
  | { readonly kind: 'text'; readonly type: string; readonly text: string }
  | { readonly kind: 'file'; readonly file: PageFile }
  | { readonly kind: 'redirect'; readonly to: string }
  /** Server-sent events. `run` is called once the head is out, and never for HEAD. */
  | { readonly kind: 'stream'; readonly run: (stream: EventStream) => void };

/** What a route answers. */
export interface Call {
  readonly ports: AdminPorts;
  /** The one variable part of the path. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: ReadJson;
  /** Of the texts in the answer: `?language=`, else the gateway's own. */
  readonly language: Language;
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST';
  /** Segments; `*` stands for any one. */
  readonly pattern: string;
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

/** Codes that only the admin API knows, besides those of the catalogue. */
export type AdminCode =
  | ErrorCode
  | 'method_not_allowed'
  | 'unknown_cluster'
  | 'unknown_endpoint'
  | 'unknown_exchange'
  | 'reload_failed'
  | 'edit_refused'
  | 'too_many_readers'
  | 'checkup_running';

export function done(body: unknown): Answer {
  return { kind: 'json', status: 200, body };
}

/** An error as the admin API words it. */
export function failure(
  status: number,
  code: AdminCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { kind: 'json', status, body: { error: { code, message } }, headers };
}

export function unknownPath(path: string): Answer {
  return failure(404, 'unknown_path', `The admin API has no path "${path}".`);
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
