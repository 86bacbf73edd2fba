import type { Dispatcher } from 'undici';
import type { ConnectionTimes, Phase } from '../domain/outcome.ts';
import type { Clock } from '../platform/clock.ts';
import type { AttemptCall } from './attempt-call.ts';
import type { Opening } from './opening.ts';
import { type Line, noteSocketFor } from './transport.ts';

/** An idle socket that the upstream closed as we wrote to it breaks within a round trip. */
const STALE_SOCKET_MS = 1_000;
const STALE_RESENDS_MAX = 3;

/**
 * From here on, undici's iteration over pieces costs less than copying them into one buffer: about the same at 64 KB,
 * two thirds at 512 KB, a third at 1 MB. Below, one write is worth more than the copy.
 */
const PIECES_BYTES_MIN = 64 * 1024;

const ENDED = new Error('attempt ended');

/** What a call tells whoever made it, in the order in which it happens. None of them may throw. */
export interface CallOwner {
  /** It looks for a connection: at first, and before it goes out anew. */
  connecting(): void;
  connected(): void;
  /** It broke as on a stale connection, and is about to go out anew. */
  goesAnew(): void;
  /** False: hold the upstream back. */
  headCame(status: number, raw: readonly (Buffer | string)[]): boolean;
  dataCame(chunk: Buffer): boolean;
  /** The upstream ended cleanly. */
  ended(): void;
  broke(error: Error): void;
}

/** One call over the wire, and undici's handler of it: it costs one object, and its events no closures. */
export class UpstreamCall {
  phase: Phase = 'connect';
  /** When the request was handed to the system as a whole. */
  sentAt: number | undefined;
  readonly #asked: AttemptCall;
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #owner: CallOwner;
  #over = false;
  #answered = false;
  #resends = 0;
  #reusedSocket = false;
  #openingsBefore = 0;
  /** The connection that is opened for this call. */
  #opening: Opening | undefined;
  #connection: ConnectionTimes | undefined;
  #abort: ((reason?: Error) => void) | undefined;
  #resume: (() => void) | undefined;

  constructor(asked: AttemptCall, line: Line, clock: Clock, owner: CallOwner) {
    this.#asked = asked;
    this.#line = line;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Sends it. A failure to is told as any other break. */
  dispatch(): void {
    const { method, path } = this.#asked;
    this.phase = 'connect';
    this.#owner.connecting();
    this.#openingsBefore = this.#line.newestOpening()?.n ?? 0;
    try {
      const { headers, body } = sendable(this.#asked);
      this.#line.pool.dispatch(
        {
          method: method as Dispatcher.HttpMethod,
          path: this.#line.prefix + path,
          headers,
          body: body as Buffer,
        },
        this as unknown as Dispatcher.DispatchHandler,
      );
    } catch (thrown) {
      return this.onError(thrown as Error);
    }
    // undici opens a connection within the call, if at all.
    const newest = this.#line.newestOpening();
    this.#opening = newest && newest.n > this.#openingsBefore ? newest : undefined;
  }

  /** The end: nothing is told from here on. `cut`: the connection goes with it, as it must in the middle of a call. */
  end(cut: boolean): void {
    this.#over = true;
    if (cut) this.#abort?.(ENDED);
  }

  /** Lets the upstream go on after it was held back. */
  resume(): void {
    this.#resume?.();
  }

  /** How far it came; where a connection is opened for it, the part of that. */
  get reachedPhase(): Phase {
    if (this.phase !== 'connect') return this.phase;
    return this.#opening?.phase ?? this.#line.connectPhase();
  }

  /** How its connection was opened; undefined where it went out on an open one. */
  get connection(): ConnectionTimes | undefined {
    return this.#connection ?? this.#opening?.times;
  }

  // undici's side: these run in the order in which they stand here.

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#over) return abort(ENDED);
    noteSocketFor(this);
    this.#abort = abort;
    this.phase = 'send';
    this.sentAt = undefined;
    this.#owner.connected();
  }

  tookSocket(opening: Opening | undefined): void {
    this.#reusedSocket = opening === undefined;
    // One that an earlier call gave up waiting for was open already.
    if (opening && opening.n > this.#openingsBefore) this.#connection = opening.times;
  }

  onRequestSent(): void {
    if (this.phase !== 'send') return;
    this.phase = 'wait';
    this.sentAt = this.#clock.now();
  }

  onHeaders(status: number, raw: Buffer[] | string[], resume: () => void): boolean {
    if (this.#over || status < 200) return true;
    this.#answered = true;
    this.#resume = resume;
    return this.#owner.headCame(status, raw);
  }

  onData(chunk: Buffer): boolean {
    return this.#over || this.#owner.dataCame(chunk);
  }

  onComplete(): void {
    if (!this.#over) this.#owner.ended();
  }

  onError(error: Error): void {
    if (this.#over) return;
    if (this.#isStale()) this.#sendAnew();
    else this.#owner.broke(error);
  }

  /**
   * undici never sends a POST again, but a keep-alive socket that the upstream closed while we wrote to it has
   * carried nothing to a model. Only a used socket, only before any answer, only at once. An upstream that read the
   * call and then broke looks the same, so it is told of.
   */
  #isStale(): boolean {
    if (!this.#reusedSocket || this.#answered || this.phase === 'connect') return false;
    if (this.#resends >= STALE_RESENDS_MAX) return false;
    const now = this.#clock.now();
    return now - (this.sentAt ?? now) <= STALE_SOCKET_MS;
  }

  #sendAnew(): void {
    this.#resends += 1;
    this.#reusedSocket = false;
    this.#owner.goesAnew();
    this.sentAt = undefined;
    this.dispatch();
  }
}

/** Small pieces become one buffer; large ones go out as they are, with their length said beforehand. */
function sendable({ headers, body }: AttemptCall): { headers: string[]; body: Buffer | Buffer[] | null } {
  if (body instanceof Uint8Array)
    return { headers: headers as string[], body: body.length > 0 ? body : null };
  let bytes = 0;
  for (const piece of body) bytes += piece.length;
  if (bytes === 0) return { headers: headers as string[], body: null };
  if (body.length === 1 && body[0]) return { headers: headers as string[], body: body[0] };
  if (bytes < PIECES_BYTES_MIN)
    return { headers: headers as string[], body: Buffer.concat(body as Buffer[], bytes) };
  return { headers: [...headers, 'content-length', String(bytes)], body: body as Buffer[] };
}
