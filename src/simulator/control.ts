import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Books } from './books.ts';
import type { RecordedCall } from './contract.ts';
import type { ScriptError } from './script.ts';
import type { ScriptBook } from './script-book.ts';

/** What the control endpoint steers. */
export interface Controlled {
  readonly books: Books;
  readonly scripts: ScriptBook;
  readonly reset: () => void;
}

interface Answer {
  readonly status: number;
  readonly value: unknown;
}

const SHOWN_CHARACTERS = 4096;
const SECRET_HEADERS = new Set(['authorization', 'x-api-key', 'proxy-authorization', 'cookie']);

const done = (value: unknown): Answer => ({ status: 200, value });
const refused = (status: number, message: string, key?: string): Answer => ({
  status,
  value: { error: { ...(key === undefined ? {} : { key }), message } },
});
const settled = (problem: ScriptError | undefined, value: () => unknown): Answer =>
  problem === undefined ? done(value()) : refused(400, problem.message, problem.key);

/** A credential as it may be shown. */
const digest = (key: string): string =>
  key === '' ? '' : createHash('sha256').update(key).digest('hex').slice(0, 16);

function shown(call: RecordedCall) {
  const headers = Object.fromEntries(
    Object.entries(call.headers).map(([name, value]) => [name, SECRET_HEADERS.has(name) ? '***' : value]),
  );
  return {
    method: call.method,
    path: call.path,
    query: call.query,
    headers,
    credential: digest(call.key),
    at: call.at,
    bodyBytes: call.body.length,
    body: call.body.toString('utf8', 0, SHOWN_CHARACTERS),
  };
}

function countsOf(books: Books) {
  const credentials = books.keys().map((key) => [digest(key), books.counts(key)] as const);
  return { all: books.counts(), byCredential: Object.fromEntries(credentials) };
}

type Action = (on: Controlled, body: unknown) => Answer;

const ACTIONS: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  script: {
    GET: (on) => done(on.scripts.default),
    PUT: (on, body) => settled(on.scripts.program(body), () => on.scripts.default),
  },
  enqueue: {
    POST: (on, body) => {
      const scripts = Array.isArray(body) ? body : [body];
      return settled(on.scripts.enqueue(scripts), () => ({ enqueued: scripts.length }));
    },
  },
  counts: { GET: (on) => done(countsOf(on.books)) },
  calls: { GET: (on) => done(on.books.calls().map(shown)) },
  reset: {
    POST: (on) => {
      on.reset();
      return done({});
    },
  },
};

function act(on: Controlled, method: string, path: string, body: Buffer): Answer {
  const name = path.slice('/__sim__/'.length);
  const methods = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (methods === undefined) {
    return refused(404, `no such control path; there are: ${Object.keys(ACTIONS).join(', ')}`);
  }
  const action = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (action === undefined) return refused(405, `${name} takes ${Object.keys(methods).join(', ')}`);
  if (method === 'GET' || body.length === 0) return action(on, {});
  try {
    return action(on, JSON.parse(body.toString()));
  } catch (error) {
    if (error instanceof SyntaxError) return refused(400, 'the body is not valid JSON');
    throw error;
  }
}

/** Answers a call to `/__sim__/…`. Credentials appear as digests only. */
export function control(
  on: Controlled,
  method: string,
  path: string,
  body: Buffer,
  response: ServerResponse,
): void {
  const { status, value } = act(on, method, path, body);
  const json = JSON.stringify(value);
  response.writeHead(status, [
    ...['content-type', 'application/json', 'content-length', String(Buffer.byteLength(json))],
  ]);
  response.end(json);
}
