import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Downstream } from '../domain/downstream.ts';

/** Time for the last bytes to be read before a reset, which discards what has not been. */
const RESET_AFTER_MS = 20;

/**
 * Ends a connection so that the answer on it can't be taken for whole. A chunked one lacks its end mark; before
 * HTTP/1.1 (nginx speaks 1.0 to its upstreams) the end of the connection is the end mark, and only a reset is not.
 */
function cut(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = response;
  if (request.httpVersion !== '1.0' || !socket) return void response.destroy();
  setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS);
}

/** Wraps Node's response as the way back to the client. */
export function downstreamOf(request: IncomingMessage, response: ServerResponse): Downstream {
  let gone = false;
  let sentBytes = 0;
  let goneListener: (() => void) | undefined;
  response.on('close', () => {
    if (response.writableFinished || gone) return;
    gone = true;
    goneListener?.();
  });
  response.on('error', () => {
    // The socket broke under a write; `close` follows.
  });

  return {
    get headSent() {
      return response.headersSent;
    },
    get gone() {
      return gone;
    },
    get sentBytes() {
      return sentBytes;
    },
    head(status, headers) {
      if (gone || response.headersSent) return;
      // A body that was not read whole would be taken for the next request.
      const all = request.complete ? headers : [...headers, 'connection', 'close'];
      response.writeHead(status, all as string[]);
      response.flushHeaders();
    },
    write(chunk) {
      if (gone) return true;
      sentBytes += chunk.length;
      return response.write(chunk);
    },
    end() {
      if (gone) return;
      response.end();
      if (!request.complete) request.resume();
    },
    breakOff() {
      if (gone) return;
      gone = true;
      const destroy = () => cut(request, response);
      if (response.writableLength === 0) destroy();
      else response.write('', destroy);
    },
    onDrain: (listener) => void response.on('drain', listener),
    onGone(listener) {
      goneListener = listener;
      if (gone) listener();
    },
  };
}
