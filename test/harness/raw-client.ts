import { connect, type Socket } from 'node:net';
import { closeLater } from './gateway.ts';

/** A client that sees bytes and the way a connection ends, not what an HTTP library makes of them. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far, as Latin-1. */
  readonly text: () => string;
  send(bytes: string | Buffer): void;
  /** Resolves with everything received once the connection is closed. */
  readonly closed: Promise<string>;
}

export function rawClient(url: string): RawClient {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => {
    // A reset is one of the endings that are looked for; `close` follows.
  });
  const closed = new Promise<string>((resolve) => {
    socket.once('close', () => resolve(received));
  });
  closeLater({ close: async () => void socket.destroy() });
  return { socket, text: () => received, send: (bytes) => void socket.write(bytes), closed };
}

/** A POST as bytes. */
export function postBytes(path: string, body: string, headers: readonly string[] = []): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: gateway',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Did a chunked answer come to its end mark? */
export const endsCleanly = (received: string): boolean => received.endsWith('\r\n0\r\n\r\n');

/** The body of a chunked answer, put together from its chunks; what is no chunk any more is dropped. */
export function chunkedBody(received: string): string {
  let rest = received.slice(received.indexOf('\r\n\r\n') + 4);
  let body = '';
  for (let size = sizeOf(rest); size > 0; size = sizeOf(rest)) {
    const start = rest.indexOf('\r\n') + 2;
    body += rest.slice(start, start + size);
    rest = rest.slice(start + size + 2);
  }
  return body;
}

const sizeOf = (rest: string): number => Number.parseInt(rest, 16) || 0;
