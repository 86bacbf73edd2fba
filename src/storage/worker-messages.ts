import type { AttemptsQuery, LedgerGrouping, LedgerQuery } from '../domain/ledger.ts';
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
  | { readonly kind: 'close' };

/** Answers come in the order of the questions; `seq` ties them together all the same. */
export type ToWorker = Ask & { readonly seq: number };

export type FromWorker =
  | { readonly kind: 'opened'; readonly notes: readonly string[] }
  | { readonly kind: 'unusable'; readonly detail: string }
  | { readonly kind: 'done'; readonly seq: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly seq: number; readonly failure: OpenFailure; readonly detail: string };
