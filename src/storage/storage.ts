export { NO_SUMS } from './ledger-shares.ts';
export type { LedgerStore } from './ledger-store.ts';
export { attemptLost } from './lost.ts';
export { memoryStore } from './memory-store.ts';
export { openStore } from './sqlite-store.ts';
export { HISTORY_MAX, NO_TOTALS, type Store, type StoreOptions, type Totals } from './store.ts';
