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
  return new NodeDownstream(request, response);
}

class NodeDownstream implements Downstream {
  gone = false;
  sentBytes = 0;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #headWaits = false;
  #goneListener: (() => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    response.on('close', () => this.#closed());
    response.on('error', ignore);
  }

  get headSent(): boolean {
    return this.#response.headersSent;
  }

  head(status: number, headers: readonly string[]): void {
    if (this.gone || this.#response.headersSent) return;
    // A body that was not read whole would be taken for the next request.
    const all = this.#request.complete ? headers : [...headers, 'connection', 'close'];
    this.#response.writeHead(status, all as string[]);
    // Node keeps the head back for the first bytes of the body: one write instead of two, where they come in this turn.
    this.#headWaits = true;
    process.nextTick(flushHead, this);
  }

  write(chunk: Uint8Array): boolean {
    if (this.gone) return true;
    this.#headWaits = false;
    this.sentBytes += chunk.length;
    return this.#response.write(chunk);
  }

  end(): void {
    if (this.gone) return;
    this.#headWaits = false;
    this.#response.end();
    if (!this.#request.complete) this.#request.resume();
  }

  breakOff(): void {
    if (this.gone) return;
    this.flushHead();
    this.gone = true;
    const response = this.#response;
    const destroy = () => cut(this.#request, response);
    if (response.writableLength === 0) destroy();
    else response.write('', destroy);
  }

  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }

  onGone(listener: () => void): void {
    this.#goneListener = listener;
    if (this.gone) listener();
  }

  /** Sends the head, if it still waits for company. */
  flushHead(): void {
    if (!this.#headWaits) return;
    this.#headWaits = false;
    if (!this.gone) this.#response.flushHeaders();
  }

  #closed(): void {
    if (this.#response.writableFinished || this.gone) return;
    this.gone = true;
    this.#goneListener?.();
  }
}

const flushHead = (downstream: NodeDownstream): void => downstream.flushHead();

/** The socket broke under a write; `close` follows. */
const ignore = (): void => undefined;
