import type { Dispatcher } from 'undici';
import type { AnswerHead, FlowControl, Verdict } from '../domain/answer.ts';
import type {
  AttemptTimes,
  ConnectionTimes,
  EndedBy,
  Failed,
  FailureCause,
  Outcome,
  Phase,
} from '../domain/outcome.ts';
import type { Limit, TimerName } from '../domain/timeouts.ts';
import type { Timer } from '../platform/clock.ts';
import { parseRetryAfter } from '../resilience/resilience.ts';
import { headersOf, saidOf, wordsOf } from './answer-evidence.ts';
import { headOf } from './answer-head.ts';
import type { AttemptCall, AttemptHooks, RunningAttempt } from './attempt-call.ts';
import { chargeRisk } from './charge-risk.ts';
import { ErrorBody } from './error-body.ts';
import { networkFailure } from './network-error.ts';
import type { Opening } from './opening.ts';
import { causeOfStatus, causeOfStreamError, type StatusVerdict, statusVerdict } from './status.ts';
import { type Line, noteSocketFor } from './transport.ts';

/** An idle socket that the upstream closed as we wrote to it breaks within a round trip. */
const STALE_SOCKET_MS = 1_000;
const STALE_RESENDS_MAX = 3;

/**
 * Starts one upstream call under its timers. The sink gets the answer's bytes, the caller exactly one outcome,
 * never an exception.
 */
export function startAttempt(call: AttemptCall, hooks: AttemptHooks): RunningAttempt {
  const run = new AttemptRun(call, hooks);
  run.start();
  return run;
}

type Ending = Pick<Failed, 'cause' | 'phase' | 'endedBy' | 'detail'> &
  Partial<Pick<Failed, 'status' | 'timer' | 'retryAfterMs' | 'silenceMs' | 'said'>>;

/**
 * undici's handler and the attempt in one object: an attempt costs one allocation here, and its events no
 * closures. Only this module sees it.
 */
class AttemptRun implements RunningAttempt, FlowControl {
  readonly #call: AttemptCall;
  readonly #hooks: AttemptHooks;
  readonly #line: Line;
  readonly #startedAt: number;
  readonly #startedWallAt: number;
  #phase: Phase = 'connect';
  #ended = false;
  #resends = 0;
  #reusedSocket = false;
  /** The connection that is opened for this call. */
  #opening: Opening | undefined;
  #openingsBefore = 0;
  #connection: ConnectionTimes | undefined;
  #abort: ((reason?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #paused = false;
  #head: AnswerHead | undefined;
  #verdict: StatusVerdict = 'answer';
  #errorBody: ErrorBody | undefined;
  #sentAt: number | undefined;
  #firstByteAt: number | undefined;
  #firstEventAt: number | undefined;
  #lastByteAt: number;
  #silenceBeforeHeadMs = 0;
  #longestSilenceMs = 0;
  #connectTimer: Timer | undefined;
  #firstByteTimer: Timer | undefined;
  #idleTimer: Timer | undefined;
  #totalTimer: Timer | undefined;

  constructor(call: AttemptCall, hooks: AttemptHooks) {
    this.#call = call;
    this.#hooks = hooks;
    this.#line = hooks.transport.line(call.endpoint);
    this.#startedAt = hooks.clock.now();
    this.#startedWallAt = hooks.clock.wall();
    this.#lastByteAt = this.#startedAt;
  }

  start(): void {
    const { timers } = this.#call;
    this.#totalTimer = this.#timer('total', timers.total);
    if (timers.firstByte) this.#firstByteTimer = this.#timer('first_byte', timers.firstByte);
    this.#dispatch();
  }

  cancel(by: EndedBy): void {
    this.#fail({ cause: 'cancelled', phase: this.#phase, endedBy: by, detail: 'cancelled' });
  }

  pause(): void {
    // Silence that a slow client causes is not the upstream's.
    this.#paused = true;
    this.#idleTimer?.cancel();
  }

