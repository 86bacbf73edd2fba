import type { ExchangeOpening } from '../domain/ledger.ts';
import type { Intents } from './intents.ts';
import { OPENING } from './ledger-columns.ts';
import { attemptText, begunText, closingText, openingText, wholeText } from './ledger-line.ts';
import type { PruneStep } from './ledger-prune.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { WorkerLink } from './worker-link.ts';

/** Exchanges in one list: about 1 GB, so that an endless limit is an answer and no error. */
const LISTED_MAX = 1_000_000;

/** Exchanges under way that are remembered; of others, the closing line says all again. */
const OPEN_MAX = 50_000;

type AskThread = <T>(...question: Parameters<WorkerLink['ask']>) => Promise<T>;

/** The ledger as lines of the intents file, and as questions to the thread that reads it. */
export function createLedgerWriter(intents: Intents, askThread: AskThread): LedgerStore {
  /** What exchanges under way were opened with: their closing lines leave it out. */
  const open = new Map<string, ExchangeOpening>();

  function ask<T>(...question: Parameters<WorkerLink['ask']>): Promise<T> {
    // What closed in this turn is in the file before the thread looks.
    intents.flush();
    return askThread<T>(...question);
  }

  return {
    openExchange(exchange, first) {
      if (intents.append(openingText(exchange, first)) && open.size < OPEN_MAX)
        open.set(exchange.id, exchange);
    },
    openAttempt(exchangeId, n, endpointId, startedAt, why) {
      intents.append(begunText(exchangeId, n, { endpointId, startedAt, why }));
    },
    closeAttempt(attempt) {
      intents.appendSoon(attemptText(attempt));
    },
    closeExchange(exchange) {
      const opened = open.get(exchange.id);
      const known = opened !== undefined && isSame(opened, exchange);
      if (opened !== undefined) open.delete(exchange.id);
      intents.appendSoon(known ? closingText(exchange) : wholeText(exchange));
    },
    ledgerList: (query) => ask({ kind: 'ledger-list', query: bounded(query) }),
    ledgerPoints: (query) => ask({ kind: 'ledger-points', query: bounded(query) }),
    ledgerAttempts: (query) => ask({ kind: 'ledger-attempts', query: bounded(query) }),
    ledgerExchange: (id) => ask({ kind: 'ledger-exchange', id }),
    ledgerSummary: (query, by) => ask({ kind: 'ledger-summary', query, by }),
    ledgerBytes: () => ask({ kind: 'ledger-bytes' }),
    ledgerOldest: () => ask({ kind: 'ledger-oldest' }),
    async pruneLedger(limits, goOn = () => true) {
      let deleted = 0;
      while (goOn()) {
        // Step by step: what others ask the thread meanwhile gets its turn in between.
        const step = await ask<PruneStep>({ kind: 'ledger-prune', limits });
        deleted += step.deleted;
        if (step.done) break;
      }
      return deleted;
    },
  };
}

const OPENING_NAMES = OPENING.map(({ name }) => name as keyof ExchangeOpening);

/** Whether what an exchange closes with says the same as what it was opened with. */
function isSame(opened: ExchangeOpening, closed: ExchangeOpening): boolean {
  for (const name of OPENING_NAMES) if (opened[name] !== closed[name]) return false;
  return true;
}

const bounded = <T extends { readonly limit: number }>(query: T): T => ({
  ...query,
  limit: Math.min(Math.max(0, Math.trunc(query.limit)), LISTED_MAX),
});
