import type { ExchangeRecord, LedgerGrouping, LedgerPoint, LedgerQuery } from '../domain/ledger.ts';
import { A, addLine, type HeldExchange, nothingHeld, X } from './held-exchange.ts';
import { readAttempt, readExchange, type Value } from './ledger-columns.ts';
import { attemptText, begunText, type LedgerLine, openingText, parseLine, wholeText } from './ledger-line.ts';
import { ATTEMPT_LAG_MAX_MS } from './ledger-lists.ts';
import { summaries } from './ledger-selects.ts';
import { namedSums, type Share, sharesOf } from './ledger-shares.ts';
import type { LedgerStore } from './ledger-store.ts';

/** Exchanges kept; beyond, the oldest go. About 20 MB. */
export const MEMORY_EXCHANGES_MAX = 10_000;

const groupOf = (share: Share, by: LedgerGrouping): string =>
  by === 'endpoint' ? share.endpointId : share.about[by];

/** The ledger without a disk. What it is told goes through lines all the same: nothing is kept that a file would not. */
export function memoryLedger(): LedgerStore {
  const held = new Map<string, HeldExchange>();

  function add(text: string): void {
    const line = parseLine(text) as LedgerLine;
    const one = held.get(line.id) ?? nothingHeld();
    addLine(one, line);
    if (one.exchange === undefined) return;
    held.set(line.id, one);
    if (held.size > MEMORY_EXCHANGES_MAX) for (const oldest of held.keys()) return void held.delete(oldest);
  }

  const matching = (query: Omit<LedgerQuery, 'limit'>): HeldExchange[] =>
    [...held.values()].filter((one) => matches(one, one.exchange ?? [], query));

  const newestFirst = (query: Omit<LedgerQuery, 'limit'>): ExchangeRecord[] =>
    matching(query)
      .map(({ exchange }) => readExchange(exchange ?? []))
      .reverse()
      .sort((a, b) => b.startedAt - a.startedAt);

  const attemptsOf = (id: string) =>
    (held.get(id)?.attempts ?? []).filter((attempt) => attempt[A.result] !== null).map(readAttempt);

  return {
    openExchange: (exchange, first) => add(openingText(exchange, first)),
    openAttempt: (exchangeId, n, endpointId, startedAt, why) =>
      add(begunText(exchangeId, n, { endpointId, startedAt, why })),
    closeAttempt: (attempt) => add(attemptText(attempt)),
    closeExchange: (exchange) => add(wholeText(exchange)),
    ledgerList: async (query) => newestFirst(query).slice(0, countOf(query)),
    ledgerPoints: async (query) => newestFirst(query).flatMap(pointOf).slice(0, countOf(query)),
    async ledgerAttempts(query) {
      const { endpointId, since, until } = query;
      return newestFirst({ endpointId, since: since - ATTEMPT_LAG_MAX_MS, until })
        .flatMap(({ id }) => attemptsOf(id).reverse())
        .filter((attempt) => attempt.endpointId === endpointId)
        .filter(({ startedAt }) => startedAt >= since && startedAt < until)
        .slice(0, countOf(query))
        .sort((a, b) => b.startedAt - a.startedAt);
    },
    async ledgerExchange(id) {
      const ids = held.has(id) ? [id] : [...held.keys()].filter((other) => other.startsWith(id));
      const [found] = ids;
      const exchange = found === undefined ? undefined : held.get(found)?.exchange;
      if (id === '' || ids.length !== 1 || found === undefined || exchange === undefined) return undefined;
      return { exchange: readExchange(exchange), attempts: attemptsOf(found) };
    },
    async ledgerSummary(query, by) {
      const groups = new Map<string, number[]>();
      const { failed: _f, slowMs: _s, cause: _c, ...about }: Omit<LedgerQuery, 'limit'> = query;
      const byEndpoint = by === 'endpoint' || query.endpointId !== undefined;
      for (const share of matching(about).flatMap(sharesOf)) {
        if ((share.endpointId !== '') !== byEndpoint) continue;
        if (query.endpointId !== undefined && query.endpointId !== share.endpointId) continue;
        const group = by === undefined ? '' : groupOf(share, by);
        const sums = groups.get(group);
        groups.set(
          group,
          share.sums.map((sum, index) => sum + (sums?.[index] ?? 0)),
        );
      }
      return summaries(
        [...groups].map(([group, sums]) => ({ group, sums: namedSums(sums) })),
        by,
      );
    },
    ledgerBytes: async () => 0,
    async ledgerOldest() {
      const starts = [...held.values()].map(({ exchange }) => Number(exchange?.[X.startedAt]));
      return starts.length === 0 ? undefined : starts.reduce((oldest, at) => Math.min(oldest, at));
    },
    async pruneLedger({ before = Number.NEGATIVE_INFINITY }) {
      let deleted = 0;
      for (const [id, { exchange }] of held)
        if (Number(exchange?.[X.startedAt]) < before && held.delete(id)) deleted += 1;
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

function matches(held: HeldExchange, exchange: readonly Value[], query: Omit<LedgerQuery, 'limit'>): boolean {
  const { since, until, model, client, endpointId, lost, failed, slowMs, cause } = query;
  const [startedAt, endedAt] = [Number(exchange[X.startedAt]), exchange[X.endedAt]];
  if (since !== undefined && startedAt < since) return false;
  if (until !== undefined && startedAt >= until) return false;
  if (model !== undefined && exchange[X.model] !== model) return false;
  if (client !== undefined && exchange[X.client] !== client) return false;
  if (lost === true && exchange[X.lostCalls] === 0) return false;
  if (failed === true && exchange[X.failed] !== 1) return false;
  if (slowMs !== undefined && !(typeof endedAt === 'number' && endedAt - startedAt >= slowMs)) return false;
  if (cause !== undefined && exchange[X.cause] !== cause) return false;
  return endpointId === undefined || hasAsked(held, exchange, endpointId);
}

const hasAsked = ({ attempts }: HeldExchange, exchange: readonly Value[], endpointId: string): boolean =>
  exchange[X.endpointId] === endpointId || attempts.some((attempt) => attempt[A.endpointId] === endpointId);