  resume(): void {
    if (!this.#paused || this.#ended) return;
    this.#paused = false;
    this.#lastByteAt = this.#hooks.clock.now();
    // A cancelled timer can't be refreshed.
    this.#idleTimer = this.#timer('idle', this.#call.timers.idle);
    this.#resume?.();
  }

  #dispatch(): void {
    const { method, path, headers, body, timers } = this.#call;
    this.#phase = 'connect';
    this.#connectTimer = this.#timer('connect', timers.connect);
    this.#openingsBefore = this.#line.newestOpening()?.n ?? 0;
    try {
      this.#line.pool.dispatch(
        {
          method: method as Dispatcher.HttpMethod,
          path: this.#line.prefix + path,
          headers: headers as string[],
          body: body.length > 0 ? body : null,
        },
        this as unknown as Dispatcher.DispatchHandler,
      );
    } catch (error) {
      return this.onError(error as Error);
    }
    // undici opens a connection within the call, if at all.
    const newest = this.#line.newestOpening();
    this.#opening = newest && newest.n > this.#openingsBefore ? newest : undefined;
  }

  // undici's side: these run in the order in which they stand here.

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#ended) return abort(new Error('ended while connecting'));
    noteSocketFor(this);
    this.#abort = abort;
    this.#connectTimer?.cancel();
    this.#phase = 'send';
    this.#sentAt = undefined;
  }

  tookSocket(opening: Opening | undefined): void {
    this.#reusedSocket = opening === undefined;
    // One that an earlier call gave up waiting for was open already.
    if (opening && opening.n > this.#openingsBefore) this.#connection = opening.times;
  }

  onRequestSent(): void {
    if (this.#phase !== 'send') return;
    this.#phase = 'wait';
    this.#sentAt = this.#hooks.clock.now();
  }

  onHeaders(status: number, raw: Buffer[] | string[], resume: () => void): boolean {
    if (this.#ended || status < 200) return true;
    this.#resume = resume;
    this.#head = headOf(status, raw);
    this.#verdict = statusVerdict(status);
    if (this.#verdict !== 'answer') this.#errorBody = new ErrorBody();
    const now = this.#hooks.clock.now();
    this.#silenceBeforeHeadMs = now - this.#lastByteAt;
    this.#note(now);
    if (this.#verdict !== 'fail') this.#hooks.sink.head(this.#head, this);
    // The failure is known; its page may still say who made it, but is not worth waiting for as for an answer.
    else this.#idleTimer = this.#timer('idle', this.#call.timers.idle);
    return !this.#paused;
  }

  onData(chunk: Buffer): boolean {
    if (this.#ended) return true;
    const now = this.#hooks.clock.now();
    if (this.#firstByteAt === undefined) this.#firstByteCame(now);
    else if (!this.#paused) this.#idleTimer?.refresh();
    this.#note(now);
    if (this.#errorBody) {
      if (this.#verdict === 'fail' && this.#errorBody.isFull) this.#failByStatus();
      else this.#errorBody.add(chunk);
      if (this.#verdict === 'fail') return true;
    }
    const { sink } = this.#hooks;
    const verdict = sink.data(chunk);
    if (this.#firstEventAt === undefined && sink.sawEvent) this.#firstEventAt = now;
    if (verdict) this.#conclude(verdict);
    return !this.#paused;
  }

  onComplete(): void {
    if (this.#ended) return;
    if (this.#verdict === 'fail') return this.#failByStatus();
    this.#conclude(this.#hooks.sink.end());
  }

  onError(error: Error): void {
    if (this.#ended || this.#resentOnFreshSocket()) return;
    if (this.#head && this.#verdict === 'fail') return this.#failByStatus();
    this.#fail(networkFailure(error, this.#reachedPhase()));
  }

  // Our side.

  /**
   * undici never sends a POST again, but a keep-alive socket that the upstream closed while we wrote to it has
   * carried nothing to a model. Only a used socket, only before any answer, only at once. An upstream that read the
   * call and then broke looks the same, so it is told of.
   */
  #resentOnFreshSocket(): boolean {
    if (!this.#reusedSocket || this.#head || this.#phase === 'connect' || this.#resends >= STALE_RESENDS_MAX)
      return false;
    const now = this.#hooks.clock.now();
    if (now - (this.#sentAt ?? now) > STALE_SOCKET_MS) return false;
    this.#resends += 1;
    this.#reusedSocket = false;
    const silenceMs = now - this.#lastByteAt;
    const ending = {
      cause: 'reset',
      phase: this.#phase,
      endedBy: 'network',
      chargeRisk: 'possible',
    } as const;
    const detail = 'the connection broke as a stale one does; sent anew';
    this.#hooks.onResent?.({
      ...this.#base(),
      kind: 'failed',
      ...ending,
      committed: false,
      silenceMs,
      detail,
    });
    this.#sentAt = undefined;
    this.#dispatch();
    return true;
  }

  #reachedPhase(): Phase {
    if (this.#phase !== 'connect') return this.#phase;
    return this.#opening?.phase ?? this.#line.connectPhase();
  }

  #timer(name: TimerName, { ms, setBy }: Limit): Timer {
    return this.#hooks.clock.timer(ms, () => this.#timedOut(name, ms, setBy));
  }

  #timedOut(name: TimerName, ms: number, setBy: string): void {
    if (this.#ended) return;
    if (this.#head && this.#verdict === 'fail') return this.#failByStatus();
    const phase = this.#reachedPhase();
    const timer = { name, ms: Math.round(ms), setBy };
    const detail = `timer ${name}: ${timer.ms} ms, set by ${setBy}`;
    this.#fail({ cause: 'timeout', phase, endedBy: 'gateway-timer', detail, timer });
  }

  /** The answer's first byte. Headers alone are none: edges hold them back, and some relays send them at once. */
  #firstByteCame(now: number): void {
    this.#firstByteAt = now;
    this.#phase = 'stream';
    this.#firstByteTimer?.cancel();
    this.#idleTimer?.cancel();
    this.#idleTimer = this.#timer('idle', this.#call.timers.idle);
  }

  #note(now: number): void {
    const silenceMs = now - this.#lastByteAt;
    if (silenceMs > this.#longestSilenceMs) this.#longestSilenceMs = silenceMs;
    this.#lastByteAt = now;
  }

  #conclude(verdict: Verdict): void {
    const endedBy = 'upstream';
    const phase = this.#phase;
    switch (verdict.kind) {
      case 'whole':
        return this.#succeed();
      case 'empty':
        return this.#fail({
          cause: 'empty',
          phase,
          endedBy,
          detail: `HTTP ${this.#head?.status} without content`,
        });
      case 'not-api':
        return this.#fail({
          cause: 'not-api',
          phase,
          endedBy,
          detail: verdict.detail,
          ...saidOf(verdict.start?.toString('utf8'), this.#call.endpoint),
        });
      case 'stream-error': {
        const detail = wordsOf(`${verdict.type}: ${verdict.detail}`, this.#call.endpoint);
        return this.#fail({ cause: causeOfStreamError(verdict.type), phase, endedBy, detail, said: detail });
      }
      case 'truncated':
        return this.#fail({ cause: 'truncated', phase, endedBy, detail: verdict.detail });
    }
  }

  #succeed(): void {
    const status = this.#head?.status ?? 200;
    if (this.#verdict !== 'reject') return this.#end({ ...this.#base(), kind: 'answered', status });
    const { endpoint } = this.#call;
    const evidence = { ...headersOf(this.#head, endpoint), ...saidOf(this.#errorText(), endpoint) };
    this.#end({ ...this.#base(), ...evidence, kind: 'rejected', status });
  }

  #failByStatus(): void {
    const head = this.#head;
    if (!head) return;
    const text = this.#errorText() ?? '';
    const retryAfterMs = parseRetryAfter(head.headers, this.#hooks.clock.wall());
    this.#fail({
      ...causeOfStatus({ status: head.status, headers: head.headers, text }),
      phase: 'wait',
      // The page itself broke the silence that it tells of.
      silenceMs: this.#silenceBeforeHeadMs,
      status: head.status,
      detail: `HTTP ${head.status}`,
      ...saidOf(text, this.#call.endpoint),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }

  #fail(ending: Ending): void {
    if (this.#ended) return;
    const { sink } = this.#hooks;
    if (sink.complete && ending.cause !== 'cancelled') {
      this.#succeed();
      return this.#abort?.(new Error('attempt ended'));
    }
    const risk = chargeRisk({ ...riskInput(ending), sawTokens: sink.sawTokens });
    const now = this.#hooks.clock.now();
    const silenceMs = now - this.#lastByteAt;
    this.#note(now);
    this.#end({
      ...this.#base(),
      ...(ending.cause === 'cancelled' ? undefined : headersOf(this.#head, this.#call.endpoint)),
      kind: 'failed',
      chargeRisk: risk,
      committed: sink.committed,
      silenceMs,
      ...ending,
    });
    this.#abort?.(new Error('attempt ended'));
  }

  #errorText(): string | undefined {
    return this.#errorBody?.text(this.#head?.headers['content-encoding']);
  }

  #base() {
    const at = (instant: number | undefined) =>
      instant === undefined ? undefined : instant - this.#startedAt;
    const totalMs = this.#hooks.clock.now() - this.#startedAt;
    const times = { longestSilenceMs: this.#longestSilenceMs, totalMs } as {
      -readonly [K in keyof AttemptTimes]: AttemptTimes[K];
    };
    const sentMs = at(this.#sentAt);
    const firstByteMs = at(this.#firstByteAt);
    const firstEventMs = at(this.#firstEventAt);
    if (sentMs !== undefined) times.sentMs = sentMs;
    if (firstByteMs !== undefined) times.firstByteMs = firstByteMs;
    if (firstEventMs !== undefined) times.firstEventMs = firstEventMs;
    const connection = this.#connection ?? this.#opening?.times;
    if (connection) Object.assign(times, connection);
    const upstreamRequestId = this.#head?.headers['request-id'] ?? this.#head?.headers['x-request-id'];
    return {
      endpointId: this.#call.endpoint.id,
      startedAt: this.#startedWallAt,
      times,
      usage: this.#hooks.sink.usage,
      ...(upstreamRequestId === undefined ? {} : { upstreamRequestId: upstreamRequestId.slice(0, 100) }),
    };
  }

  #end(outcome: Outcome): void {
    this.#ended = true;
    this.#connectTimer?.cancel();
    this.#firstByteTimer?.cancel();
    this.#idleTimer?.cancel();
    this.#totalTimer?.cancel();
    this.#hooks.onOutcome(outcome);
  }
}

function riskInput(ending: Ending): { cause: FailureCause; phase: Phase; status?: number } {
  const { cause, phase, status } = ending;
  return status === undefined ? { cause, phase } : { cause, phase, status };
}
