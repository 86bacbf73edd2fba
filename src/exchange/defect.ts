import type { Outcome } from '../domain/outcome.ts';

/** What was thrown, for the log. */
export const stackOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);

/** The end of a call that was never made. */
export const unstarted = (endpointId: string, now: number): Outcome => ({
  kind: 'failed',
  endpointId,
  startedAt: now,
  times: { longestSilenceMs: 0, totalMs: 0 },
  usage: {},
  cause: 'cancelled',
  phase: 'connect',
  endedBy: 'client',
  chargeRisk: 'none',
  committed: false,
  silenceMs: 0,
  detail: 'the gateway itself failed',
});
