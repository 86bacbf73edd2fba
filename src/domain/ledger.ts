import type { HealthEvent } from './health.ts';
import type { ChargeRisk, EndedBy, FailureCause, Phase } from './outcome.ts';
import type { Operation, Protocol } from './protocol.ts';
import type { ScenarioName, TimerName } from './timeouts.ts';
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
  /** What it waited for before it began: a slot at an endpoint, or the pause between two attempts. */
  readonly queuedMs?: number;
  readonly backoffMs?: number;
  /** How long the parts of opening its connection took; absent where it went out on an open one. */
  readonly dnsMs?: number;
  readonly tcpMs?: number;
  readonly tlsMs?: number;
  /** The upstream was asked to stream. */
  readonly streamed?: boolean;
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
  /** Our timer that ended it, and whose setting that is. */
  readonly timer?: { readonly name: TimerName; readonly ms: number; readonly setBy: string };
  /** Headers of an answer that was none (a failure's, a rejection's): without secrets, bounded. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the body of such an answer said: one line of at most 300 characters, without secrets. */
  readonly said?: string;
  readonly upstreamRequestId?: string;
  /** The model that the upstream says answered, where it differs from or confirms the one asked. */
  readonly modelAnswered?: string;
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
  /** Name of the route that took it; absent = none did. */
  readonly route?: string;
  /** Upstream calls made. */
  readonly attemptCount?: number;
  /** Where the last one went. */
  readonly endpointId?: string;
  /** From its beginning until the answer's first event came, whichever attempt brought it. */
  readonly firstEventMs?: number;
  /** Longest silence of an upstream. */
  readonly longestSilenceMs?: number;
  /**
   * Why the last attempt that failed did, else the code of the gateway's error, else `rejected` (an upstream's 4xx,
   * passed on) or `client-left`.
   */
  readonly cause?: string;
  /** No client got a good and whole answer; an error passed on is none. Absent while it runs. */
  readonly failed?: boolean;
  /** An edge (configured, learned, or seen as it cut) stood on its way, to the model or to the client. */
  readonly throughEdge?: boolean;
  /** Time spent waiting for slots, and between attempts. */
  readonly queuedMs?: number;
  readonly backoffMs?: number;
  /** When the first client's connection closed before its answer was whole, since the beginning… */
  readonly leftMs?: number;
  /** …nothing having been sent to it for this long… */
  readonly leftSilentMs?: number;
  /** …and what became of the exchange. */
  readonly leftFate?: 'run-on' | 'grace' | 'cancel';
  /** How long its client said it would wait. */
  readonly clientPatienceMs?: number;
  /** Signs of life sent to its first client. */
  readonly heartbeats?: number;
  /** The request's headers without secrets, bounded; kept where it failed, was slow, or lost money. */
  readonly headers?: Readonly<Record<string, string>>;
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

/** What is known of an exchange as it begins. Of these, `throughEdge` alone may be another when it closes. */
export type ExchangeOpening = Pick<
  ExchangeRecord,
  | 'id'
  | 'startedAt'
  | 'path'
  | 'protocol'
  | 'operation'
  | 'stream'
  | 'model'
  | 'effort'
  | 'client'
  | 'listener'
  | 'cluster'
  | 'scenario'
  | 'requestBytes'
  | 'route'
  | 'throughEdge'
  | 'clientPatienceMs'
>;

/** The client of calls that no client asked for. They came in by no listener, which tells them from a key of that name. */
export const OWN_CLIENT = 'qcc';

/** It was made for no client: a verification, or a call of the doctor's. */
export const isOwnCall = ({ client, listener }: Pick<ExchangeRecord, 'client' | 'listener'>): boolean =>
  client === OWN_CLIENT && listener === '';

/** What a ledger reading is about. Instants are ms since the epoch. */
export interface LedgerQuery {
  readonly since?: number;
  readonly until?: number;
  readonly model?: string;
  readonly endpointId?: string;
  readonly client?: string;
  /** Only exchanges that lost money, or may have. */
  readonly lost?: boolean;
  /** Only exchanges whose clients got no good and whole answer. */
  readonly failed?: boolean;
  /** Only exchanges that took at least this long. */
  readonly slowMs?: number;
  readonly cause?: string;
  readonly limit: number;
}

/** The upstream calls to one endpoint in a span of time; newest first. */
export interface AttemptsQuery {
  readonly endpointId: string;
  readonly since: number;
  readonly until: number;
  readonly limit: number;
}

/** An exchange as a point of a chart: when, how long, how it went. */
export interface LedgerPoint {
  readonly id: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly cause?: string;
  readonly endpointId?: string;
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

/** As much of an exchange as those who watch its attempts need. */
export type AttemptContext = Pick<
  ExchangeRecord,
  'id' | 'protocol' | 'operation' | 'client' | 'cluster' | 'scenario' | 'stream'
> & {
  readonly model?: string;
  /** `traceparent` of the client's request, if it sent one (https://www.w3.org/TR/trace-context/). */
  readonly traceparent?: string;
  /** No client asked for it: a verification, or a call of the doctor's. */
  readonly own?: true;
};

/**
 * Watches what goes on record: metrics, traces, alerts, the live view. Called in the turn in which it happens, so it
 * never waits and never throws; what it makes of it may be lost, the ledger may not. Of the gateway's own calls it hears
 * `attemptEnded` alone: they are no requests, and must move no rate of requests, failures or deliveries.
 */
export interface RecordObserver {
  attemptEnded?(record: AttemptRecord, about: AttemptContext): void;
  /** An exchange's row is written. `earlier`: it was before, too, and has changed since (a client joined). */
  exchangeEnded?(
    record: ExchangeRecord,
    attempts: readonly AttemptRecord[],
    about: AttemptContext,
    earlier?: ExchangeRecord,
  ): void;
  /** A request that never became an exchange; `code` of the gateway's error. */
  turnedAway?(code: string, status: number): void;
  joined?(how: 'live' | 'replay', about: AttemptContext): void;
  heartbeat?(protocol: Protocol): void;
  health?(events: readonly HealthEvent[]): void;
}
