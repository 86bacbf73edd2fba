import { request as httpRequest, type IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '../domain/result.ts';

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
  { token, silenceMs }: AskOptions = {},
): Promise<Result<T, Trouble>> {
  return new Promise((resolve) => {
    const silent = (detail: string): void => resolve(fail({ kind: 'silent', detail }));
    const headers = { 'x-qcc-admin': '1', ...(token ? { 'x-qcc-admin-token': token } : {}) };
    // An agent would keep the socket, and with it this process, open.
    const asked = httpRequest(new URL(`/__qcc__/${path}`, address), { method, headers, agent: false });
    asked.on('error', (error: NodeJS.ErrnoException) => silent(error.code ?? error.message));
    if (silenceMs !== undefined) {
      asked.setTimeout(silenceMs, () => asked.destroy(new Error(`no answer within ${silenceMs} ms`)));
    }
    asked.on('response', (answer) => {
      readText(answer).then(
        (text) => resolve(understood<T>(answer.statusCode ?? 0, text)),
        (error: Error) => silent(error.message),
      );
    });
    asked.end();
  });
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
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return fail({ kind: 'silent', detail: `HTTP ${status} that is not from the admin API` });
  }
  if (status >= 200 && status < 300) return ok(body as T);
  const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error;
  if (typeof error?.code !== 'string') {
    return fail({ kind: 'silent', detail: `HTTP ${status} that is not from the admin API` });
  }
  return fail({ kind: 'refused', status, code: error.code, message: String(error.message ?? '') });
}
