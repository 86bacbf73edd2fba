import type { Exchange } from './life.ts';

/** A client's place at an exchange. */
export type Seat =
  /** The exchange was opened for this client. */
  | { readonly kind: 'opened'; readonly exchange: Exchange }
  /** It joins one that is there: still running, or finished. */
  | { readonly kind: 'joined'; readonly exchange: Exchange; readonly how: 'live' | 'replay' }
  /** Its idempotency key names another request. */
  | { readonly kind: 'conflict' };

/** Why an answer is no longer kept. */
export type Dropped = 'expired' | 'too-long' | 'memory';
