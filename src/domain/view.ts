import type { Strategy } from './endpoint.ts';
import type { EndpointView, HealthStatus } from './health.ts';
import type { ExchangeRecord, LedgerSummary } from './ledger.ts';
import type { Operation, Protocol } from './protocol.ts';
import type { AlertFormat, AlertKind, Route } from './settings.ts';
import type { Limit, ScenarioName, TimerName } from './timeouts.ts';

/** The gateway as `proxy status` shows it. Instants are ms since the epoch. */
export interface GatewayView {
  readonly pid: number;
  readonly version: string;
  readonly addresses: readonly string[];
  readonly startedAt: number;
  readonly draining: boolean;
  readonly config: {
    readonly file: string;
    readonly loadedAt: number;
    readonly demo: boolean;
    readonly problem?: string;
  };
  /** Since start. */
  readonly requests: number;
  readonly successes: number;
  readonly failures: number;
  readonly running: number;
  /** Mean time of a finished request; absent while none has finished. */
  readonly meanMs?: number;
  /** Over all starts. */
  readonly lifetime: { readonly requests: number; readonly successes: number; readonly failures: number };
  readonly endpoints: readonly EndpointView[];
}

export interface ClusterView {
  readonly name: string;
  readonly strategy: Strategy;
  readonly isDefault: boolean;
  readonly endpoints: readonly EndpointView[];
}

/** The rules that send requests to clusters, in their order, and what those may name. */
export interface RoutesView {
  readonly routes: readonly Route[];
  readonly defaultCluster: string;
  /** Names of the client keys and of the listeners. */
  readonly clientKeys: readonly string[];
  readonly listeners: readonly string[];
}

/** An endpoint in the failure queue. */
export interface QueueView {
  readonly endpointId: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly since: number;
  readonly checks: number;
  /** Absent while a verification is under way. */
  readonly nextCheckAt?: number;
  readonly lastError?: string;
}

/** The result of one verification: a real conversation in which a random code had to come back. */
export interface VerificationView {
  readonly endpointId: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly ok: boolean;
  readonly tookMs: number;
  readonly model: string;
  readonly protocol: Protocol;
  /** What went wrong, in words. */
  readonly detail?: string;
}

/** A running exchange. */
export interface ExchangeView {
  readonly id: string;
  readonly startedAt: number;
  /** When it runs out of time, whoever set that (timer `total`). */
  readonly deadlineAt?: number;
  readonly elapsedMs: number;
  readonly silenceMs: number;
  readonly path: string;
  readonly operation: Operation;
  readonly protocol: Protocol;
  readonly stream: boolean;
  readonly model?: string;
  readonly client: string;
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly endpointId?: string;
  readonly attempts: number;
  /** Clients connected; 0 = an orphan. */
  readonly followers: number;
  /** Clients that joined after the first one. */
  readonly joined: number;
  readonly keptBytes: number;
  /** Bytes of answer that came from the upstream so far. */
  readonly receivedBytes: number;
  /** Tokens a second while the answer flows: an estimate from its bytes. Absent = nothing flows. */
  readonly estimatedTokensPerS?: number;
  readonly state: 'waiting' | 'attempting' | 'streaming' | 'done';
}

/** How all endpoints are, as `health status` shows it. */
export interface HealthView {
  readonly counts: Readonly<Record<HealthStatus, number>>;
  readonly endpoints: readonly EndpointView[];
}

/** What became of the demo's requests on one way: straight to the edge, or through a gateway. */
export interface DemoSide {
  readonly answered: number;
  /** Upstream calls that were begun. */
  readonly calls: number;
  /** Of these, those that would be on the bill. */
  readonly charged: number;
  /** At the prices named, as the simulator's usage says. */
  readonly paidMicroUsd: number;
  /** Paid for calls whose answer nobody got. */
  readonly lostMicroUsd: number;
  /** Longest that a client waited until it had its answer, or gave up. */
  readonly longestMs: number;
}

/** The same requests twice, side by side. */
export interface DemoResult {
  readonly requests: number;
  readonly direct: DemoSide;
  readonly through: DemoSide;
  /** The vendors' own SDKs, or a small client that repeats as they do. */
  readonly clients: 'sdk' | 'built-in';
  /** Whose list price is used, and which list. */
  readonly model: string;
  readonly prices: string;
}

