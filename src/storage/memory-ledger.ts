import type { ExchangeRecord, LedgerGrouping, LedgerPoint, LedgerQuery } from '../domain/ledger.ts';
import { exchangeIdOf, type KnownExchange, type LedgerLine, NOTHING_KNOWN, withLine } from './ledger-line.ts';
import { ATTEMPT_LAG_MAX_MS } from './ledger-lists.ts';
import { summaries } from './ledger-selects.ts';
import { addSums, NO_SUMS, type Share, type Sums, sharesOf } from './ledger-shares.ts';
import type { LedgerStore } from './ledger-store.ts';

/** Exchanges kept; beyond, the oldest go. About 20 MB. */
export const MEMORY_EXCHANGES_MAX = 10_000;

const groupOf = (share: Share, by: LedgerGrouping): string =>
  by === 'endpoint' ? share.endpointId : share[by];

/** The ledger without a disk. */
export function memoryLedger(): LedgerStore {
  const known = new Map<string, KnownExchange>();

  function add(line: LedgerLine): void {
    const id = exchangeIdOf(line);
    known.set(id, withLine(known.get(id) ?? NOTHING_KNOWN, structuredClone(line)));
    if (known.size > MEMORY_EXCHANGES_MAX)
      for (const oldest of known.keys()) return void known.delete(oldest);
  }

  function matching(query: Omit<LedgerQuery, 'limit'>): KnownExchange[] {
    return [...known.values()].filter(
      (entry) => entry.exchange !== undefined && matches(entry, entry.exchange, query),
    );
  }

  const newestFirst = (query: Omit<LedgerQuery, 'limit'>): ExchangeRecord[] =>
    matching(query)
      .flatMap(({ exchange }) => exchange ?? [])
      .reverse()
      .sort((a, b) => b.startedAt - a.startedAt);

  return {
    openExchange: (exchange, first) =>
      add(first ? { exchange, begun: { ...first, exchangeId: exchange.id, n: 1 } } : { exchange }),
    openAttempt: (exchangeId, n, endpointId, startedAt, why) =>
      add({ begun: { exchangeId, n, endpointId, startedAt, why } }),
    closeAttempt: (attempt) => add({ attempt }),
    closeExchange: (exchange) => add({ exchange }),
    ledgerList: async (query) => newestFirst(query).slice(0, countOf(query)),
    ledgerPoints: async (query) => newestFirst(query).flatMap(pointOf).slice(0, countOf(query)),
    async ledgerAttempts(query) {
      const { endpointId, since, until } = query;
      return newestFirst({ endpointId, since: since - ATTEMPT_LAG_MAX_MS, until })
        .flatMap(({ id }) => [...(known.get(id)?.attempts.values() ?? [])].sort((a, b) => b.n - a.n))
        .filter((attempt) => attempt.endpointId === endpointId)
        .filter(({ startedAt }) => startedAt >= since && startedAt < until)
        .slice(0, countOf(query))
        .sort((a, b) => b.startedAt - a.startedAt);
    },
    async ledgerExchange(id) {
      const ids = known.has(id) ? [id] : [...known.keys()].filter((other) => other.startsWith(id));
      const entry = ids.length === 1 ? known.get(ids[0] ?? '') : undefined;
      if (id === '' || entry?.exchange === undefined) return undefined;
      const attempts = [...entry.attempts.values()].sort((a, b) => a.n - b.n);
      return { exchange: entry.exchange, attempts };
    },
    async ledgerSummary(query, by) {
      const groups = new Map<string, Sums>();
      const { failed: _f, slowMs: _s, cause: _c, ...about }: Omit<LedgerQuery, 'limit'> = query;
      for (const share of matching(about).flatMap(sharesOf)) {
        const byEndpoint = by === 'endpoint' || query.endpointId !== undefined;
        if ((share.endpointId !== '') !== byEndpoint) continue;
        if (query.endpointId !== undefined && query.endpointId !== share.endpointId) continue;
        const group = by === undefined ? '' : groupOf(share, by);
        groups.set(group, addSums(groups.get(group) ?? NO_SUMS, share.sums));
      }
      return summaries(
        [...groups].map(([group, sums]) => ({ group, sums })),
        by,
      );
    },
    ledgerBytes: async () => 0,
    async ledgerOldest() {
      const starts = [...known.values()].flatMap(({ exchange }) => exchange?.startedAt ?? []);
      return starts.length === 0 ? undefined : Math.min(...starts);
    },
    async pruneLedger({ before = Number.NEGATIVE_INFINITY }) {
      let deleted = 0;
      for (const [id, { exchange }] of known)
        if (exchange && exchange.startedAt < before && known.delete(id)) deleted += 1;
      return deleted;
    },
  };
}

const countOf = ({ limit }: { readonly limit: number }) => Math.max(0, Math.trunc(limit));

function pointOf({ id, startedAt, endedAt, failed, cause, endpointId }: ExchangeRecord): LedgerPoint[] {
  if (endedAt === undefined) return [];
  return [
    {
      id,
      startedAt,
      durationMs: endedAt - startedAt,
      failed: failed === true,
      ...(cause === undefined ? {} : { cause }),
      ...(endpointId === undefined ? {} : { endpointId }),
    },
  ];
}

function matches(
  { attempts, begun }: KnownExchange,
  exchange: ExchangeRecord,
  query: Omit<LedgerQuery, 'limit'>,
): boolean {
  const { since, until, model, client, endpointId, lost, failed, slowMs, cause } = query;
  const { startedAt, endedAt } = exchange;
  if (since !== undefined && startedAt < since) return false;
  if (until !== undefined && startedAt >= until) return false;
  if (model !== undefined && exchange.model !== model) return false;
  if (client !== undefined && exchange.client !== client) return false;
  if (lost === true && exchange.lostCalls === 0) return false;
  if (failed === true && exchange.failed !== true) return false;
  if (slowMs !== undefined && !(endedAt !== undefined && endedAt - startedAt >= slowMs)) return false;
  if (cause !== undefined && exchange.cause !== cause) return false;
  if (endpointId === undefined) return true;
  return [...attempts.values(), ...begun.values()].some((attempt) => attempt.endpointId === endpointId);
}
