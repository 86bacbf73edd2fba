// What any gateway on node:http and undici pays before it does anything: the request body buffered and
// forwarded, the answer's bytes piped with backpressure, a client that leaves cancels its upstream call.
// No routing, no timers, no parsing, no log.
import { createServer } from 'node:http';
import { Pool } from 'undici';

const upstream = process.argv[2];
const pool = new Pool(upstream, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
const NOT_FORWARDED = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

/** A raw header list without what belongs to one hop. */
function forwarded(raw, notForwarded) {
  const kept = [];
  for (let at = 0; at < raw.length; at += 2) {
    if (notForwarded.has(raw[at].toLowerCase())) continue;
    kept.push(raw[at], raw[at + 1]);
  }
  return kept;
}

const NOT_ANSWERED = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Writes one upstream answer to one client. */
class Pipe {
  constructor(response) {
    this.response = response;
    this.abort = undefined;
    this.whole = false;
    response.on('close', () => {
      if (!this.whole) this.abort?.();
    });
  }

  onConnect(abort) {
    this.abort = abort;
    if (this.response.destroyed) abort();
  }

  onHeaders(status, raw, resume) {
    const headers = forwarded(
      raw.map((bytes) => bytes.latin1Slice()),
      NOT_ANSWERED,
    );
    this.response.writeHead(status, headers);
    this.response.on('drain', resume);
    return true;
  }

  onData(bytes) {
    return this.response.write(bytes);
  }

  onComplete() {
    this.whole = true;
    this.response.end();
  }

  onError() {
    if (this.response.headersSent) this.response.destroy();
    else this.response.writeHead(502).end();
  }
}

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    const headers = forwarded(request.rawHeaders, NOT_FORWARDED);
    pool.dispatch({ path: request.url, method: request.method, headers, body }, new Pipe(response));
  });
});
server.requestTimeout = 0;
server.listen({ port: Number(process.argv[3]), host: '127.0.0.1', backlog: 4096 });
process.on('SIGTERM', () => process.exit(0));
