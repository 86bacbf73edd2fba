import type { AnswerSink } from '../domain/answer.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { EndedBy, Outcome } from '../domain/outcome.ts';
import type { AttemptTimers } from '../domain/timeouts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Transport } from './transport.ts';

/** One upstream call, ready to be sent. */
export interface AttemptCall {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Below the endpoint's prefix, with the query. */
  readonly path: string;
  /** Name, value, name, value… */
  readonly headers: readonly string[];
  /** Pieces go out without being copied into one, where that is cheaper. */
  readonly body: Buffer | readonly Buffer[];
  /** The model asked for, by its name at the endpoint: a refusal that names it is about it. */
  readonly model?: string | undefined;
  readonly timers: AttemptTimers;
}

export interface AttemptHooks {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly sink: AnswerSink;
  /** Called once, in the turn in which the attempt ended, but never before `startAttempt` returns. */
  onOutcome(outcome: Outcome): void;
  /** The call broke as on a stale connection, and goes out anew: what is known of the one that broke. */
  onResent?(broken: Outcome): void;
  /** Something of the gateway's own threw: in the sink, in one of these, or here. The outcome comes all the same. */
  onDefect?(thrown: unknown): void;
}

export interface RunningAttempt {
  /** Ends the attempt and its upstream call. The outcome is `failed` with cause `cancelled`. */
  cancel(by: EndedBy): void;
}
