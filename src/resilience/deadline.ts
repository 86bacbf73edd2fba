import type { Limit } from '../domain/timeouts.ts';

/** What is left until a deadline, in ms; never negative. */
export function remainingMs(deadlineAt: number, now: number): number {
  return Math.max(0, deadlineAt - now);
}

/** The smallest limit that is set wins; of equal ones the first, so that the order says whose word counts. */
export function smallest(...limits: readonly (Limit | undefined)[]): Limit | undefined {
  let least: Limit | undefined;
  for (const limit of limits) {
    if (limit !== undefined && (least === undefined || limit.ms < least.ms)) least = limit;
  }
  return least;
}
