import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Downstream, DownstreamListener } from '../domain/downstream.ts';
import { onTaken } from './connection.ts';

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
  /** The response lets go of it as it ends. */
  readonly #socket: Socket;
  #headWaits = false;
  #listener: DownstreamListener | undefined = undefined;
  #listensForDrain = false;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.#socket = request.socket;
    response.on('close', () => this.#closed());
    response.on('error', ignore);
  }

  get headSent(): boolean {
    return this.#response.headersSent;
  }

  listen(listener: DownstreamListener): void {
    this.#listener = listener;
    if (this.gone) listener.onGone();
  }

  head(status: number, headers: readonly string[]): void {
    if (this.gone || this.#response.headersSent) return;
    this.#response.writeHead(status, this.#framed(headers) as string[]);
    // Node keeps the head back for the first bytes of the body: one write instead of two, where they come in this turn.
    this.#headWaits = true;
    process.nextTick(flushHead, this);
  }

  write(chunk: Uint8Array): boolean {
    if (this.gone) return true;
    this.#headWaits = false;
    this.sentBytes += chunk.length;
    if (this.#response.write(chunk)) return true;
    this.#listenForDrain();
    return false;
  }

  end(): void {
    if (this.gone) return;
    this.#headWaits = false;
    this.#response.end();
    if (!this.#request.complete) this.#request.resume();
  }

  answer(status: number, headers: readonly string[], body: Buffer): void {
    if (this.gone || this.#response.headersSent) return;
    const all = [...this.#framed(headers), 'content-length', String(body.length)];
    this.#response.writeHead(status, all);
    this.sentBytes += body.length;
    this.#response.end(body);
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

  abandon(): void {
    if (this.gone) return;
    this.gone = true;
    this.#socket.resetAndDestroy();
  }

  onTaken(listener: (taken: boolean) => void): void {
    onTaken(this.#socket, listener);
  }

  /** Sends the head, if it still waits for company. */
  flushHead(): void {
    if (!this.#headWaits) return;
    this.#headWaits = false;
    if (!this.gone) this.#response.flushHeaders();
  }

  /** A body that was not read whole would be taken for the next request. */
  #framed(headers: readonly string[]): readonly string[] {
    return this.#request.complete ? headers : [...headers, 'connection', 'close'];
  }

  #listenForDrain(): void {
    if (this.#listensForDrain) return;
    this.#listensForDrain = true;
    this.#response.on('drain', () => this.#listener?.onDrain());
  }

  #closed(): void {
    if (this.gone) return;
    if (this.#response.writableFinished) return this.#listener?.onFlushed();
    this.gone = true;
    this.#listener?.onGone();
  }
}

const flushHead = (downstream: NodeDownstream): void => downstream.flushHead();

/** The socket broke under a write; `close` follows. */
const ignore = (): void => undefined;
