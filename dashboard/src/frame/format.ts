/** Numbers for people. Pure: the same in both languages, so that columns keep their width. */

/** A duration in seconds: `0.42`, `12.3`, `104.2`, `1,204`. Undefined and nonsense are `–`. */
export function seconds(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return '–';
  const value = Math.max(0, ms) / 1000;
  if (value < 9.995) return value.toFixed(2);
  if (value < 999.95) return value.toFixed(1);
  return Math.round(value).toLocaleString('en-US');
}

/** A length of time in two units: `45 s`, `3 min 5 s`, `2 h 5 min`, `4 d 3 h`. */
export function span(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return two(whole, 3600, 'h', 60, 'min');
  return two(whole, 86_400, 'd', 3600, 'h');
}

function two(whole: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
}

/** Micro-USD as dollars, with as many places as the amount deserves: `$12.34`, `$0.0123`, `$0.000004`, `$0`. */
export function dollars(microUsd: number): string {
  const value = Math.abs(microUsd) / 1_000_000;
  const sign = microUsd < 0 ? '−' : '';
  if (value === 0) return '$0';
  const places = value >= 0.995 ? 2 : value >= 0.01 ? 3 : value >= 0.0001 ? 4 : 6;
  return `${sign}$${value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places })}`;
}

/** A share of 0…1: `98.4 %`; `100 %` and `0 %` only where it is so exactly. */
export function percent(share: number): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  return `${Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1)} %`;
}

/** `12345` is `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Large numbers for narrow places: `950`, `12.3 k`, `4.56 M`. */
export function short(value: number): string {
  if (Math.abs(value) < 10_000) return count(value);
  if (Math.abs(value) < 999_500) return `${Number((value / 1e3).toPrecision(3))} k`;
  return `${Number((value / 1e6).toPrecision(3)).toLocaleString('en-US')} M`;
}

/** Bytes: `512 B`, `12.3 kB`, `4.56 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 999_500) return `${Number((value / 1e3).toPrecision(3))} kB`;
  return `${Number((value / 1e6).toPrecision(3))} MB`;
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** A local time of day: `14:03:09`. */
export function clock(at: number): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** A local day: `2026-11-22`. */
export function day(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** An instant: the time alone where it is of the day of `now`, else with its day. */
export function instant(at: number, now: number): string {
  return day(at) === day(now) ? clock(at) : `${day(at)} ${clock(at)}`;
}
