import type { AttemptRecord } from '../domain/ledger.ts';
import type { Intents } from './intents.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { PruneStep } from './ledger-prune.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { WorkerLink } from './worker-link.ts';
import type { WriteQueue } from './write-batch.ts';

/** Exchanges in one list: about 1 GB, so that an endless limit is an answer and no error. */
const LISTED_MAX = 1_000_000;

type AskThread = <T>(...question: Parameters<WorkerLink['ask']>) => Promise<T>;

export interface LedgerWriterPorts {
  readonly queue: WriteQueue;
  readonly intents: Intents;
  readonly ask: AskThread;
  /** Sees to it that the queue is written. */
  schedule(): void;
  onTrouble(detail: string): void;
}

export interface LedgerWriter {
  readonly store: LedgerStore;
  /** Everything said so far is queued. */
  settle(): void;
}

/** What opens is in the intents file before the call returns, what closes a moment later: a killed process loses none. */
export function createLedgerWriter({
  queue,
  intents,
  ask,
  schedule,
  onTrouble,
}: LedgerWriterPorts): LedgerWriter {
  let refused = false;
  /** Attempts that ended in this turn: mostly their exchange does, too, and both are one line. */
  const ended = new Map<string, AttemptRecord>();

  function settle(): void {
    if (ended.size === 0) return;
    const attempts = [...ended.values()];
    ended.clear();
    for (const attempt of attempts) closing({ attempt }, attempt.exchangeId);
  }

  function opening(line: LedgerLine, exchangeId: string): void {
    settle();
    const text = JSON.stringify(line);
    const written = intents.append(text);
    if (!written && !refused) onTrouble('The ledger can not be made safe against a crash: the disk refuses.');
    refused = !written;
    if (line.exchange && line.begun) queue.addLine(text, exchangeId);
    else {
      queue.keepOpening(exchangeId);
      queue.addLine(text);
    }
    schedule();
  }

  function closing(line: LedgerLine, exchangeId: string): void {
    const text = JSON.stringify(line);
    intents.appendSoon(text);
    if (line.exchange && line.attempt?.n === 1) queue.closeLine(text, exchangeId);
    else {
      queue.keepOpening(exchangeId);
      queue.addLine(text);
    }
    schedule();
  }

  return {
    settle,
    store: {
      openExchange: (exchange, first) =>
        opening(
          first ? { exchange, begun: { ...first, exchangeId: exchange.id, n: 1 } } : { exchange },
          exchange.id,
        ),
      openAttempt: (exchangeId, n, endpointId, startedAt, why) =>
        opening({ begun: { exchangeId, n, endpointId, startedAt, why } }, exchangeId),
      closeAttempt(attempt) {
        if (ended.has(attempt.exchangeId)) settle();
        if (ended.size === 0) setImmediate(settle);
        ended.set(attempt.exchangeId, attempt);
      },
      closeExchange(exchange) {
        const attempt = ended.get(exchange.id);
        ended.delete(exchange.id);
        closing(attempt ? { exchange, attempt } : { exchange }, exchange.id);
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
    },
  };
}

const bounded = <T extends { readonly limit: number }>(query: T): T => ({
  ...query,
  limit: Math.min(Math.max(0, Math.trunc(query.limit)), LISTED_MAX),
});
