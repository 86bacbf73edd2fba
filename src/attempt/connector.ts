import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Phase } from '../domain/outcome.ts';
import { Opening } from './opening.ts';

/** Where a connection goes, as undici asks for it. */
export interface ConnectTarget {
  readonly hostname: string;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string | null;
}

type Connected = (error: Error | null, socket: Socket | null) => void;

/** A connection that is neither made nor refused: no answer will come of it. */
const CEILING_MS = 60_000;

/**
 * Node gives each address of a name 250 ms before it tries the next, and fails when all are through. Between
 * continents a handshake takes longer than that.
 */
const ADDRESS_ATTEMPT_MS = 2_500;

export interface Connector {
  /** How far the newest connection has come: what a connect timeout was waiting for. */
  phase(): Phase;
  /** The newest connection, being opened or open; undefined before the first one. */
  newest(): Opening | undefined;
  connect(target: ConnectTarget, done: Connected): void;
}

/** Opens connections to one origin, directly or through a proxy, and keeps TLS sessions for quick returns. */
export function createConnector(proxy?: string): Connector {
  let newest: Opening | undefined;
  let session: Buffer | undefined;

  function connect(target: ConnectTarget, done: Connected): void {
    const secure = target.protocol === 'https:';
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port || (secure ? 443 : 80));
    const opening = new Opening((newest?.n ?? 0) + 1, isIP(host) || proxy !== undefined ? 'connect' : 'dns');
    newest = opening;
    const finish = once((error, socket) => {
      opening.end();
      if (socket) unused.set(socket, opening);
      done(error, socket);
    });
    const open = proxy === undefined ? openDirect : openThrough(proxy);
    open(
      host,
      port,
      () => opening.reached('connect'),
      (error, socket) => {
        if (error || !socket) return finish(error, null);
        if (!secure) return finish(null, ready(socket));
        opening.reached('tls');
        const servername = target.servername ?? (isIP(host) ? '' : host);
        const wrapped = tlsConnect({
          socket,
          // Without it the certificate of an address would be held against "localhost".
          host,
          servername,
          ALPNProtocols: ['http/1.1'],
          ...(session ? { session } : {}),
        });
        wrapped.on('session', (fresh) => {
          session = fresh;
        });
        bounded(wrapped, 'secureConnect', finish);
      },
    );
  }
  return { phase: () => newest?.phase ?? 'connect', newest: () => newest, connect };
}

/** Connections that no call has gone out on yet. */
const unused = new WeakMap<Socket, Opening>();

/** Called as a call goes out on a connection: how that was opened, if this is the first one. */
export function takeOpening(socket: Socket): Opening | undefined {
  const opening = unused.get(socket);
  if (opening) unused.delete(socket);
  return opening;
}

type Open = (host: string, port: number, resolved: () => void, done: Connected) => void;

const openDirect: Open = (host, port, resolved, done) => {
  const socket = netConnect({
    host,
    port,
    noDelay: true,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
  });
  // It tells of a name that was not found, too.
  socket.once('lookup', (error) => error || resolved());
  bounded(socket, 'connect', done);
};

/** A tunnel through an HTTP proxy (CONNECT) or a SOCKS proxy, by the proxy's scheme. */
function openThrough(proxy: string): Open {
  const via = new URL(proxy);
  return via.protocol.startsWith('socks') ? openSocks(via) : openConnect(via);
}

function openConnect(via: URL): Open {
  return (host, port, _resolved, done) => {
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const finish = once(done);
    const secure = via.protocol === 'https:';
    const request = (secure ? httpsRequest : httpRequest)({
      host: via.hostname.replace(/^\[|\]$/g, ''),
      port: via.port || (secure ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      agent: false,
      headers: { host: authority, ...proxyAuthorization(via) },
      timeout: CEILING_MS,
    });
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return finish(null, socket);
      socket.destroy();
      finish(new Error(`proxy ${via.host} answered CONNECT with ${response.statusCode}`), null);
    });
    request.once('timeout', () => request.destroy(new Error(`proxy ${via.host} did not answer`)));
    request.once('error', (error) => finish(error, null));
    request.end();
  };
}

function proxyAuthorization(via: URL): Record<string, string> {
  if (via.username === '') return {};
  const credential = `${decodeURIComponent(via.username)}:${decodeURIComponent(via.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credential).toString('base64')}` };
}

function openSocks(via: URL): Open {
  return (host, port, _resolved, done) => {
    const finish = once(done);
    const version = via.protocol.startsWith('socks4') ? 4 : 5;
    const user =
      via.username === ''
        ? {}
        : { userId: decodeURIComponent(via.username), password: decodeURIComponent(via.password) };
    // Loaded here, since few endpoints sit behind SOCKS.
    void import('socks')
      .then(({ SocksClient }) =>
        SocksClient.createConnection({
          proxy: { host: via.hostname, port: Number(via.port || 1080), type: version, ...user },
          command: 'connect',
          destination: { host, port },
          timeout: CEILING_MS,
        }),
      )
      .then(
        ({ socket }) => finish(null, socket),
        (error: Error) => finish(error, null),
      );
  };
}

/** Waits for `event`, an error, or the ceiling, whichever comes first. */
function bounded<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', done: Connected): void {
  const finish = once(done);
  const ceiling = setTimeout(
    () => socket.destroy(new Error(`no connection after ${CEILING_MS} ms`)),
    CEILING_MS,
  );
  const onError = (error: Error) => {
    clearTimeout(ceiling);
    finish(error, null);
  };
  const onClose = () => onError(new Error('closed while connecting'));
  socket.once('error', onError).once('close', onClose);
  socket.once(event, () => {
    clearTimeout(ceiling);
    socket.off('error', onError).off('close', onClose);
    finish(null, ready(socket));
  });
}

function ready<S extends Socket>(socket: S): S {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}

function once(done: Connected): Connected {
  let called = false;
  return (error, socket) => {
    if (called) return void socket?.destroy();
    called = true;
    done(error, socket);
  };
}
