import type {
  AttemptRecord,
  AttemptsQuery,
  ExchangeOpening,
  ExchangeRecord,
  LedgerGrouping,
  LedgerPoint,
  LedgerQuery,
  LedgerSummary,
} from '../domain/ledger.ts';
import type { FirstAttempt } from './ledger-line.ts';
import type { LedgerLimits } from './ledger-prune.ts';
import type { SummaryQuery } from './ledger-selects.ts';

/**
 * The ledger: money rows. Writes return at once; what opens is on file before it returns, and what closes within the
 * same turn of the event loop, so that a killed process loses no row (a power cut may). What a crash left open is
 * closed soon after the next opening as "unknown, possibly charged". An exchange costs one write as it opens, and a share
 * of one as it closes.
 */
export interface LedgerStore {
  /** Before the first upstream byte. `first` is its first attempt, where that begins with it. */
  openExchange(record: ExchangeOpening, first?: FirstAttempt): void;
  /** `n` from 1. An attempt that is never closed is `unknown`; one of an exchange that was not opened is left out. */
  openAttempt(exchangeId: string, n: number, endpointId: string, startedAt: number, why: string): void;
  closeAttempt(record: AttemptRecord): void;
  /** Replaces what was known of it; may be called again with another delivery, `joined` or saving. */
  closeExchange(record: ExchangeRecord): void;
  /** Newest first; at most `limit`. `since` is the first instant that counts, `until` the first that doesn't. */
  ledgerList(query: LedgerQuery): Promise<readonly ExchangeRecord[]>;
  /** By its id, or by the beginning of it where only one exchange begins so. Attempts under way are not shown. */
  ledgerExchange(
    id: string,
  ): Promise<{ exchange: ExchangeRecord; attempts: readonly AttemptRecord[] } | undefined>;
  /**
   * One row without `by`, else a row per group: days newest first, others by falling cost; a model that was not
   * said is the group `''`. By endpoint, or of one, the sums are those of the attempts there, and an exchange is
   * delivered by the endpoint of its last attempt. `inputTokens` are whole prompts, cached parts included.
   */
  ledgerSummary(query: SummaryQuery, by?: LedgerGrouping): Promise<readonly LedgerSummary[]>;
  /** Newest first; at most `limit`. Those without an end (under way, or cut off by a crash) are left out. */
  ledgerPoints(query: LedgerQuery): Promise<readonly LedgerPoint[]>;
  /**
   * Newest first; at most `limit`, those of the newest exchanges. Attempts under way are not shown, nor those that
   * began more than an hour after their exchange, where that began before `since`.
   */
  ledgerAttempts(query: AttemptsQuery): Promise<readonly AttemptRecord[]>;
  /** What is stored takes on disk, the ledger mostly, without kept answers. The file is larger: it never shrinks. */
  ledgerBytes(): Promise<number>;
  /** `startedAt` of the oldest exchange. */
  ledgerOldest(): Promise<number | undefined>;
  /**
   * Deletes the oldest exchanges in steps that nothing else waits for long; who reads meanwhile sees a part. Resolves
   * with how many went, once nothing is left to do or `goOn` says no.
   */
  pruneLedger(limits: LedgerLimits, goOn?: () => boolean): Promise<number>;
}
