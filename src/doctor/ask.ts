import type { Dispatcher } from 'undici';
import { createTransport, networkFailure } from '../attempt/attempt.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Phase } from '../domain/outcome.ts';
import type { OpenedOwnCall, OpenOwnCall } from '../domain/own-call.ts';
import type { Clock } from '../platform/clock.ts';
import type { Heard } from './heard.ts';
import { type Broke, type Generates, outcomeOf } from './outcome.ts';
import { watchSending } from './watch-sending.ts';

/** A question to the endpoint, on the connections that the gateway itself would use. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Below the endpoint's prefix. */
  readonly path: string;
  /** Name, value, name, value… */
  readonly headers: readonly string[];
  readonly body?: Buffer;
  readonly timeoutMs: number;
  /** It asks a model, which may cost: a call for the ledger. */
  readonly generates?: Generates;
  /** Called with each part of the body, and when it came, in ms since the question. */
  onPart?(part: Buffer, atMs: number): void;
}

export interface Asker {
  ask(question: Question): Promise<Heard>;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** Asks one endpoint until it is closed. `signal` ends what is under way. */
export function createAsker(
  endpoint: Endpoint,
  ports: { readonly clock: Clock; readonly ownCall?: OpenOwnCall },
  signal: AbortSignal,
): Asker {
  const { clock } = ports;
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
    const startedAt = clock.wall();
    const sending = watchSending(clock);
    let onRecord: OpenedOwnCall | undefined;
    let broke: Broke | undefined;
    let heard: Heard;
    try {
      signal.throwIfAborted();
      onRecord = opened(question);
      const answer = await line.pool.request({
        method: question.method,
        path: line.prefix + question.path,
        headers: question.headers as string[],
        body: question.body ?? null,
        signal: ending.signal,
      });
      await reading.readFrom(answer);
      heard = reading.heard();
    } catch (thrown) {
      const phase = reading.phase ?? (sending.begun ? 'wait' : line.connectPhase());
      broke = brokenBy(thrown as Error, phase, question, reading.timedOut);
      heard = reading.heard({ phase, detail: broke.detail, timedOut: reading.timedOut });
    } finally {
      sending.stop();
      timer.cancel();
      signal.removeEventListener('abort', stop);
    }
    if (question.generates && onRecord) {
      const sentMs = sending.sentAt === undefined ? undefined : sending.sentAt - reading.startedAt;
      const of = { ...question.generates, endpoint, startedAt, sentMs };
      onRecord.ended(outcomeOf(of, heard, broke));
    }
    return heard;
  }

  function opened({ path, body, generates }: Question): OpenedOwnCall | undefined {
    if (generates === undefined || body === undefined) return undefined;
    return ports.ownCall?.({ purpose: 'doctor', endpoint, path, body, ...generates });
  }

  function brokenBy(thrown: Error, phase: Phase, { timeoutMs }: Question, timedOut: boolean): Broke {
    const found = networkFailure(thrown, phase);
    if (timedOut) return { ...found, phase, cause: 'timeout', endedBy: 'gateway-timer', timeoutMs };
    return signal.aborted ? { ...found, phase, cause: 'cancelled', endedBy: 'client' } : found;
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
  readonly startedAt: number;
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
    this.startedAt = clock.now();
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
    return this.#clock.now() - this.startedAt;
  }
}
