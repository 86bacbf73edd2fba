import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Downstream, DownstreamListener } from '../domain/downstream.ts';
import { onTaken } from './connection.ts';
import { framed, framedHead } from './framing.ts';

/** Time for the last bytes to be read before a reset, which discards what has not been. */
const RESET_AFTER_MS = 20;

/** What waits for the end of this turn at most; more is written at once. */
const GATHER_BYTES = 32 * 1024;
/** A body up to here is copied behind its head, so that both go out in one write. */
const COPIED_BYTES = 128 * 1024;

/**
 * Ends a connection so that the answer on it can't be taken for whole. A chunked one lacks its end mark; before
 * HTTP/1.1 (nginx speaks 1.0 to its upstreams) the end of the connection is the end mark, and only a reset is not.
 */
function cut(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = response;
  if (request.httpVersion !== '1.0' || !socket) return void response.destroy();
  setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS);
}

/** Wraps Node's response as the way back to the client. `keepAliveMs`: how long an idle connection stays open. */
export function downstreamOf(
  request: IncomingMessage,
  response: ServerResponse,
  keepAliveMs: number,
): Downstream {
  return new NodeDownstream(request, response, keepAliveMs);
}

const NO_PIECES: Uint8Array[] = [];

/**
 * An answer on a connection that stays open is framed here, past Node's response: what comes in one turn of the event loop
 * goes out as one buffer in one write, where Node hands the system four for each chunk. All else (HTTP/1.0, HEAD,
 * `connection: close`, a request behind one that is not answered yet, a body that was not read) goes Node's way.
 */
class NodeDownstream implements Downstream {
  gone = false;
  sentBytes = 0;
  headSent = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** The response lets go of it as it ends. */
  readonly #socket: Socket;
  readonly #keepAliveMs: number;
  #listener: DownstreamListener | undefined = undefined;
  /** Framed here. */
  #own = false;
  #isChunked = false;
  /** The head, while it waits for company. */
  #head = '';
  #pieces = NO_PIECES;
  #pendingBytes = 0;
  #flushQueued = false;
  #listensForDrain = false;
  #ended = false;
  #flushed = false;

