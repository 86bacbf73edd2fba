import type { AttemptRecord } from '../domain/ledger.ts';
import type { LatencyView } from '../domain/view.ts';

/** Upper bounds. Those at which edges and clients give up (30, 60, 100, 120, 300, 600, 900 s) are among them. */
const BOUNDS_MS: readonly number[] = [
  100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 100_000, 120_000, 180_000, 300_000,
  600_000, 900_000,
];

/**
 * How long calls took, until their first event and in all. Those that never went out (no connection) are left out:
 * they say nothing of the model.
 */
export function latencyOf(attempts: readonly AttemptRecord[], since: number): LatencyView {
  const sent = attempts.filter(({ sentMs, result }) => sentMs !== undefined || result === 'answered');
  const firstEvent = counted(sent.flatMap(({ firstEventMs }) => firstEventMs ?? []));
  const total = counted(sent.map(({ totalMs }) => totalMs));
  return {
    since,
    calls: sent.length,
    buckets: [...BOUNDS_MS, undefined].map((leMs, index) => ({
      ...(leMs === undefined ? {} : { leMs }),
      firstEvent: firstEvent[index] ?? 0,
      total: total[index] ?? 0,
    })),
  };
}

/** How many lie in each bucket; the last one has no bound. */
function counted(times: readonly number[]): readonly number[] {
  const counts = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  for (const ms of times) {
    const at = BOUNDS_MS.findIndex((bound) => ms <= bound);
    counts[at < 0 ? BOUNDS_MS.length : at]! += 1;
  }
  return counts;
}
