import type { Endpoint } from './endpoint.ts';
import type { Outcome } from './outcome.ts';
import type { Protocol } from './protocol.ts';

/** What the gateway calls for by itself: the route of such a call on the ledger. */
export type OwnPurpose = 'verification' | 'doctor';

export const OWN_PURPOSES: readonly OwnPurpose[] = ['verification', 'doctor'];

/** A generation call of the gateway's own. */
export interface OwnCall {
  readonly purpose: OwnPurpose;
  readonly endpoint: Endpoint;
  readonly protocol: Protocol;
  readonly path: string;
  /** As a client would name it. */
  readonly model: string;
  readonly streamed: boolean;
  readonly body: Buffer;
}

/** One that is on file, and under way. */
export interface OpenedOwnCall {
  /** It broke as on a stale connection, and goes out anew: two calls. */
  sentAnew(broken: Outcome): void;
  ended(outcome: Outcome): void;
}

/** Puts a call on file: to be called before its first byte. Neither this nor what it gives throws. */
export type OpenOwnCall = (call: OwnCall) => OpenedOwnCall;
