/** Samples kept: enough for a steady p95, and 8 KB an endpoint at most. */
const MOST_SAMPLES = 512;
const WINDOW_MS = 5 * 60_000;

/** Times of the last minutes, to say what is usual. */
export interface Latency {
  note(ms: number, now: number): void;
  /** Undefined while the window is empty. Sorts what is in it: for views, not for the request path. */
  percentiles(now: number): { readonly p50Ms: number; readonly p95Ms: number } | undefined;
}

/** The last 512 samples, as far as they are of the last 5 minutes. */
export function createLatency(): Latency {
  const values: number[] = [];
  const times: number[] = [];
  let next = 0;

  return {
    note(ms, now) {
      values[next] = ms;
      times[next] = now;
      next = (next + 1) % MOST_SAMPLES;
    },
    percentiles(now) {
      const recent = values.filter((_, index) => now - times[index]! <= WINDOW_MS).sort((a, b) => a - b);
      if (recent.length === 0) return undefined;
      return { p50Ms: nearestRank(recent, 0.5), p95Ms: nearestRank(recent, 0.95) };
    },
  };
}

/** Nearest-rank percentile of sorted, non-empty values: always one that was measured. */
function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}