  constructor(request: IncomingMessage, response: ServerResponse, keepAliveMs: number) {
    this.#request = request;
    this.#response = response;
    this.#socket = request.socket;
    this.#keepAliveMs = keepAliveMs;
    response.on('close', () => this.#closed());
    response.on('error', ignore);
  }

  listen(listener: DownstreamListener): void {
    this.#listener = listener;
    if (this.gone) listener.onGone();
  }

  head(status: number, headers: readonly string[]): void {
    if (this.gone || this.headSent) return;
    this.headSent = true;
    const made = this.#framesItself() ? framedHead(status, headers, this.#keepAliveS) : undefined;
    if (made) {
      this.#own = true;
      this.#isChunked = made.isChunked;
      this.#head = made.text;
    } else this.#response.writeHead(status, this.#closing(headers) as string[]);
    // The first bytes of the body may come in this turn: then they go out with the head.
    this.#flushSoon();
  }

  write(chunk: Uint8Array): boolean {
    if (this.gone || chunk.length === 0) return true;
    this.sentBytes += chunk.length;
    if (!this.#own) {
      this.#flushQueued = false;
      return this.#response.write(chunk) || this.#waitsForDrain(this.#response);
    }
    if (this.#pieces === NO_PIECES) this.#pieces = [chunk];
    else this.#pieces.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= GATHER_BYTES) return this.#flush();
    this.#flushSoon();
    return !this.#socket.writableNeedDrain || this.#waitsForDrain(this.#socket);
  }

  end(): void {
    if (this.gone || this.#ended) return;
    this.#ended = true;
    if (this.#own) this.#flush();
    else {
      this.#flushQueued = false;
      this.#response.end();
    }
    if (!this.#request.complete) this.#request.resume();
  }

  answer(status: number, headers: readonly string[], body: Buffer): void {
    if (this.gone || this.headSent) return;
    this.headSent = true;
    this.#ended = true;
    this.sentBytes += body.length;
    const made = this.#framesItself()
      ? framedHead(status, headers, this.#keepAliveS, body.length)
      : undefined;
    if (!made) {
      const all = [...this.#closing(headers), 'content-length', String(body.length)];
      this.#response.writeHead(status, all);
      this.#response.end(body);
    } else {
      this.#own = true;
      this.#head = made.text;
      this.#pieces = [body];
      this.#pendingBytes = body.length;
      this.#flush();
    }
    if (!this.#request.complete) this.#request.resume();
  }

  breakOff(): void {
    if (this.gone) return;
    if (this.#own && (this.#head !== '' || this.#pendingBytes > 0)) this.#flush();
    else if (this.#flushQueued) this.#response.flushHeaders();
    this.gone = true;
    const destroy = () => cut(this.#request, this.#response);
    if (this.#socket.writableLength === 0) destroy();
    else this.#socket.write('', destroy);
  }

  abandon(): void {
    if (this.gone) return;
    this.gone = true;
    this.#socket.resetAndDestroy();
  }

  onTaken(listener: (taken: boolean) => void): void {
    onTaken(this.#socket, listener);
  }

  /** Sends what waits for company. */
  flushPending(): void {
    if (!this.#flushQueued) return;
    this.#flushQueued = false;
    if (this.gone) return;
    if (!this.#own) this.#response.flushHeaders();
    else if (this.#head !== '' || this.#pendingBytes > 0) this.#flush();
  }

  get #keepAliveS(): number {
    return Math.floor(this.#keepAliveMs / 1000);
  }

  /** Whether Node would keep the connection open, and it is this answer's turn on it. */
  #framesItself(): boolean {
    const { httpVersion, method, complete } = this.#request;
    const { shouldKeepAlive, socket } = this.#response;
    return shouldKeepAlive && socket !== null && complete && httpVersion === '1.1' && method !== 'HEAD';
  }

  /** A body that was not read whole would be taken for the next request. */
  #closing(headers: readonly string[]): readonly string[] {
    return this.#request.complete ? headers : [...headers, 'connection', 'close'];
  }

  #flushSoon(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    process.nextTick(flushPending, this);
  }

  /** Writes what waits. False: the client can't take more now. */
  #flush(): boolean {
    const head = this.#head;
    const pieces = this.#pieces;
    const bytes = this.#pendingBytes;
    this.#head = '';
    this.#pieces = NO_PIECES;
    this.#pendingBytes = 0;
    const onWritten = this.#ended ? (error?: Error | null) => this.#written(error) : undefined;
    if (bytes <= COPIED_BYTES) {
      const whole = framed(head, pieces, bytes, this.#isChunked, this.#ended);
      return this.#socket.write(whole, onWritten) || this.#waitsForDrain(this.#socket);
    }
    return this.#writeApart(head, pieces, bytes, onWritten) || this.#waitsForDrain(this.#socket);
  }

  /** Without copying the body. */
  #writeApart(
    head: string,
    pieces: readonly Uint8Array[],
    bytes: number,
    onWritten: ((error?: Error | null) => void) | undefined,
  ): boolean {
    const socket = this.#socket;
    socket.cork();
    socket.write(this.#isChunked ? `${head}${bytes.toString(16)}\r\n` : head, 'latin1');
    for (const piece of pieces) socket.write(piece);
    const tail = this.#isChunked ? `\r\n${this.#ended ? '0\r\n\r\n' : ''}` : '';
    const takesMore = socket.write(tail, 'latin1', onWritten);
    socket.uncork();
    return takesMore;
  }

  /** All of the answer is with the system: Node goes on to the connection's next request. */
  #written(error: Error | null | undefined): void {
    if (error || this.gone) return;
    this.#flushed = true;
    this.#response.emit('finish');
  }

  #waitsForDrain(stream: Socket | ServerResponse): false {
    if (this.#listensForDrain) return false;
    this.#listensForDrain = true;
    stream.once('drain', () => {
      this.#listensForDrain = false;
      this.#listener?.onDrain();
    });
    return false;
  }

  #closed(): void {
    if (this.gone) return;
    if (this.#own ? this.#flushed : this.#response.writableFinished) return this.#listener?.onFlushed();
    this.gone = true;
    this.#listener?.onGone();
  }
}

const flushPending = (downstream: NodeDownstream): void => downstream.flushPending();

/** The socket broke under a write; `close` follows. */
const ignore = (): void => undefined;
