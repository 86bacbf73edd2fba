import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { createEventStream } from './event-stream.ts';
import type { PageFile } from './page.ts';

/** On every answer: nobody else's page may read, frame or guess at it. */
const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** The page asks this gateway only, and holds neither scripts nor styles of its own. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const A_YEAR_S = 31_536_000;

/** Sends an answer. For HEAD it is Node that leaves out the body. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  switch (answer.kind) {
    case 'json':
      // `close` also comes when the asker is gone before it has read the answer: a stop is then still a stop.
      if (answer.afterwards) afterClose(response, answer.afterwards);
      return whole(request, response, answer.status, Buffer.from(`${JSON.stringify(answer.body)}\n`), {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        ...answer.headers,
      });
    case 'text':
      return whole(request, response, 200, Buffer.from(answer.text), {
        'content-type': answer.type,
        'cache-control': 'no-store',
      });
    case 'redirect':
      return whole(request, response, 307, Buffer.alloc(0), {
        location: answer.to,
        'cache-control': 'no-store',
      });
    case 'file':
      return sendFile(request, response, answer.file);
    case 'stream':
      return startStream(request, response, answer.run);
  }
}

function whole(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, {
    ...EVERYWHERE,
    ...headers,
    'content-length': body.length,
    // A body that was not read whole would be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const headers = {
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.immutable ? `public, max-age=${A_YEAR_S}, immutable` : 'no-cache',
    vary: 'accept-encoding',
    'content-security-policy': POLICY,
  };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, { ...EVERYWHERE, ...headers });
    return void response.end();
  }
  const zipped = file.gzip !== undefined && takesGzip(String(request.headers['accept-encoding'] ?? ''));
  const body = zipped && file.gzip ? file.gzip : file.bytes;
  whole(request, response, 200, body, { ...headers, ...(zipped ? { 'content-encoding': 'gzip' } : {}) });
}

const takesGzip = (accepted: string): boolean => /(^|[\s,])gzip(?!\s*;\s*q=0(\.0+)?\s*(,|$))/i.test(accepted);

function startStream(
  request: IncomingMessage,
  response: ServerResponse,
  run: (Answer & { kind: 'stream' })['run'],
): void {
  response.writeHead(200, {
    ...EVERYWHERE,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would hold the events back.
    'x-accel-buffering': 'no',
  });
  if (request.method === 'HEAD') return void response.end();
  response.flushHeaders();
  run(createEventStream(response));
}

function afterClose(response: ServerResponse, act: () => void): void {
  if (response.closed) act();
  else response.once('close', act);
}
