import type { Dispatcher } from 'undici';
import { createTransport, networkFailure } from '../attempt/attempt.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Phase } from '../domain/outcome.ts';
import type { Clock } from '../platform/clock.ts';
import { maskKeys, redact } from '../telemetry/telemetry.ts';

/** A question to the endpoint, on the connections that the gateway itself would use. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Below the endpoint's prefix. */
  readonly path: string;
  /** Name, value, name, value… */
  readonly headers: readonly string[];
  readonly body?: Buffer;
  readonly timeoutMs: number;
  /** Called with each part of the body, and when it came, in ms since the question. */
  onPart?(part: Buffer, atMs: number): void;
}

/** What came back. `failure`: the answer is not whole, or there is none. */
export interface Heard {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body, at most 2 MiB. */
  readonly body: Buffer;
  /** Since the question; absent = did not come. */
  readonly headMs?: number;
  readonly firstByteMs?: number;
  readonly totalMs: number;
  /** The longest time without a byte of the body, that before the first one and that before the end included. */
  readonly longestSilenceMs: number;
  readonly failure?: {
    readonly phase: Phase;
    readonly detail: string;
    /** Nothing broke: we did not wait any longer. */
    readonly timedOut: boolean;
  };
}

export interface Asker {
  ask(question: Question): Promise<Heard>;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** The beginning of a body as text, without the endpoint's key and whatever else looks like one. */
export function textOf({ body }: Heard, { apiKey }: Pick<Endpoint, 'apiKey'>): string {
  return maskKeys(redact(body.toString('utf8'), [apiKey]));
}

/** Asks one endpoint until it is closed. `signal` ends what is under way. */
export function createAsker(endpoint: Endpoint, clock: Clock, signal: AbortSignal): Asker {
  const transport = createTransport();
  const line = transport.line(endpoint);

  async function ask(question: Question): Promise<Heard> {
    const reading = new Reading(clock, question);
    const ending = new AbortController();
    const stop = () => ending.abort(new Error('stopped'));
    signal.addEventListener('abort', stop);
    const timer = clock.timer(question.timeoutMs, () => {
      reading.timedOut = true;
      ending.abort(new Error(`no whole answer after ${question.timeoutMs} ms`));
    });
    try {
      signal.throwIfAborted();
      const answer = await line.pool.request({
        method: question.method,
        path: line.prefix + question.path,
        headers: question.headers as string[],
        body: question.body ?? null,
        signal: ending.signal,
      });
      await reading.readFrom(answer);
      return reading.heard();
    } catch (thrown) {
      const phase = reading.phase ?? line.connectPhase();
      const { detail } = networkFailure(thrown as Error, phase);
      return reading.heard({ phase, detail, timedOut: reading.timedOut });
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', stop);
    }
  }
  return { ask, close: () => transport.destroy() };
}

/** One answer while it comes. */
class Reading {
  timedOut = false;
  /** Absent while there is no connection, as far as can be told. */
  phase: Phase | undefined;
  readonly #clock: Clock;
  readonly #onPart: Question['onPart'];
  readonly #startedAt: number;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  #status: number | undefined;
  #headers: Record<string, string> = {};
  #headMs: number | undefined;
  #firstByteMs: number | undefined;
  #lastByteMs = 0;
  #longestSilenceMs = 0;

  constructor(clock: Clock, { onPart }: Question) {
    this.#clock = clock;
    this.#onPart = onPart;
    this.#startedAt = clock.now();
  }

  async readFrom({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<void> {
    this.phase = 'wait';
    this.#status = statusCode;
    this.#headMs = this.#since();
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) this.#headers[name] = String(value);
    }
    for await (const part of body as AsyncIterable<Buffer>) this.#take(part);
  }

  heard(failure?: Heard['failure']): Heard {
    const totalMs = this.#since();
    const longestSilenceMs = Math.max(this.#longestSilenceMs, totalMs - this.#lastByteMs);
    return {
      headers: this.#headers,
      body: Buffer.concat(this.#parts),
      totalMs,
      longestSilenceMs,
      ...(this.#status === undefined ? {} : { status: this.#status }),
      ...(this.#headMs === undefined ? {} : { headMs: this.#headMs }),
      ...(this.#firstByteMs === undefined ? {} : { firstByteMs: this.#firstByteMs }),
      ...(failure === undefined ? {} : { failure }),
    };
  }

  #take(part: Buffer): void {
    const atMs = this.#since();
    this.phase = 'stream';
    this.#firstByteMs ??= atMs;
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, atMs - this.#lastByteMs);
    this.#lastByteMs = atMs;
    this.#onPart?.(part, atMs);
    if (this.#bytes >= BODY_BYTES_MAX) return;
    this.#bytes += part.length;
    this.#parts.push(part);
  }

  #since(): number {
    return this.#clock.now() - this.#startedAt;
  }
}
