const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};
const SPAN = /^(\d{1,6})([mhdw])$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * The instant a word means, ms since the epoch: `24h`, `7d` back from `now`; `2026-11-01`, the beginning of that day
 * here; `2026-11-01T12:00`, here unless it says where. Undefined = it means none.
 */
export function sinceOf(word: string, now: number): number | undefined {
  const [, count, unit] = SPAN.exec(word) ?? [];
  if (count !== undefined && unit !== undefined)
    return Math.max(0, now - Number(count) * (UNIT_MS[unit] ?? 0));
  const [, year, month, day] = (DAY.exec(word) ?? []).map(Number);
  if (year !== undefined && month !== undefined && day !== undefined) {
    const start = new Date(year, month - 1, day);
    return start.getMonth() === month - 1 && start.getDate() === day ? start.getTime() : undefined;
  }
  const instant = INSTANT.test(word) ? Date.parse(word) : Number.NaN;
  return Number.isNaN(instant) || instant < 0 ? undefined : instant;
}
