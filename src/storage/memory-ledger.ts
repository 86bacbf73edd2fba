import type { ExchangeRecord, LedgerGrouping, LedgerQuery } from '../domain/ledger.ts';
import { exchangeIdOf, type KnownExchange, type LedgerLine, NOTHING_KNOWN, withLine } from './ledger-line.ts';
import { type SummaryQuery, summaries } from './ledger-selects.ts';
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

  function matching(query: SummaryQuery): KnownExchange[] {
    return [...known.values()].filter(
      (entry) => entry.exchange !== undefined && matches(entry, entry.exchange, query),
    );
  }

  return {
    openExchange: (exchange, first) =>
      add(first ? { exchange, begun: { ...first, exchangeId: exchange.id, n: 1 } } : { exchange }),
    openAttempt: (exchangeId, n, endpointId, startedAt, why) =>
      add({ begun: { exchangeId, n, endpointId, startedAt, why } }),
    closeAttempt: (attempt) => add({ attempt }),
    closeExchange: (exchange) => add({ exchange }),
    async ledgerList(query: LedgerQuery) {
      const found = matching(query).flatMap(({ exchange }) => exchange ?? []);
      return found
        .reverse()
        .sort((a, b) => b.startedAt - a.startedAt)
        .slice(0, Math.max(0, Math.trunc(query.limit)));
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
      for (const share of matching(query).flatMap(sharesOf)) {
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
    pruneLedger(before) {
      for (const [id, { exchange }] of known) if (exchange && exchange.startedAt < before) known.delete(id);
    },
  };
}

function matches({ attempts, begun }: KnownExchange, exchange: ExchangeRecord, query: SummaryQuery): boolean {
  const { since, until, model, client, endpointId, lost } = query;
  if (since !== undefined && exchange.startedAt < since) return false;
  if (until !== undefined && exchange.startedAt >= until) return false;
  if (model !== undefined && exchange.model !== model) return false;
  if (client !== undefined && exchange.client !== client) return false;
  if (lost === true && exchange.lostCalls === 0) return false;
  if (endpointId === undefined) return true;
  return [...attempts.values(), ...begun.values()].some((attempt) => attempt.endpointId === endpointId);
}
