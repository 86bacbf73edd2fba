/** The middle one; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** `0.4 ms`, `245 ms`, `12.3 s`. */
export function inWords(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** For `data`: a tenth of a millisecond is as much as a measurement is worth. */
export const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** A duration as the configuration takes it, rounded down: `95s`, `600ms`. */
export function configDuration(ms: number): string {
  return ms >= 10_000 ? `${Math.floor(ms / 1000)}s` : `${Math.max(1, Math.floor(ms))}ms`;
}

/** Longer than this, and the way there is slow. */
export const SLOW_MS = 200;
