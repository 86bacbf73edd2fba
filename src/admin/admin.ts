import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Language } from '../errors/catalogue.ts';
import { errorText, gatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';
import { checkAccess, checkPageAccess } from './access.ts';
import { type AdminRoute, type Answer, failure, unknownPath } from './answer.ts';
import { jsonBodyOf } from './json-body.ts';
import { createPage, type Page } from './page.ts';
import type { AdminPorts } from './ports.ts';
import { answerRoute, ROUTES } from './routes.ts';
import { send } from './send.ts';
import { createStreams } from './streams.ts';

// What the dashboard needs to know of the answers: types alone, since browser code imports nothing else.
export type * from '../domain/checkup.ts';
export type * from '../domain/explanation.ts';
export type * from '../domain/health.ts';
export type * from '../domain/ledger.ts';
export type { Route } from '../domain/settings.ts';
export type * from '../domain/timeouts.ts';
export type * from '../domain/view.ts';
export type { AdminPorts } from './ports.ts';

/** Where the admin API lives. */
const ADMIN_PREFIX = '/__qcc__/';

export interface AdminOptions {
  readonly clock: Clock;
  /** Of the texts, where the asker does not say. */
  readonly language: Language;
  /** Folder with the dashboard's files; absent, or empty: a page that says how to build them. */
  readonly dashboard?: string;
  /** Read at each request, so that a reload can set or change the token. */
  readonly settings: () => { readonly token?: string };
}

export interface Admin {
  /** Answers a request. `path` is its path without the query. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  /** Ends the streams: nobody who watches holds up a stop. */
  close(): void;
}

/**
 * The admin API: JSON and event streams over HTTP, for the CLI, the dashboard and whoever watches the gateway; and
 * the dashboard's own files. What fails becomes an answer of the form `{error: {code, message}}`.
 */
export function createAdmin(ports: AdminPorts, options: AdminOptions): Admin {
  const streams = createStreams(ports, options.clock);
  const routes = [...ROUTES, ...streams.routes];
  const page = createPage(options.dashboard);

  return {
    async handle(request, response, path) {
      try {
        send(request, response, await answerOf(request, path));
      } catch (thrown) {
        const detail = thrown instanceof Error ? thrown.message : String(thrown);
        const error = gatewayError('internal', { detail });
        if (response.headersSent) response.destroy();
        else send(request, response, failure(error.status, error.code, errorText(error)));
      }
    },
    close: streams.close,
  };

  function answerOf(request: IncomingMessage, path: string): Answer | Promise<Answer> {
    const { token } = options.settings();
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const facts = { method, peer: request.socket.remoteAddress, headers: request.headers };
    const asked = path.slice(ADMIN_PREFIX.length);
    const isPage = method === 'GET' && isOfPage(path);
    const check = isPage ? checkPageAccess : checkAccess;
    const refusal = check({ ...facts, ...(token ? { token } : {}) });
    if (refusal) return failure(refusal.status, refusal.code, errorText(refusal));
    return isPage ? pageAnswer(page, path) : apiAnswer(routes, method, asked, request);
  }

  function apiAnswer(
    all: readonly AdminRoute[],
    method: string,
    asked: string,
    request: IncomingMessage,
  ): Promise<Answer> {
    const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
    const language = languageOf(query.get('language')) ?? options.language;
    const body = jsonBodyOf(request, options.clock);
    return answerRoute(all, method, asked, { ports, query, language, body });
  }
}

const languageOf = (text: string | null): Language | undefined =>
  text === 'en' || text === 'zh' ? text : undefined;

const isOfPage = (path: string): boolean =>
  `${path}/` === ADMIN_PREFIX ||
  path === ADMIN_PREFIX ||
  path === `${ADMIN_PREFIX}index.html` ||
  path.startsWith(`${ADMIN_PREFIX}assets/`);

function pageAnswer(page: Page, path: string): Answer {
  if (!path.startsWith(ADMIN_PREFIX)) return { kind: 'redirect', to: ADMIN_PREFIX };
  const name = path.slice(ADMIN_PREFIX.length);
  const file = page.file(name);
  return file ? { kind: 'file', file } : unknownPath(name);
}
