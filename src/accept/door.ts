import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createProbe, type Server as NetServer, type Socket } from 'node:net';
import { NO_BODY } from '../domain/body.ts';
import type { Downstream } from '../domain/downstream.ts';
import type { ClientRequest } from '../domain/request.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { Listener, Settings } from '../domain/settings.ts';
import { type GatewayError, gatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';
import { requestId } from '../platform/ids.ts';
import { type BodyRead, decodeBody, readBody } from './body.ts';
import { authenticate } from './client-auth.ts';
import { readOn, watchConnection } from './connection.ts';
import { downstreamOf } from './response.ts';

export interface AcceptHandlers {
  /** A request, whole; or, with `refusal`, what there is of one and why it can't be served. */
  serve(request: ClientRequest, downstream: Downstream, refusal?: GatewayError): void;
  /** Everything under `/__qcc__/`. */
  admin(request: IncomingMessage, response: ServerResponse, path: string): void;
}

export interface AcceptOptions {
  readonly handlers: AcceptHandlers;
  /** Read for each request, so that a reload takes effect at once. */
  readonly settings: () => Settings;
  readonly clock: Clock;
}

/** A listening address. */
export interface Door {
  /** `http://127.0.0.1:7860`. */
  readonly url: string;
  /** No further connections; idle ones are closed, busy ones when they are done. */
  close(): Promise<void>;
  /** Cuts what is left. */
  destroy(): void;
}

const ADMIN_PREFIX = '/__qcc__';

/** Under the admin's prefix, but for clients, with their own credential. */
const TICKET_ANSWER = /\/exchanges\/[\w-]+\/answer$/;

/** Longer than the idle time of clients' pools, so that it is they who close: no reset under a request. */
const KEEP_ALIVE_MS = 75_000;

/** How often a closing door looks for connections that have fallen idle. */
const SWEEP_MS = 50;

/** Opens one listener. Fails as a value when the address can't be had. */
export async function openDoor(
  listener: Listener,
  options: AcceptOptions,
): Promise<Result<Door, { readonly detail: string }>> {
  const requestTimeoutMs = options.settings().requestTimeoutMs;
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Bodies are timed by readBody, which resets on progress; Node's own limit would cut slow uploads.
    requestTimeout: 0,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, requestTimeoutMs / 4)),
    noDelay: true,
  });
  server.on('connection', watchConnection);
  server.on('request', (request, response) => accept(request, response, listener, options));
  server.on('clientError', answerBadHttp);
  const failure = await listen(server, listener);
  if (failure) return fail({ detail: failure });
  return ok(doorOf(server, listener));
}

/** Why an address can't be had; undefined where it can. */
export async function whyTaken(listener: Listener): Promise<string | undefined> {
  const probe = createProbe();
  const failure = await listen(probe, listener);
  if (failure === undefined) await new Promise((resolve) => probe.close(resolve));
  return failure;
}

function listen(server: NetServer, { host, port }: Listener): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const words: Record<string, string> = {
        EADDRINUSE: `${host}:${port} is in use by another program (is QCC running already? qcc proxy status)`,
        EACCES: `no permission to listen on ${host}:${port} (ports under 1024 need privileges)`,
        EADDRNOTAVAIL: `${host} is not an address of this machine`,
        ENOTFOUND: `${host} can't be resolved`,
      };
      resolve(words[error.code ?? ''] ?? `can't listen on ${host}:${port}: ${error.code ?? error.message}`);
    });
    server.listen(port, host, () => resolve(undefined));
  });
}

function doorOf(server: Server, listener: Listener): Door {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : listener.port;
  const host = listener.host.includes(':') ? `[${listener.host}]` : listener.host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    close() {
      closing ??= closed(server);
      return closing;
    },
    destroy: () => server.closeAllConnections(),
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is busy now falls idle later, and its client may keep it open for long.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}

function accept(
  incoming: IncomingMessage,
  response: ServerResponse,
  listener: Listener,
  { handlers, settings, clock }: AcceptOptions,
): void {
  readOn(incoming.socket);
  const url = incoming.url ?? '/';
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const isAdmin = path === ADMIN_PREFIX || path.startsWith(`${ADMIN_PREFIX}/`);
  if (isAdmin && !TICKET_ANSWER.test(path)) return handlers.admin(incoming, response, path);

  const { auth, maxBodyBytes: maxBytes, requestTimeoutMs: pauseMs } = settings();
  const headers = incoming.headers as Record<string, string>;
  const identity = authenticate(headers, auth.keys);
  const downstream = downstreamOf(incoming, response, KEEP_ALIVE_MS);
  const request: Writable<ClientRequest> = {
    id: requestId(),
    method: incoming.method ?? 'GET',
    path,
    query: queryAt < 0 ? '' : url.slice(queryAt),
    headers,
    rawHeaders: incoming.rawHeaders,
    body: NO_BODY,
    receivedAt: clock.now(),
    listener: listener.name,
    client: identity.ok ? identity.value : UNKNOWN,
  };
  if (!identity.ok) return handlers.serve(request, downstream, identity.error);
  const serve = (read: BodyRead) => {
    if (read === undefined) return;
    if (!read.ok) return handlers.serve(request, downstream, read.error);
    request.body = read.value;
    handlers.serve(request, downstream);
  };
  readBody(incoming, { maxBytes, pauseMs }, clock, (read) => {
    const encoding = headers['content-encoding'];
    if (encoding === undefined || !read?.ok) return serve(read);
    void decodeBody(read.value, encoding, maxBytes).then(serve);
  });
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

const UNKNOWN = { name: 'unknown', credential: '' };

/** Bytes that are not HTTP, or headers that never end: Node has no response object to give. */
function answerBadHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const known: Record<string, [number, string, string]> = {
    ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request did not arrive whole in time'],
    HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are too large'],
  };
  const [status, reason, detail] = known[error.code ?? ''] ?? [400, 'Bad Request', 'it is not valid HTTP'];
  const { code, words } = gatewayError('bad_request', { detail });
  const body = JSON.stringify({
    error: { type: 'invalid_request_error', code, message: `QCC: ${words.detail}` },
  });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
