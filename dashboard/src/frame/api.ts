import { signal } from '@preact/signals';
import { messageReader, type StreamMessage } from './event-stream.ts';
import { remember, remembered } from './memory.ts';

/** Why a call brought nothing. `status` 0: no answer came at all. */
export interface ApiError {
  readonly status: number;
  readonly code: string;
  /** The gateway's own words; empty where it said none. */
  readonly message: string;
}

export type Told<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ApiError };

const TOKEN = 'qcc.token';
/** The page lives at `/__qcc__/`, and the API beside it. */
const ROOT = './';

/** Set while the gateway wants a token, or another one: the gateway's words. */
export const tokenWanted = signal<string | undefined>(undefined);
/** Grows with each token given: what depends on it tries again. */
export const tokenTurn = signal(0);

let declined = false;

/** Whoever does not want to give a token is left alone, until something is tried again on purpose. */
export function declineToken(): void {
  declined = true;
  tokenWanted.value = undefined;
}

export function askAgain(): void {
  declined = false;
}

export function useToken(token: string): void {
  remember('sessionStorage', TOKEN, token.trim() || undefined);
  tokenWanted.value = undefined;
  askAgain();
  tokenTurn.value += 1;
}

/** `GET`; `path` is relative to `/__qcc__/`: `ledger?limit=5`. Never throws. */
export function get<T>(path: string, signal?: AbortSignal): Promise<Told<T>> {
  return call<T>('GET', path, undefined, signal);
}

/** `POST` of a JSON body, or of none. Never throws. */
export function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<Told<T>> {
  askAgain();
  return call<T>('POST', path, body, signal);
}

async function call<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Told<T>> {
  const answer = await ask(method, path, body, signal);
  if (!answer.ok) return answer;
  try {
    return { ok: true, value: (await answer.value.json()) as T };
  } catch {
    return {
      ok: false,
      error: { status: signal?.aborted ? 0 : answer.value.status, code: 'unreadable', message: '' },
    };
  }
}

/**
 * Reads a `text/event-stream` until it ends. `onMessage` is called for each message; the result says why it
 * ended: `ok` where the gateway closed it. Never throws.
 */
export async function stream(
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  onMessage: (message: StreamMessage) => void,
  signal: AbortSignal,
): Promise<Told<undefined>> {
  const answer = await ask(method, path, body, signal);
  if (!answer.ok) return answer;
  const decoder = new TextDecoder();
  const read = messageReader(onMessage);
  try {
    const reader = answer.value.body?.getReader();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return { ok: true, value: undefined };
      read(decoder.decode(piece.value, { stream: true }));
    }
  } catch {
    return { ok: false, error: { status: 0, code: 'broken', message: '' } };
  }
}

async function ask(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<Told<Response>> {
  const token = remembered('sessionStorage', TOKEN);
  try {
    const answer = await fetch(ROOT + path, {
      method,
      cache: 'no-store',
      headers: {
        'x-qcc-admin': '1',
        ...(token ? { 'x-qcc-admin-token': token } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    return answer.ok ? { ok: true, value: answer } : { ok: false, error: await errorOf(answer) };
  } catch {
    return {
      ok: false,
      error: { status: 0, code: signal?.aborted ? 'aborted' : 'unreachable', message: '' },
    };
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  const { status } = answer;
  const told = (await answer.json().catch(() => undefined)) as
    | { error?: { code?: unknown; message?: unknown } }
    | undefined;
  const code = typeof told?.error?.code === 'string' ? told.error.code : 'unreadable';
  const message = typeof told?.error?.message === 'string' ? told.error.message : '';
  if (code === 'admin_forbidden' && !declined) tokenWanted.value = message;
  return { status, code, message };
}
