const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration for people: `850ms`, `1.2s`, `3m 5s`, `2h 5m`, `4d 3h`. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND_MS) return `${whole}ms`;
  // 59,950 ms and more would read "60.0s".
  if (whole < MINUTE_MS - 50) return `${(whole / SECOND_MS).toFixed(1)}s`;
  const seconds = Math.round(whole / SECOND_MS) * SECOND_MS;
  if (seconds < HOUR_MS) return two(seconds, MINUTE_MS, 'm', SECOND_MS, 's');
  if (seconds < DAY_MS) return two(seconds, HOUR_MS, 'h', MINUTE_MS, 'm');
  return two(seconds, DAY_MS, 'd', HOUR_MS, 'h');
}

/** Seconds, as numbers that stand below each other: `0.85`, `12.3`, `187.4`. */
export function seconds(ms: number): string {
  return (Math.max(0, ms) / SECOND_MS).toFixed(ms < 9_995 ? 2 : 1);
}

function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${largeUnit}${rest > 0 ? ` ${rest}${smallUnit}` : ''}`;
}

/** How long ago, or how long from now: one unit, whole: `12s`, `3m`, `2h`, `4d`. */
export function roughly(ms: number): string {
  const whole = Math.abs(ms);
  if (whole < MINUTE_MS) return `${Math.floor(whole / SECOND_MS)}s`;
  if (whole < HOUR_MS) return `${Math.floor(whole / MINUTE_MS)}m`;
  if (whole < DAY_MS) return `${Math.floor(whole / HOUR_MS)}h`;
  return `${Math.floor(whole / DAY_MS)}d`;
}

/** 0…1 as `98.4%`; 1 is `100%` only when nothing failed. */
export function percent(rate: number): string {
  if (rate === 0 || rate === 1) return `${rate * 100}%`;
  return `${Math.min(99.9, Math.max(0.1, rate * 100)).toFixed(1)}%`;
}

/** `12345` → `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
