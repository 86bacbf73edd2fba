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
  readonly body: Buffer;
  readonly timers: AttemptTimers;
}

export interface AttemptHooks {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly sink: AnswerSink;
  /** Called once, in the turn in which the attempt ended. */
  onOutcome(outcome: Outcome): void;
  /** The call broke as on a stale connection, and goes out anew: what is known of the one that broke. */
  onResent?(broken: Outcome): void;
}

export interface RunningAttempt {
  /** Ends the attempt and its upstream call. The outcome is `failed` with cause `cancelled`. */
  cancel(by: EndedBy): void;
}
