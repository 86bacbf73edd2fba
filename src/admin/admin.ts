import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorText, gatewayError } from '../errors/gateway-error.ts';
import { checkAccess } from './access.ts';
import { type Answer, failure } from './answer.ts';
import type { AdminPorts } from './ports.ts';
import { answerRoute } from './routes.ts';

export type { AdminPorts } from './ports.ts';

// What the dashboard needs to know of the answers: types alone, since browser code imports nothing else.
export type * from '../domain/checkup.ts';
export type * from '../domain/explanation.ts';
export type * from '../domain/health.ts';
export type * from '../domain/ledger.ts';
export type * from '../domain/timeouts.ts';
export type * from '../domain/view.ts';

/** Where the admin API lives. */
const ADMIN_PREFIX = '/__qcc__/';

/**
 * The admin API: JSON over HTTP, for the CLI and whoever watches the gateway.
 *
 * `options` is read at each request, so that a reload can set or change the token. `path` is the
 * request's path without its query. The handler never throws: what fails becomes an answer of the form
 * `{error: {code, message}}`.
 */
export function createAdmin(
  ports: AdminPorts,
  options: () => { token?: string },
): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> {
  return async (request, response, path) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const { token } = options();
    const refusal = checkAccess({
      method,
      peer: request.socket.remoteAddress,
      headers: request.headers,
      ...(token ? { token } : {}),
    });
    if (refusal) {
      send(response, failure(refusal.status, refusal.code, errorText(refusal)));
      return;
    }
    try {
      const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
      send(response, await answerRoute(ports, { method, path: path.slice(ADMIN_PREFIX.length), query }));
    } catch (thrown) {
      const detail = thrown instanceof Error ? thrown.message : String(thrown);
      const error = gatewayError('internal', { detail });
      send(response, failure(error.status, error.code, errorText(error)));
    }
  };
}

function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(`${JSON.stringify(answer.body)}\n`);
  // `close` also comes when the asker is gone before it has read the answer: a stop is then still a stop.
  if (answer.afterwards) afterClose(response, answer.afterwards);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  });
  response.end(body);
}

function afterClose(response: ServerResponse, act: () => void): void {
  if (response.closed) act();
  else response.once('close', act);
}
