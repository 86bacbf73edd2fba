import type { Transport } from '../attempt/attempt.ts';
import type { Fleet, Predictor } from '../cluster/cluster.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { SlotQueue, Streamless } from '../plan/plan.ts';
import type { Clock } from '../platform/clock.ts';
import type { Recorder } from '../record/record.ts';
import type { RetryBudget } from '../resilience/resilience.ts';
import type { Exchanges } from './exchanges.ts';

/** Answers that outlive this process. */
export interface AnswerShelf {
  byKey(request: IdentifiedRequest): Promise<StoredAnswer | undefined>;
  byId(id: string): Promise<StoredAnswer | undefined>;
  save(answer: StoredAnswer): void;
}

export interface RunnerPorts {
  readonly fleet: Fleet;
  readonly transport: Transport;
  readonly exchanges: Exchanges;
  readonly slots: SlotQueue;
  readonly streamless: Streamless;
  readonly predictor: Predictor;
  readonly retries: RetryBudget;
  readonly answers: AnswerShelf;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** The `traceparent` of an exchange's nth call; undefined = the client's own stays. */
  traceparentOf?(
    about: { readonly id: string; readonly traceparent?: string },
    n: number,
  ): string | undefined;
  random(): number;
  /** There is something to save. `isNews`: the failure queue may have changed. */
  onAttemptEnded(isNews: boolean): void;
}
