import type { AnswerHead, AnswerSink, FlowControl, Verdict } from '../domain/answer.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { ConnectionTimes, EndedBy, Outcome } from '../domain/outcome.ts';
import type { Limit, TimerName } from '../domain/timeouts.ts';
import { UpstreamHead } from './answer-head.ts';
import type { AttemptCall, AttemptHooks, RunningAttempt } from './attempt-call.ts';
import { type CallOwner, UpstreamCall } from './call.ts';
import { Deadlines, type Patience } from './deadlines.ts';
import { ErrorBody } from './error-body.ts';
import {
  brokenOff,
  cancelled,
  defect,
  type Ending,
  failedByStatus,
  failedOutcome,
  judged,
  NOTHING_KNOWN,
  type Seen,
  sentAnew,
  timedOut,
  wholeOutcome,
} from './judgement.ts';
import { type StatusVerdict, statusVerdict } from './status.ts';

/**
 * Starts one upstream call under its timers. The sink gets the answer's bytes, the caller exactly one outcome, never
 * an exception, and never before this returns.
 */
export function startAttempt(call: AttemptCall, hooks: AttemptHooks): RunningAttempt {
  const attempt = new Attempt(call.endpoint, hooks);
  attempt.start(call);
  return attempt;
}

/** As `startAttempt`, for a call that is yet to be made: a throw in its making ends the attempt, too. */
export function startAttemptAt(
  endpoint: Endpoint,
  make: () => AttemptCall,
  hooks: AttemptHooks,
): RunningAttempt {
  const attempt = new Attempt(endpoint, hooks);
  attempt.start(make);
  return attempt;
}

/**
 * One attempt: what was seen of it so far, between the call, its timers, the sink and the judgement. What throws here,
 * or in the sink, the transport and the hooks, ends in one outcome: an endpoint's slot is given back by it alone.
 */
class Attempt implements RunningAttempt, FlowControl, CallOwner, Patience, Seen {
  readonly endpoint: Endpoint;
  model: string | undefined;
  readonly startedAt: number;
  readonly startedWallAt: number;
  firstByteAt: number | undefined;
  firstEventAt: number | undefined;
  lastByteAt: number;
  longestSilenceMs = 0;
  answerBytes = 0;
  head: AnswerHead | undefined;
  errorBody: ErrorBody | undefined;
  readonly #hooks: AttemptHooks;
  readonly #sink: AnswerSink;
  #call: UpstreamCall | undefined;
  #deadlines: Deadlines | undefined;
  #verdict: StatusVerdict = 'answer';
  #silenceBeforeHeadMs = 0;
  #paused = false;
  #over = false;
  #starting = false;

  constructor(endpoint: Endpoint, hooks: AttemptHooks) {
    this.endpoint = endpoint;
    this.#hooks = hooks;
    this.#sink = hooks.sink;
    this.startedAt = hooks.clock.now();
    this.startedWallAt = hooks.clock.wall();
    this.lastByteAt = this.startedAt;
  }

  start(given: AttemptCall | (() => AttemptCall)): void {
    const { clock, transport } = this.#hooks;
    this.#starting = true;
    try {
      const call = typeof given === 'function' ? given() : given;
      this.model = call.model;
      this.#deadlines = new Deadlines(call.timers, clock, this, this.startedAt);
      this.#call = new UpstreamCall(call, transport.line(this.endpoint), clock, this);
      this.#call.dispatch();
    } catch (thrown) {
      this.#failBy(thrown);
    }
    this.#starting = false;
  }

  cancel(by: EndedBy): void {
    this.#fail(cancelled(this.#phase, by));
  }

  get sentAt(): number | undefined {
    return this.#call?.sentAt;
  }

  get connection(): ConnectionTimes | undefined {
    return this.#call?.connection;
  }

