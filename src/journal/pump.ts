import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { AnswerHead, AnswerSink, FlowControl, Verdict } from '../domain/answer.ts';
import type { Body } from '../domain/body.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import {
  createStreamReader,
  estimateInputTokens,
  readAnswer,
  type StreamReader,
} from '../protocols/protocols.ts';
import type { Journal } from './answer-journal.ts';
import { downstreamHeaders } from './downstream-headers.ts';

export interface PumpOptions {
  readonly protocol: Protocol;
  readonly operation: Operation;
  /** The upstream was asked for a stream; its client may not have been. */
  readonly streamed: boolean;
  /** Some client wants the stream as one object. */
  readonly aggregates: boolean;
  /** The request's body: an upstream that can't count tokens has them estimated from it. */
  readonly requestBody: Body;
  /** The gateway's own headers on the answer, flat. */
  readonly ownHeaders: readonly string[];
  /** The journal has the answer's head. */
  onOpened(): void;
}

/** Writes one attempt's answer into the journal. */
export interface Pump extends AnswerSink {
  /**
   * An error event can follow what was given out: it is a stream, it stands between two events, and the upstream
   * has not said itself what went wrong.
   */
  readonly tellable: boolean;
  /** A stream was asked for, and a whole JSON answer came. */
  readonly answeredPlain: boolean;
}

/** A preamble is some hundred bytes; one this long is given out as it is. */
const HELD_BYTES_MAX = 256 * 1024;
/** A whole answer larger than this is given out as it comes. */
const WHOLE_BYTES_MAX = 64 * 1024 * 1024;

/** Enough of what is no answer to see what it says. */
const START_BYTES = 16 * 1024;

const NO_USAGE: Usage = {};

/**
 * How an answer's bytes are treated. `stream`: the preamble is held back until content comes, then every chunk
 * goes out as it arrives. `whole`: nothing goes out before all of it is there and known to be an answer.
 * `pass`: everything goes out as it arrives.
 */
type Mode = 'undecided' | 'stream' | 'whole' | 'pass' | 'estimate';

export function createPump(journal: Journal, options: PumpOptions): Pump {
  return new JournalPump(journal, options);
}

class JournalPump implements Pump {
  sawEvent = false;
  #opened = false;
  #toldError = false;
  #watch: StreamReader | undefined;
  readonly #journal: Journal;
  readonly #options: PumpOptions;
  #mode: Mode = 'undecided';
  #head: AnswerHead | undefined;
  #flow: FlowControl | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #wholeUsage: Usage = NO_USAGE;
  #wholeModel: string | undefined = undefined;

  constructor(journal: Journal, options: PumpOptions) {
    this.#journal = journal;
    this.#options = options;
  }

  get usage(): Usage {
    return this.#watch?.usage ?? this.#wholeUsage;
  }

  /** The model that answered, as the upstream says. */
  get model(): string | undefined {
    return this.#watch?.model ?? this.#wholeModel;
  }

  /** Bytes of the answer's text so far; undefined where it is no stream. */
  get outputBytes(): number | undefined {
    return this.#watch?.outputBytes;
  }

  get committed(): boolean {
    return this.#opened && this.#journal.givenOut;
  }

  get answeredPlain(): boolean {
    return this.#options.streamed && this.#mode === 'whole' && this.#head?.status === 200;
  }

  get sawTokens(): boolean {
    return this.#watch?.hasContent ?? false;
  }

  get complete(): boolean {
    return this.#opened && this.#watch?.complete === true;
  }

  get tellable(): boolean {
    return this.#watch?.atBoundary === true && !this.#toldError;
  }

