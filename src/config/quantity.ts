const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

export const DURATION_PATTERN = /^\d+(\.\d+)?(ms|s|m|h)?$/;
export const SIZE_PATTERN = /^\d+(\.\d+)? ?([kmg]i?)?b?$/i;

/** A week: within what Node's timers can hold (2³¹−1 ms). */
export const LONGEST_MS = 7 * 24 * UNIT_MS.h!;

export const DURATION_EXPECTED = 'a duration such as 90 (seconds), 90s, 5m, 1h or 100ms';
export const SIZE_EXPECTED = 'a size such as 64MB, 10MiB or a number of bytes';

/** `90` (seconds), `90s`, `5m`, `1.5h`, `100ms` → whole milliseconds; undefined = not a duration. */
export function durationMs(value: string | number): number | undefined {
  const text = String(value);
  if (!DURATION_PATTERN.test(text)) return undefined;
  const unit = /[a-z]+$/.exec(text)?.[0] ?? 's';
  return Math.round(Number.parseFloat(text) * UNIT_MS[unit]!);
}

/** `64MB` (10⁶), `10MiB` (2²⁰), `4096` → bytes; undefined = not a size. */
export function sizeBytes(value: string | number): number | undefined {
  const text = String(value);
  if (!SIZE_PATTERN.test(text)) return undefined;
  const letters = /[a-z]+$/i.exec(text)?.[0].toLowerCase() ?? 'b';
  const unit = letters.endsWith('b') ? letters : `${letters}b`;
  return Math.round(Number.parseFloat(text) * UNIT_BYTES[unit]!);
}
