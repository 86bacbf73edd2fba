import type { Fleet } from '../cluster/cluster.ts';
import { type AttemptRecord, type ExchangeRecord, isOwnCall } from '../domain/ledger.ts';
import type { FoundBy, PageReading } from '../explain/explain.ts';
import type { Store } from '../storage/storage.ts';

interface MatchPorts {
  readonly store: Pick<Store, 'ledgerList' | 'ledgerAttempts'>;
  readonly fleet: Pick<Fleet, 'views'>;
  readonly now: () => number;
}

/** The exchange that a page is about, if one fits; else those that may be. */
type PageMatch =
  | { readonly id: string; readonly by: FoundBy; readonly candidates: readonly ExchangeRecord[] }
  | { readonly id: undefined; readonly candidates: readonly ExchangeRecord[] };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Clocks of an edge and of this machine, and the way between. */
const NEAR_MS = 5_000;
/** A page that does not name its second is about some request of these minutes. */
const AROUND_MS = 5 * 60_000;
const MOST_CALLS = 2_000;
const MOST_EXCHANGES = 500;
const MOST_CANDIDATES = 5;

/** Looks for the exchange behind a page: by an id of the edge's or the upstream's, else by status and time. */
export async function matchOf(reading: PageReading, ports: MatchPorts): Promise<PageMatch> {
  const { at } = reading;
  const now = ports.now();
  const middle = at ?? now;
  const since = middle - (at === undefined ? DAY_MS : HOUR_MS);
  const until = Math.min(now, middle + AROUND_MS) + 1;
  const attempts = needsAttempts(reading) ? await attemptsOf(ports, since, until) : [];
  const named = byName(reading, attempts);
  if (named) return { ...named, candidates: [] };
  const exchanges = await ports.store.ledgerList({ since, until, limit: MOST_EXCHANGES });
  // Nobody was shown a page by a call of our own.
  const own = new Set(exchanges.filter(isOwnCall).map(({ id }) => id));
  return byCircumstance(
    reading,
    attempts.filter(({ exchangeId }) => !own.has(exchangeId)),
    exchanges.filter(({ id }) => !own.has(id)),
    now,
  );
}

const needsAttempts = ({ rays, upstreamIds, status }: PageReading): boolean =>
  rays.length > 0 || upstreamIds.length > 0 || status !== undefined;

async function attemptsOf(
  { store, fleet, now }: MatchPorts,
  since: number,
  until: number,
): Promise<readonly AttemptRecord[]> {
  const calls = fleet
    .views(now())
    .map(({ id }) => store.ledgerAttempts({ endpointId: id, since, until, limit: MOST_CALLS }));
  return (await Promise.all(calls)).flat();
}

function byName({ rays, upstreamIds }: PageReading, attempts: readonly AttemptRecord[]) {
  const byRay = attempts.find(({ headers }) => rays.includes(rayOf(headers?.['cf-ray'])));
  if (byRay) return { id: byRay.exchangeId, by: 'ray' as const };
  const byId = attempts.find(({ upstreamRequestId }) => upstreamIds.includes(upstreamRequestId ?? ''));
  return byId && { id: byId.exchangeId, by: 'upstream-id' as const };
}

const rayOf = (header: string | undefined): string => (header ?? '-').split('-')[0]!.toLowerCase();

const endOf = ({ startedAt, totalMs }: AttemptRecord): number => startedAt + totalMs;

/** Statuses that an edge between us and the client gives when it cuts. */
const CUT_STATUSES = new Set([504, 524, 520, 502]);

function byCircumstance(
  { at, status, rays }: PageReading,
  attempts: readonly AttemptRecord[],
  exchanges: readonly ExchangeRecord[],
  now: number,
): PageMatch {
  // A page with a Ray ID of its own is not the one that a call with another got.
  const others = (one: AttemptRecord): boolean => rays.length > 0 && one.headers?.['cf-ray'] !== undefined;
  const met = attempts.filter(
    (one) => status !== undefined && one.status === status && one.result !== 'answered' && !others(one),
  );
  const refused = exchanges.filter(
    (one) => status !== undefined && one.status === status && one.failed === true,
  );
  const cut = exchanges.filter(
    (one) => one.leftMs !== undefined && (status === undefined || CUT_STATUSES.has(status)),
  );
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
  const metIds = [...met.map(({ exchangeId }) => exchangeId), ...ids(refused)];
  const candidates = candidatesOf(at, [...metIds, ...ids(cut)], exchanges);
  if (at !== undefined) {
    const timed = [
      ...met.filter((one) => near(endOf(one), at)).map(({ exchangeId }) => exchangeId),
      ...ids(refused.filter(({ endedAt }) => near(endedAt, at))),
    ];
    const one = only(timed);
    if (one !== undefined) return { id: one, by: 'time', candidates: [] };
    const left = only(ids(cut.filter(({ startedAt, leftMs = 0 }) => near(startedAt + leftMs, at))));
    return left === undefined ? { id: undefined, candidates } : { id: left, by: 'left', candidates: [] };
  }
  const recent = new Set(ids(exchanges.filter(({ startedAt }) => now - startedAt <= HOUR_MS)));
  const one = only(metIds.filter((id) => recent.has(id)));
  return one === undefined ? { id: undefined, candidates } : { id: one, by: 'only', candidates: [] };
}

const near = (instant: number | undefined, at: number): boolean =>
  instant !== undefined && Math.abs(instant - at) <= NEAR_MS;

/** The one id among them; undefined where there are several. */
function only(ids: readonly string[]): string | undefined {
  const different = [...new Set(ids)];
  return different.length === 1 ? different[0] : undefined;
}

/** The nearest first, or the newest. */
function candidatesOf(
  at: number | undefined,
  ids: readonly string[],
  exchanges: readonly ExchangeRecord[],
): readonly ExchangeRecord[] {
  const wanted = new Set(ids);
  const found = exchanges.filter(({ id }) => wanted.has(id));
  const sorted = at === undefined ? found : found.toSorted((a, b) => far(a, at) - far(b, at));
  return sorted.slice(0, MOST_CANDIDATES);
}

const far = ({ startedAt, endedAt }: ExchangeRecord, at: number): number =>
  Math.abs((endedAt ?? startedAt) - at);
