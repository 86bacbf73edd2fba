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

const UNIT_AGE_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

export const DURATION_EXPECTED = 'a duration such as 90 (seconds), 90s, 5m, 1h or 100ms';
export const SIZE_EXPECTED = 'a size such as 64MB, 10MiB or a number of bytes';

export const MONEY_PATTERN = /^\$ ?\d+(\.\d+)?$|^\d+(\.\d+)?( ?USD)?$/i;
export const SHARE_PATTERN = /^\d+(\.\d+)? ?%$|^[01](\.\d+)?$/;
export const MONEY_EXPECTED = 'an amount such as $1, $0.50 or 2 (US dollars), more than nothing';
export const SHARE_EXPECTED = 'a share from 0% to 100%, such as 20% or 0.2';

/** `$1`, `0.5`, `2 USD` → micro-USD, at least 1; undefined = not an amount. */
export function microUsd(value: string | number): number | undefined {
  const text = String(value);
  if (!MONEY_PATTERN.test(text)) return undefined;
  const micro = Math.round(Number.parseFloat(text.replace(/^\$ ?/, '')) * 1e6);
  return micro >= 1 && micro <= MOST_MICRO_USD ? micro : undefined;
}

/** A billion dollars: keeps out nonsense. */
const MOST_MICRO_USD = 1e15;

/** `20%`, `0.2` → 0.2; undefined = not a share. A bare `20` could mean either, and is refused. */
export function share(value: string | number): number | undefined {
  const text = String(value);
  if (!SHARE_PATTERN.test(text)) return undefined;
  const part = Number.parseFloat(text) / (text.endsWith('%') ? 100 : 1);
  return part >= 0 && part <= 1 ? part : undefined;
}

/** `90` (seconds), `90s`, `5m`, `1.5h`, `100ms` → whole milliseconds; undefined = not a duration. */
export function durationMs(value: string | number): number | undefined {
  const text = String(value);
  if (!DURATION_PATTERN.test(text)) return undefined;
  const unit = /[a-z]+$/.exec(text)?.[0] ?? 's';
  return Math.round(Number.parseFloat(text) * UNIT_MS[unit]!);
}

/** A bare number is refused: the seconds that it means elsewhere would leave nothing. */
export const AGE_PATTERN = /^\d+(\.\d+)?[hdw]$/;
export const AGE_EXPECTED = 'an age such as 90d, 12h or 8w';

/** `90d`, `12h`, `8w` → whole milliseconds; undefined = not an age. */
export function ageMs(value: string | number): number | undefined {
  const text = String(value);
  if (!AGE_PATTERN.test(text)) return undefined;
  return Math.round(Number.parseFloat(text) * UNIT_AGE_MS[text.at(-1)!]!);
}

/** Bytes as somebody would write them: `16MiB`; a number of bytes where no unit fits. */
export function sizeText(bytes: number): string {
  const fits = ['gib', 'mib', 'kib'].find(
    (unit) => bytes >= UNIT_BYTES[unit]! && bytes % UNIT_BYTES[unit]! === 0,
  );
  if (fits === undefined) return `${bytes} bytes`;
  return `${bytes / UNIT_BYTES[fits]!}${fits[0]!.toUpperCase()}iB`;
}

/** `64MB` (10⁶), `10MiB` (2²⁰), `4096` → bytes; undefined = not a size. */
export function sizeBytes(value: string | number): number | undefined {
  const text = String(value);
  if (!SIZE_PATTERN.test(text)) return undefined;
  const letters = /[a-z]+$/i.exec(text)?.[0].toLowerCase() ?? 'b';
  const unit = letters.endsWith('b') ? letters : `${letters}b`;
  return Math.round(Number.parseFloat(text) * UNIT_BYTES[unit]!);
}
