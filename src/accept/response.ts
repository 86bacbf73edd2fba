import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Downstream } from '../domain/downstream.ts';

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
      const destroy = () => response.destroy();
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
