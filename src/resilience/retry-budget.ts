import { createSlidingCount } from './sliding-count.ts';

/** Stops retry storms: retries may only be a share of the requests, so that an outage is not multiplied. */
export interface RetryBudget {
  /** Whether one more retry is within the budget. Changes nothing. */
  allow(now: number): boolean;
  /** A first attempt (`request`) or a further one (`retry`) was started. */
  note(kind: 'request' | 'retry', now: number): void;
}

interface RetryBudgetOptions {
  /** Retries per request. */
  readonly share?: number;
  /** Retries a second that are always allowed: with little traffic a share of it would be none. */
  readonly floorPerSecond?: number;
  readonly windowSeconds?: number;
}

/**
 * 20 % of the requests of the last 10 s, plus a floor of 10 a second: the defaults of Finagle's `RetryBudget`.
 * Memory is two numbers a second of the window.
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const { share = 0.2, floorPerSecond = 10, windowSeconds = 10 } = options;
  const requests = createSlidingCount(windowSeconds);
  const retries = createSlidingCount(windowSeconds);
  const floor = floorPerSecond * windowSeconds;

  return {
    allow: (now) => retries.count(now) + 1 <= floor + share * requests.count(now),
    note: (kind, now) => (kind === 'request' ? requests : retries).note(now),
  };
}
