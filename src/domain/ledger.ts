import type { ChargeRisk, EndedBy, FailureCause, Phase } from './outcome.ts';
import type { Operation, Protocol } from './protocol.ts';
import type { ScenarioName } from './timeouts.ts';
import type { Usage } from './usage.ts';

/**
 * Whether a call was paid for. `charged`: the upstream counted tokens. `estimated`: tokens came, their number is
 * ours. `unknown`: it may have been. A crash leaves `unknown`.
 */
export type ChargeState = 'charged' | 'not-charged' | 'estimated' | 'unknown';

/** One upstream call, as recorded. Times are ms since the attempt began; absent = not reached or not known. */
export interface AttemptRecord {
  readonly exchangeId: string;
  /** From 1. */
  readonly n: number;
  readonly endpointId: string;
  readonly startedAt: number;
  readonly sentMs?: number;
  readonly firstByteMs?: number;
  readonly firstEventMs?: number;
  readonly longestSilenceMs: number;
  readonly totalMs: number;
  /** `answered`, `rejected`, or why it failed. */
  readonly result: 'answered' | 'rejected' | FailureCause;
  readonly status?: number;
  readonly phase?: Phase;
  readonly endedBy?: EndedBy;
  /** Silence at its end, where it failed. */
  readonly silenceMs?: number;
  readonly chargeRisk: ChargeRisk;
  readonly charge: ChargeState;
  readonly usage: Usage;
  /** Absent = unknown, which is not 0. */
  readonly costMicroUsd?: number;
  /** "timer first_byte: 120000 ms, set by scenario reasoning". */
  readonly detail?: string;
  readonly upstreamRequestId?: string;
  /** Which rule or quantile chose this endpoint. */
  readonly why: string;
}

/** How an exchange ended for its clients. */
export type Delivery =
  | 'running'
  /** A client got the whole answer. */
  | 'delivered'
  /** A client was told truly that there is none, or not all of it. */
  | 'refused'
  | 'broken'
  /** The client left and the exchange was cancelled. */
  | 'left'
  /** There was an answer, and nobody came for it. */
  | 'undelivered'
  /** The gateway died meanwhile. */
  | 'unknown';

/** One exchange, as recorded. */
export interface ExchangeRecord {
  readonly id: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly path: string;
  readonly protocol: Protocol;
  readonly operation: Operation;
  readonly stream: boolean;
  readonly model?: string;
  readonly effort?: string;
  /** Name of the client's key. */
  readonly client: string;
  readonly listener: string;
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly requestBytes: number;
  readonly status?: number;
  readonly delivery: Delivery;
  /** Code of the gateway's own error, where it gave one. */
  readonly error?: string;
  /** Clients that joined after the first one. */
  readonly joined: number;
  /** Of all attempts together; absent parts are unknown. */
  readonly usage: Usage;
  readonly charge: ChargeState;
  readonly costMicroUsd?: number;
  /** Charged, and no client got the answer: what those attempts cost. Absent = unknown. */
  readonly lostMicroUsd?: number;
  /** Calls that were, or may have been, charged for nothing. */
  readonly lostCalls: number;
  /** Answers that joined clients got without paying. */
  readonly savedMicroUsd?: number;
  readonly savedCalls: number;
}

/** What a ledger reading is about. Instants are ms since the epoch. */
export interface LedgerQuery {
  readonly since?: number;
  readonly until?: number;
  readonly model?: string;
  readonly endpointId?: string;
  readonly client?: string;
  /** Only exchanges that lost money, or may have. */
  readonly lost?: boolean;
  readonly limit: number;
}

export type LedgerGrouping = 'model' | 'endpoint' | 'client' | 'day';

/** One row of a summary. Sums of cost leave out what is unknown, and say how many that were. */
export interface LedgerSummary {
  /** Absent in the summary of everything. */
  readonly group?: string;
  readonly exchanges: number;
  readonly attempts: number;
  readonly delivered: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
  readonly unknownCost: number;
  readonly lostMicroUsd: number;
  readonly lostCalls: number;
  readonly savedMicroUsd: number;
  readonly savedCalls: number;
}

/** One exchange with its upstream calls, in their order; a call under way is not among them. */
export interface LedgerEntry {
  readonly exchange: ExchangeRecord;
  readonly attempts: readonly AttemptRecord[];
}

/** A finished answer that must survive a restart: of a ticket, or of a request with an idempotency key. */
export interface StoredAnswer {
  readonly id: string;
  /** Client and key, as one string; absent for tickets. */
  readonly key?: string;
  readonly clientName: string;
  readonly clientCredential: string;
  readonly fingerprint: string;
  readonly protocol: Protocol;
  readonly stream: boolean;
  readonly startedAt: number;
  readonly expiresAt: number;
  readonly form: 'events' | 'plain';
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}
