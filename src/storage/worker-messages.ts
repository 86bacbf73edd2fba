import type { AttemptsQuery, LedgerGrouping, LedgerQuery } from '../domain/ledger.ts';
import type { DatabaseOptions } from './database.ts';
import type { LedgerLimits } from './ledger-prune.ts';
import type { SummaryQuery } from './ledger-selects.ts';
import type { OpenFailure } from './open-failure.ts';
import type { WriteBatch } from './write-batch.ts';

/** What the gateway's thread asks of the storage thread. */
export type Ask =
  | { readonly kind: 'write'; readonly batch: WriteBatch }
  | { readonly kind: 'endpoints' }
  | { readonly kind: 'history'; readonly endpointId: string; readonly limit: number }
  | { readonly kind: 'totals' }
  | { readonly kind: 'ledger-list'; readonly query: LedgerQuery }
  | { readonly kind: 'ledger-exchange'; readonly id: string }
  | { readonly kind: 'ledger-summary'; readonly query: SummaryQuery; readonly by: LedgerGrouping | undefined }
  | { readonly kind: 'ledger-points'; readonly query: LedgerQuery }
  | { readonly kind: 'ledger-attempts'; readonly query: AttemptsQuery }
  | { readonly kind: 'ledger-bytes' | 'ledger-oldest' }
  | { readonly kind: 'ledger-prune'; readonly limits: LedgerLimits }
  | { readonly kind: 'answer'; readonly by: 'id' | 'key'; readonly value: string }
  | { readonly kind: 'state'; readonly name: string }
  /** Answered once every line that is in the intents file by now is in the database. */
  | { readonly kind: 'catch-up' }
  | { readonly kind: 'close' };

/** What needs no answer. */
export type Notice =
  /** This run's segment is there: look at what there is to read. */
  | { readonly kind: 'read' }
  /** Lines were appended while the thread slept. */
  | { readonly kind: 'wake' };

/** Answers come in the order of the questions; `seq` ties them together all the same. */
export type ToWorker = (Ask & { readonly seq: number }) | Notice;

export type FromWorker =
  | { readonly kind: 'opened'; readonly notes: readonly string[] }
  | { readonly kind: 'unusable'; readonly detail: string }
  | { readonly kind: 'done'; readonly seq: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly seq: number; readonly failure: OpenFailure; readonly detail: string }
  | Report;

/** What the thread says unasked. */
export type Report =
  /** `detail` absent: lines are put on record again. */
  | { readonly kind: 'stuck'; readonly detail: string | undefined }
  | { readonly kind: 'left-out'; readonly detail: string }
  /** This run's segment is gone from the folder: begin another one. */
  | { readonly kind: 'orphaned' };

/** What the thread is started with. `asleep[0]` is 1 while it waits to be woken. */
export interface WorkerStart extends DatabaseOptions {
  readonly asleep: Int32Array;
}
