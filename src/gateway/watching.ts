import type { Fleet } from '../cluster/cluster.ts';
import type { ExchangeRecord, LedgerSummary, RecordObserver } from '../domain/ledger.ts';
import type { LiveView, QueueView } from '../domain/view.ts';
import type { Exchanges } from '../exchange/exchange.ts';
import type { Clock } from '../platform/clock.ts';
import { createRecent } from '../record/record.ts';
import { NO_SUMS, type Store } from '../storage/storage.ts';

export interface WatchedGateway {
  readonly fleet: Fleet;
  readonly exchanges: Exchanges;
  queue(): readonly QueueView[];
  draining(): boolean;
}

/** What the gateway is seen doing: the last minutes' statistics, and each row as it is written. */
export interface Watching {
  readonly observer: RecordObserver;
  view(gateway: WatchedGateway): Promise<LiveView>;
  onExchange(listener: (record: ExchangeRecord) => void): () => void;
}

/** The longest-running ones; more nobody reads. */
const MOST_RUNNING = 200;
/** The day's sums are read from the ledger no oftener. */
const TODAY_EVERY_MS = 5_000;

export function createWatching(clock: Clock, store: Store): Watching {
  const recent = createRecent(clock.wall);
  const listeners = new Set<(record: ExchangeRecord) => void>();
  const today = summaryOfToday(clock, store);
  return {
    observer: {
      ...recent,
      exchangeEnded(record, attempts, about, earlier) {
        recent.exchangeEnded?.(record, attempts, about, earlier);
        for (const listener of listeners) listener(record);
      },
    },
    async view({ fleet, exchanges, queue, draining }) {
      const sums = await today();
      const at = clock.wall();
      const running = exchanges.views(clock.now()).filter(({ state }) => state !== 'done');
      return {
        at,
        runningCount: running.length,
        running: running.sort((a, b) => a.startedAt - b.startedAt).slice(0, MOST_RUNNING),
        endpoints: fleet.views(at),
        queue: queue(),
        recent: recent.view(at, sums),
        draining: draining(),
      };
    },
    onExchange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Sums since midnight, here. A ledger that can't be read just now shows what was last read. */
function summaryOfToday(clock: Clock, store: Store): () => Promise<LedgerSummary> {
  let sums: LedgerSummary = NO_SUMS;
  let readAt = Number.NEGATIVE_INFINITY;
  let day = 0;
  return async () => {
    const now = clock.now();
    const since = new Date(clock.wall()).setHours(0, 0, 0, 0);
    if (now - readAt < TODAY_EVERY_MS && since === day) return sums;
    readAt = now;
    day = since;
    const rows = await store.ledgerSummary({ since }).catch(() => undefined);
    sums = rows?.[0] ?? sums;
    return sums;
  };
}
