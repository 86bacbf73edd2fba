/** 2^attempt past this overflows nothing, but no cap is that long. */
const MOST_DOUBLINGS = 30;

/**
 * Pause before the next attempt, in ms: `rand(0, min(cap, base·2ⁿ))`, n = `attempt`, counted from 0.
 * "Full jitter" as in the AWS Architecture Blog, "Exponential Backoff And Jitter" (2015).
 */
export function fullJitter(attempt: number, baseMs: number, capMs: number, random: () => number): number {
  const doublings = Math.min(Math.max(0, attempt), MOST_DOUBLINGS);
  return random() * Math.max(0, Math.min(capMs, baseMs * 2 ** doublings));
}
