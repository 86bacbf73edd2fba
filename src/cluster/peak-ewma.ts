/** How fast a measurement outweighs those before it. */
const TAU_MS = 10_000;

/**
 * How fast a cost is forgotten while nothing is measured. Without it an endpoint that was slow once is never
 * measured again. Finagle forgets at the pace of τ, which suits thousands of calls a second: with one call a
 * minute all costs would be gone between any two, and the fastest endpoint be used as often as the slowest.
 * At five minutes, one that is k times slower is tried again after 5·ln k minutes.
 */
const FORGET_MS = 300_000;

/** A cost in ms that jumps up with a slow answer and comes down slowly. Absent = never measured. */
export interface Cost {
  readonly ms: number;
  readonly at: number;
}

/**
 * Peak EWMA, as published with Finagle (`PeakEwma`), on time to first event:
 * `cost = rtt > cost ? rtt : cost·e^(−Δt/τ) + rtt·(1 − e^(−Δt/τ))`.
 */
export function measured(cost: Cost | undefined, rttMs: number, now: number): Cost {
  if (cost === undefined || rttMs > costAt(cost, now)) return { ms: rttMs, at: now };
  const kept = Math.exp(-Math.max(0, now - cost.at) / TAU_MS);
  return { ms: cost.ms * kept + rttMs * (1 - kept), at: now };
}

/** An answer that had not come after `ms`: the cost is at least that. */
export function notWithin(cost: Cost | undefined, ms: number, now: number): Cost {
  return cost !== undefined && costAt(cost, now) >= ms ? cost : { ms, at: now };
}

/** What a cost is worth by now, in ms. */
export function costAt(cost: Cost, now: number): number {
  return cost.ms * Math.exp(-Math.max(0, now - cost.at) / FORGET_MS);
}