/** Percentiles of a few minutes' requests, in ms; absent = there were none. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** How the last minutes went. */
export interface RecentView {
  readonly windowMs: number;
  readonly requests: number;
  readonly failed: number;
  /** Requests ended in each of the last seconds, oldest first. */
  readonly perSecond: readonly number[];
  readonly firstEventMs?: Percentiles;
  readonly durationMs?: Percentiles;
  /** Failed attempts and gateway errors by cause, most frequent first. */
  readonly causes: readonly { readonly cause: string; readonly count: number }[];
  /** Of the local calendar day. */
  readonly today: LedgerSummary;
}

/** What the live view gets every second. */
export interface LiveView {
  readonly at: number;
  readonly runningCount: number;
  /** The longest-running ones, at most 200. */
  readonly running: readonly ExchangeView[];
  readonly endpoints: readonly EndpointView[];
  readonly queue: readonly QueueView[];
  readonly recent: RecentView;
  readonly draining: boolean;
  /** How many `exchange` messages were never sent, since too many ended in a second: grows. Absent = none. */
  readonly rowsLeftOut?: number;
}

/** Messages of the live stream (`GET live`): the name of the event, and what its data is. */
export interface LiveMessages {
  readonly live: LiveView;
  /** An exchange ended, or its row changed. */
  readonly exchange: ExchangeRecord;
}

/** Where would such a request go? Absent = not said. */
export interface WhatIfAsk {
  readonly path: string;
  readonly model?: string;
  readonly stream?: boolean;
  readonly thinking?: boolean;
  readonly effort?: string;
  readonly maxTokens?: number;
  readonly promptBytes?: number;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of a client key. */
  readonly clientKey?: string;
  /** Name of a listener; absent = the first one. */
  readonly listener?: string;
}

/** The answer: what would be decided now, with reasons. Nothing is sent. */
export interface WhatIfView {
  readonly protocol: Protocol;
  readonly operation: Operation;
  readonly route?: string;
  readonly scenario: ScenarioName;
  /** What chose the scenario: a route, a header, the request itself. */
  readonly scenarioBy: string;
  readonly cluster: string;
  /** `connect`, `first_byte`, `idle`, `total`, as they would hold at the endpoint picked. */
  readonly timers: Readonly<Partial<Record<TimerName, Limit>>>;
  /** In the order in which they would be tried now. */
  readonly endpoints: readonly {
    readonly id: string;
    readonly name: string;
    readonly usable: boolean;
    /** Why it is where it is, or out. */
    readonly why: string;
    /** Expected duration (95th percentile) of such an answer there; absent = nothing known yet. */
    readonly expectedMs?: number;
    /** Its edge is expected to cut it. */
    readonly edgeCuts?: boolean;
  }[];
}

/** The configuration as the dashboard edits it. Secrets in it are masked; those left as they are stay. */
export interface ConfigView {
  readonly file: string;
  /** False: there is no file yet, and `text` is what a first one could be. */
  readonly exists: boolean;
  readonly text: string;
  /** Names the text on disk: an edit of another one is refused. */
  readonly version: string;
  readonly problems: readonly ConfigProblemView[];
}

export interface ConfigProblemView {
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** What became of an edited configuration. */
export type ConfigApplied =
  | {
      readonly kind: 'applied';
      readonly version: string;
      readonly clusters: number;
      readonly endpoints: number;
    }
  | { readonly kind: 'problems'; readonly problems: readonly ConfigProblemView[] }
  /** The file changed meanwhile. */
  | { readonly kind: 'conflict'; readonly version: string };

/** How long an endpoint's calls took: counts per bucket, `leMs` its upper bound (absent = no bound). */
export interface LatencyView {
  readonly since: number;
  readonly calls: number;
  readonly buckets: readonly {
    readonly leMs?: number;
    readonly firstEvent: number;
    readonly total: number;
  }[];
}

/** What became of a test message through one alert. */
export interface AlertTestView {
  readonly format: AlertFormat;
  /** The webhook's host: the rest of its URL is a credential. */
  readonly host: string;
  readonly on: readonly AlertKind[];
  readonly ok: boolean;
  /** What the receiver said, or why it said nothing; free of secrets. */
  readonly detail: string;
}
