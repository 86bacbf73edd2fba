import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '../domain/result.ts';
import { createSseParser } from '../sse/sse.ts';

/** Why the admin API gave no result. */
export type Trouble =
  /** Nobody answered at the address. */
  | { readonly kind: 'silent'; readonly detail: string }
  /** It answered that it won't, or can't. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string };

export interface AskOptions {
  readonly token?: string;
  /** Longest silence before giving up; absent = wait. A verification takes as long as a model does. */
  readonly silenceMs?: number;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** An answer is a few KB; what is beyond this is not the admin API. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * One call of the admin API. `path` is what follows `/__qcc__/`. The answer's shape is the view types'; it is
 * not checked again here, since CLI and gateway come in one package.
 */
export function askGateway<T>(
  address: string,
  method: 'GET' | 'POST',
  path: string,
  options: AskOptions = {},
): Promise<Result<T, Trouble>> {
  return new Promise((resolve) => {
    const silent = (detail: string): void => resolve(fail({ kind: 'silent', detail }));
    const asked = openCall(address, method, path, options);
    asked.on('error', (error: NodeJS.ErrnoException) => silent(error.code ?? error.message));
    asked.on('response', (answer) => {
      readText(answer).then(
        (text) => resolve(understood<T>(answer.statusCode ?? 0, text)),
        (error: Error) => silent(error.message),
      );
    });
    asked.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  });
}

/** How a followed stream came to its end, where nothing was wrong. */
export type StreamEnd = 'ended' | 'aborted';

/**
 * Follows an event stream of the admin API until it ends, breaks, or `signal` says so; every event's data is JSON.
 * Reading stops while `onEvent` runs, so a slow terminal holds the gateway back instead of filling memory.
 */
export function followGateway(
  address: string,
  path: string,
  options: AskOptions & { readonly signal?: AbortSignal },
  onEvent: (event: string, data: unknown) => void,
): Promise<Result<StreamEnd, Trouble>> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return resolve(ok('aborted'));
    const asked = openCall(address, 'GET', path, options);
    const end = (how: Result<StreamEnd, Trouble>): void => {
      signal?.removeEventListener('abort', leave);
      resolve(signal?.aborted ? ok('aborted') : how);
      asked.destroy();
    };
    const leave = (): void => end(ok('aborted'));
    signal?.addEventListener('abort', leave);
    const silent = (error: NodeJS.ErrnoException): void =>
      end(fail({ kind: 'silent', detail: error.code ?? error.message }));
    asked.on('error', silent);
    asked.on('response', (answer) => {
      const hear: typeof onEvent = (event, data) => {
        try {
          onEvent(event, data);
        } catch (thrown) {
          // Whoever listens has failed, not the gateway.
          reject(thrown);
          leave();
        }
      };
      if (answer.statusCode === 200) readEvents(answer, hear).then(() => end(ok('ended')), silent);
      else readText(answer).then((text) => end(refusedBy(answer.statusCode ?? 0, text)), silent);
    });
    asked.end();
  });
}

async function readEvents(
  answer: IncomingMessage,
  onEvent: (event: string, data: unknown) => void,
): Promise<void> {
  const parser = createSseParser();
  for await (const part of answer as AsyncIterable<Buffer>) {
    for (const { event, data } of parser.push(part)) onEvent(event, JSON.parse(data));
    if (parser.error) throw new Error(parser.error.detail);
  }
}

function openCall(
  address: string,
  method: 'GET' | 'POST',
  path: string,
  { token, silenceMs, body }: AskOptions,
): ClientRequest {
  const headers = {
    'x-qcc-admin': '1',
    ...(token ? { 'x-qcc-admin-token': token } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  // An agent would keep the socket, and with it this process, open.
  const asked = httpRequest(new URL(`/__qcc__/${path}`, address), { method, headers, agent: false });
  if (silenceMs !== undefined) {
    asked.setTimeout(silenceMs, () => asked.destroy(new Error(`no answer within ${silenceMs} ms`)));
  }
  return asked;
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function understood<T>(status: number, text: string): Result<T, Trouble> {
  if (status < 200 || status >= 300) return refusedBy(status, text);
  const body = jsonOf(text);
  return body === undefined ? strange(status) : ok(body as T);
}

function refusedBy(status: number, text: string): Result<never, Trouble> {
  const error = (jsonOf(text) as { error?: { code?: unknown; message?: unknown } } | null | undefined)?.error;
  if (typeof error?.code !== 'string') return strange(status);
  return fail({ kind: 'refused', status, code: error.code, message: String(error.message ?? '') });
}

const strange = (status: number): Result<never, Trouble> =>
  fail({ kind: 'silent', detail: `HTTP ${status} that is not from the admin API` });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