  head(head: AnswerHead, flow: FlowControl): void {
    this.#head = head;
    this.#flow = flow;
    this.#mode = this.#modeFor(head);
    if (this.#mode === 'stream') this.#startWatch();
    if (this.#mode === 'pass') this.#commit();
  }

  data(chunk: Buffer): Verdict | undefined {
    if (this.#mode === 'undecided') this.#decideBy(chunk);
    if (this.#mode === 'stream') return this.#streamed(chunk);
    this.sawEvent = true;
    if (this.#mode === 'pass') this.#journal.append(chunk);
    else this.#hold(chunk, WHOLE_BYTES_MAX);
    return undefined;
  }

  end(): Verdict {
    switch (this.#mode) {
      case 'stream':
        return this.#streamEnded();
      case 'pass':
        return { kind: 'whole' };
      case 'estimate':
        return this.#answerEstimate();
      default:
        return this.#wholeEnded();
    }
  }

  #modeFor(head: AnswerHead): Mode {
    const { status } = head;
    const { operation, streamed } = this.#options;
    if (operation === 'count-tokens' && (status === 404 || status === 405 || status === 501))
      return 'estimate';
    if (operation === 'pass') return 'pass';
    if (status >= 300) return 'whole';
    if (!streamed || head.header('content-encoding') !== undefined) return 'whole';
    return head.header('content-type')?.includes('text/event-stream') ? 'stream' : 'undecided';
  }

  /** Some relays send event streams under another content type. */
  #decideBy(firstChunk: Buffer): void {
    const start = firstChunk.toString('latin1', 0, 16).trimStart();
    this.#mode = /^(event|data|id|retry)?:/.test(start) ? 'stream' : 'whole';
    if (this.#mode === 'stream') this.#startWatch();
  }

  #startWatch(): void {
    const { protocol, aggregates } = this.#options;
    this.#watch = createStreamReader(protocol, { aggregate: aggregates });
    this.#journal.watched(this.#watch, aggregates);
  }

  #streamed(chunk: Buffer): Verdict | undefined {
    const watch = this.#watch;
    if (!watch) return undefined;
    watch.push(chunk);
    this.sawEvent ||= watch.sawEvent;
    if (this.#opened) {
      this.#journal.append(chunk);
      return watch.error ? this.#errorAfterCommit(watch.error) : undefined;
    }
    if (watch.error && !watch.hasContent)
      return { kind: 'stream-error', type: watch.error.type, detail: watch.error.message };
    this.#hold(chunk, HELD_BYTES_MAX);
    if (watch.hasContent || watch.complete) this.#commit();
    return this.#opened && watch.error ? this.#errorAfterCommit(watch.error) : undefined;
  }

  #errorAfterCommit(error: { type: string; message: string }): Verdict | undefined {
    // A failed response of the Responses protocol is whole: its last event carries the failure.
    if (this.#watch?.complete) return undefined;
    this.#toldError = true;
    return { kind: 'stream-error', type: error.type, detail: error.message };
  }

  #streamEnded(): Verdict {
    const watch = this.#watch;
    watch?.end();
    if (watch?.complete) {
      this.#commit();
      return { kind: 'whole' };
    }
    if (this.#heldBytes === 0 && !this.#opened) return { kind: 'empty' };
    return { kind: 'truncated', detail: 'the stream ended without its end mark' };
  }

  #wholeEnded(): Verdict {
    const head = this.#head;
    if (this.#opened || !head) return { kind: 'whole' };
    const body = this.#held.length === 1 && this.#held[0] ? this.#held[0] : Buffer.concat(this.#held);
    if (head.status < 300 && this.#options.operation === 'generate') {
      const problem = this.#problemIn(decode(body, head.header('content-encoding')));
      if (problem) return problem;
    }
    this.#commit();
    return { kind: 'whole' };
  }

  /** Why a whole body under a 200 is no answer; undefined where it is one, or can't be looked into. */
  #problemIn(body: Buffer | 'broken' | undefined): Verdict | undefined {
    if (body === 'broken') return { kind: 'truncated', detail: 'the compressed answer is not whole' };
    if (!body) return undefined;
    const answer = readAnswer(this.#options.protocol, body);
    switch (answer.kind) {
      case 'error':
        return { kind: 'stream-error', type: answer.type, detail: answer.message };
      case 'not-api':
        return { ...answer, start: body.subarray(0, START_BYTES) };
      case 'empty':
        return answer;
      case 'answer':
        this.#wholeUsage = answer.usage;
        this.#wholeModel = answer.model;
        return undefined;
    }
  }

  #answerEstimate(): Verdict {
    const tokens = estimateInputTokens(this.#options.requestBody);
    const body = Buffer.from(JSON.stringify({ input_tokens: tokens, qcc_estimate: true }));
    const headers = [
      'content-type',
      'application/json',
      'content-length',
      String(body.length),
      'x-qcc-estimate',
      'true',
    ];
    this.#opened = true;
    this.#journal.open(
      { status: 200, headers: [...headers, ...this.#options.ownHeaders], form: 'plain' },
      this.#flow ?? NO_FLOW,
    );
    this.#options.onOpened();
    this.#journal.append(body);
    return { kind: 'whole' };
  }

  #hold(chunk: Buffer, maxBytes: number): void {
    if (this.#opened) return this.#journal.append(chunk);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes > maxBytes) this.#commit();
  }

  #commit(): void {
    const head = this.#head;
    if (this.#opened || !head) return;
    this.#opened = true;
    const form = this.#watch ? 'events' : 'plain';
    const headers = downstreamHeaders(head.rawHeaders, this.#options.ownHeaders);
    this.#journal.open({ status: head.status, headers, form }, this.#flow ?? NO_FLOW);
    this.#options.onOpened();
    for (const chunk of this.#held) this.#journal.append(chunk);
    this.#held = [];
  }
}

const NO_FLOW: FlowControl = { pause: () => undefined, resume: () => undefined };

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** Undefined: an encoding or a size we can't look into; the answer is passed on unread. */
function decode(body: Buffer, encoding: string | undefined): Buffer | 'broken' | undefined {
  if (encoding === undefined || encoding === 'identity') return body;
  try {
    return DECODERS[encoding]?.(body, { maxOutputLength: WHOLE_BYTES_MAX });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? undefined : 'broken';
  }
}
