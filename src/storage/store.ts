import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import type { LedgerStore } from './ledger-store.ts';

/** Counters that survive restarts; `durationMs` is the sum over all requests. */
export interface Totals {
  readonly requests: number;
  readonly successes: number;
  readonly failures: number;
  readonly durationMs: number;
}

export const NO_TOTALS: Totals = { requests: 0, successes: 0, failures: 0, durationMs: 0 };

/** Events kept per endpoint; older ones are deleted as others come. */
export const HISTORY_MAX = 1000;

/**
 * What must survive. Writes are queued and return at once; reads see everything queued before them, though a ledger that
 * has much to catch up with after a crash shows what it has got to.
 * Reads and `flush` reject with words for people when the disk refuses; nothing else throws.
 */
export interface Store extends LedgerStore {
  /** Remarks made while opening, for people: "qcc.db was corrupt…". */
  readonly notes: readonly string[];
  /** Written within about 50 ms; replaces what was known of each endpoint. */
  saveEndpoints(snapshots: readonly EndpointSnapshot[]): void;
  /** In order of endpoint id. */
  loadEndpoints(): Promise<readonly EndpointSnapshot[]>;
  appendHealthEvents(events: readonly HealthEvent[]): void;
  /** Newest (appended last) first; at most `limit`, and never more than `HISTORY_MAX`. */
  healthHistory(endpointId: string, limit: number): Promise<readonly HealthEvent[]>;
  addTotals(delta: Totals): void;
  loadTotals(): Promise<Totals>;
  /** Replaces what was kept under the same id or the same key. Its body is copied; the oldest bodies go beyond a limit. */
  saveAnswer(answer: StoredAnswer): void;
  /** Undefined where there is none, or none any more: an expired one is deleted when it is asked for. */
  loadAnswer(id: string): Promise<StoredAnswer | undefined>;
  loadAnswerByKey(key: string): Promise<StoredAnswer | undefined>;
  /** Small named states, such as the sketches of the predictor; replaces what was there. */
  saveState(name: string, json: string): void;
  loadState(name: string): Promise<string | undefined>;
  /** Resolves once everything queued is on disk. */
  flush(): Promise<void>;
  /** Flushes, then lets go of the file. Never rejects; what could not be written is told as trouble. */
  close(): Promise<void>;
}

/** What a store may be given. */
export interface StoreOptions {
  /** Told in words when writing begins to fail, and when it works again. */
  readonly onTrouble?: (detail: string) => void;
  /** Bodies of kept answers on disk, in all; beyond, the oldest go. Default: 256 MB. */
  readonly answerBytesMax?: number;
}