  get #phase() {
    return this.#call?.phase ?? 'connect';
  }

  // Of whoever reads the answer.

  pause(): void {
    this.#paused = true;
    this.#deadlines?.stopListening();
  }

  resume(): void {
    if (!this.#paused || this.#over) return;
    this.#paused = false;
    const now = this.#hooks.clock.now();
    this.lastByteAt = now;
    this.#deadlines?.listen(now);
    this.#call?.resume();
  }

  // Of the call.

  connecting(): void {
    this.#deadlines?.connecting(this.#hooks.clock.now());
  }

  connected(): void {
    this.#deadlines?.connected();
  }

  goesAnew(): void {
    const { onResent, clock } = this.#hooks;
    if (onResent === undefined) return;
    try {
      onResent(failedOutcome(this, this.#sink, sentAnew(this.#phase), clock.now(), 'possible'));
    } catch (thrown) {
      this.#tellOf(thrown);
    }
  }

  headCame(status: number, raw: readonly (Buffer | string)[]): boolean {
    if (this.#over) return true;
    const now = this.#hooks.clock.now();
    try {
      const head = new UpstreamHead(status, raw);
      this.head = head;
      this.#verdict = statusVerdict(status);
      if (this.#verdict !== 'answer') this.errorBody = new ErrorBody();
      this.#silenceBeforeHeadMs = now - this.lastByteAt;
      this.#heard(now);
      if (this.#verdict !== 'fail') this.#sink.head(head, this);
      // The failure is known; its page may still say who made it, but is not worth waiting for as for an answer.
      else this.#deadlines?.listen(now);
    } catch (thrown) {
      this.#failBy(thrown);
    }
    return !this.#paused;
  }

  dataCame(chunk: Buffer): boolean {
    if (this.#over) return true;
    const now = this.#hooks.clock.now();
    this.answerBytes += chunk.length;
    if (this.firstByteAt === undefined) this.#firstByteCame(now);
    else if (!this.#paused && this.#deadlines) this.#deadlines.heardAt = now;
    this.#heard(now);
    try {
      if (this.errorBody && this.#tookForError(this.errorBody, chunk)) return true;
      const sink = this.#sink;
      const verdict = sink.data(chunk);
      if (this.firstEventAt === undefined && sink.sawEvent) this.firstEventAt = now;
      if (verdict) this.#conclude(verdict);
    } catch (thrown) {
      this.#failBy(thrown);
    }
    return !this.#paused;
  }

  ended(): void {
    if (this.#over) return;
    if (this.#verdict === 'fail') return this.#failByStatus();
    try {
      this.#conclude(this.#sink.end());
    } catch (thrown) {
      this.#failBy(thrown);
    }
  }

  broke(error: Error): void {
    if (this.#over) return;
    if (this.#verdict === 'fail') this.#failByStatus();
    else this.#fail(brokenOff(error, this.#call?.reachedPhase ?? 'connect'));
  }

  // Of its timers.

  timedOut(name: TimerName, limit: Limit): void {
    if (this.#over) return;
    if (this.#verdict === 'fail') this.#failByStatus();
    else this.#fail(timedOut(name, limit, this.#call?.reachedPhase ?? 'connect'));
  }

  /** True: it is the page of a failure, and no sink's business. */
  #tookForError(errorBody: ErrorBody, chunk: Buffer): boolean {
    if (this.#verdict === 'fail' && errorBody.isFull) this.#failByStatus();
    else errorBody.add(chunk);
    return this.#verdict === 'fail';
  }

  /** The answer's first byte. Headers alone are none: edges hold them back, and some relays send them at once. */
  #firstByteCame(now: number): void {
    this.firstByteAt = now;
    if (this.#call) this.#call.phase = 'stream';
    this.#deadlines?.firstByteCame(now, this.#paused);
  }

  #heard(now: number): void {
    const silenceMs = now - this.lastByteAt;
    if (silenceMs > this.longestSilenceMs) this.longestSilenceMs = silenceMs;
    this.lastByteAt = now;
  }

  #conclude(verdict: Verdict): void {
    if (verdict.kind !== 'whole') return this.#fail(judged(verdict, this.#phase, this));
    this.#end(this.#whole(), false);
  }

  #whole(): Outcome {
    return wholeOutcome(this, this.#sink, this.#verdict === 'reject', this.#hooks.clock.now());
  }

  #failByStatus(): void {
    const { head } = this;
    if (!head) return;
    try {
      this.#fail(failedByStatus(this, head, this.#silenceBeforeHeadMs, this.#hooks.clock.wall()));
    } catch (thrown) {
      this.#failBy(thrown);
    }
  }

  #failBy(thrown: unknown): void {
    this.#fail(defect(thrown, this.#call?.reachedPhase ?? 'connect'));
    this.#tellOf(thrown);
  }

  #fail(ending: Ending): void {
    if (this.#over) return;
    const now = this.#hooks.clock.now();
    let outcome: Outcome;
    try {
      // The end mark was seen: what breaks from there on takes nothing from the answer.
      const answered = ending.cause !== 'cancelled' && this.#sink.complete === true;
      outcome = answered ? this.#whole() : failedOutcome(this, this.#sink, ending, now);
    } catch (thrown) {
      this.head = undefined;
      outcome = failedOutcome(this, NOTHING_KNOWN, defect(thrown, ending.phase), now);
    }
    this.#end(outcome, true);
  }

  #end(outcome: Outcome, cut: boolean): void {
    this.#over = true;
    try {
      this.#deadlines?.end();
      this.#call?.end(cut);
    } catch (thrown) {
      this.#tellOf(thrown);
    }
    if (this.#starting) queueMicrotask(() => this.#tell(outcome));
    else this.#tell(outcome);
  }

  #tell(outcome: Outcome): void {
    try {
      this.#hooks.onOutcome(outcome);
    } catch (thrown) {
      this.#tellOf(thrown);
    }
  }

  /** A defect that has its outcome already, or can't have one. */
  #tellOf(thrown: unknown): void {
    try {
      this.#hooks.onDefect?.(thrown);
    } catch {
      // Nobody is left to be told.
    }
  }
}
