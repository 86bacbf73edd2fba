import { day } from '../frame/format.ts';

/** A stretch of whole local days. */
export interface Range {
  /** As it stands in the address; `own` for days picked by hand. */
  readonly name: RangeName | 'own';
  /** First and last day, `2026-11-22`; absent = open. */
  readonly from?: string;
  readonly to?: string;
  /** The same as instants for the admin API: from the first ms on, and until before this one. */
  readonly since?: number;
  readonly until?: number;
}

const DAYS = { '1d': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
export type RangeName = keyof typeof DAYS | 'all';
export const RANGE_NAMES: readonly RangeName[] = ['1d', '7d', '30d', '90d', 'all'];
const USUAL: RangeName = '7d';

/** Midnight of a local day, `days` days on; undefined where the text is no day. */
export function startOfDay(text: string | null | undefined, days = 0): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? '') ?? [];
  if (year === undefined) return undefined;
  const start = new Date(Number(year), Number(month) - 1, Number(date));
  // 2026-02-31 would be 3 March.
  if (day(start.getTime()) !== text) return undefined;
  start.setDate(start.getDate() + days);
  return start.getTime();
}

/** Reads `?range=30d` or `?from=2026-11-01&to=2026-11-07`; what cannot be read is as if it were not there. */
export function rangeOf(query: URLSearchParams, now: number): Range {
  const [since, until] = [startOfDay(query.get('from')), startOfDay(query.get('to'), 1)];
  if (since !== undefined || until !== undefined) {
    return {
      name: 'own',
      ...(since === undefined ? {} : { since, from: day(since) }),
      ...(until === undefined ? {} : { until, to: query.get('to') ?? '' }),
    };
  }
  const name = RANGE_NAMES.find((one) => one === query.get('range')) ?? USUAL;
  if (name === 'all') return { name };
  const first = startOfDay(day(now), 1 - DAYS[name])!;
  return { name, since: first, from: day(first), to: day(now) };
}

/** For the address of a reading of the ledger. */
export function rangeQuery({ since, until }: Range): string {
  return `${since === undefined ? '' : `&since=${since}`}${until === undefined ? '' : `&until=${until}`}`;
}

/** No stretch of days is longer: a century of them is a mistake in the address. */
const MOST_DAYS = 36_525;

/** Days between the first and the last one named, both included; of more than `most` the last ones. */
export function daysBetween(first: string, last: string, most = 400): readonly string[] {
  const days: string[] = [];
  for (let n = 0; n < MOST_DAYS; n += 1) {
    const at = startOfDay(first, n);
    if (at === undefined || day(at) > last) break;
    days.push(day(at));
  }
  return days.slice(-most);
}
