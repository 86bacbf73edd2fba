import type { Cluster, Edge } from './endpoint.ts';
import type { Protocol } from './protocol.ts';
import type { ScenarioName, Timeouts } from './timeouts.ts';

/**
 * What becomes of an exchange whose client goes. `auto`: one that was cut off is kept to its deadline, one that
 * left is cancelled after a grace. `keep` and `cancel` do so in any case.
 */
export type OnDisconnect = 'auto' | 'keep' | 'cancel';

/** An address to listen on. */
export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** What stands between it and its clients. */
  readonly edge?: Edge;
  readonly onDisconnect?: OnDisconnect;
}

/** A local key clients must present once any are configured. */
export interface ClientKey {
  readonly name: string;
  readonly key: string;
}

/** A rule from request to cluster and scenario. Every condition given must hold; the first route that fits wins. */
export interface Route {
  readonly name: string;
  readonly match: {
    /** Globs (`*`, `?`); any one suffices. */
    readonly model?: readonly string[];
    readonly protocol?: readonly Protocol[];
    readonly stream?: boolean;
    readonly thinking?: boolean;
    readonly maxTokens?: { readonly min?: number; readonly max?: number };
    /** Size of the request body. */
    readonly promptBytes?: { readonly min?: number; readonly max?: number };
    /** Header name (lower case) → glob. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Names of client keys. */
    readonly clientKey?: readonly string[];
  };
  readonly cluster?: string;
  readonly scenario?: ScenarioName;
  readonly timeouts?: Timeouts;
  readonly onDisconnect?: OnDisconnect;
}

export interface RetrySettings {
  /** Attempts after the first. */
  readonly max: number;
  /** Full-jitter backoff: rand(0, min(cap, base·2ⁿ)). */
  readonly baseMs: number;
  readonly capMs: number;
  /** Further attempts after ones that were likely or certainly charged. */
  readonly maxCharged: number;
}

/** How the gateway treats clients that go. */
export interface DisconnectSettings {
  readonly policy: OnDisconnect;
  /** How long an exchange whose client left goes on, in case it is a reconnect. */
  readonly graceMs: number;
  /** A client to which nothing had been sent for this long was cut off: it did not leave. */
  readonly cutSilenceMs: number;
  /** A client that takes nothing for so long, though there is something for it, is given up: it was cut off. */
  readonly stalledMs: number;
}

/** How long, and how much of, answers are kept for clients that come back. */
export interface ReplaySettings {
  /** How long an undelivered answer is kept. */
  readonly ttlMs: number;
  /** How long the answer to a request with an idempotency key is kept. */
  readonly keyTtlMs: number;
  /** Per exchange. */
  readonly maxBytes: number;
  /** In all. */
  readonly totalBytes: number;
}

/** When clients get a sign of life. */
export interface HeartbeatSettings {
  /** First one on a stream without an edge in front. */
  readonly afterMs: number;
  /** Longest pause between two. */
  readonly everyMs: number;
}

export interface HealthSettings {
  readonly enabled: boolean;
  /** First pause before a verification; it doubles up to `maxIntervalMs`. */
  readonly intervalMs: number;
  readonly maxIntervalMs: number;
  /** Timeout of one verification. */
  readonly timeoutMs: number;
  /** Model asked; absent = a cheap one of the protocol, else the one last seen working. */
  readonly model?: string;
  /** Cool-down after 429 and 529 without `retry-after`. */
  readonly cooldownMs: number;
}

export interface LogSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'text' | 'json';
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** How long the ledger's rows are kept. Absent = for good. */
export interface LedgerSettings {
  readonly keepMs?: number;
  /** Size of the database, in bytes; the oldest rows go first. */
  readonly maxBytes?: number;
}

/** What an alert can be about. */
export type AlertKind =
  | 'endpoint_down'
  | 'endpoint_recovered'
  | 'cluster_down'
  | 'edge_learned'
  | 'money_lost_over'
  | 'slow_over'
  | 'error_rate_over';

export const ALERT_KINDS: readonly AlertKind[] = [
  'endpoint_down',
  'endpoint_recovered',
  'cluster_down',
  'edge_learned',
  'money_lost_over',
  'slow_over',
  'error_rate_over',
];

export type AlertFormat = 'json' | 'slack' | 'feishu' | 'dingtalk' | 'wecom';

/** Where alerts go, and which. The webhook's URL is a credential: it is never shown. */
export interface AlertSettings {
  readonly webhook: string;
  readonly format: AlertFormat;
  readonly on: readonly AlertKind[];
  /** Signs messages, for robots that demand it (Feishu, DingTalk). */
  readonly secret?: string;
  /** Lost within `windowMs`. */
  readonly moneyLostOverMicroUsd: number;
  /** A request took longer. */
  readonly slowOverMs: number;
  /** Share of failed requests within `windowMs`, 0…1. */
  readonly errorRateOver: number;
  readonly windowMs: number;
}

/** The whole configuration: validated, secrets resolved, frozen. One value, replaced whole on reload. */
export interface Settings {
  readonly listen: readonly Listener[];
  readonly auth: { readonly keys: readonly ClientKey[] };
  readonly admin: { readonly token?: string };
  readonly clusters: readonly Cluster[];
  /** Name of the cluster used where no route says otherwise. */
  readonly defaultCluster: string;
  readonly routes: readonly Route[];
  /** Complete: the built-in scenarios, overlaid with `scenarios`. */
  readonly scenarios: Readonly<Record<ScenarioName, Timeouts>>;
  /** `timeouts:` at the top level, for every attempt whatever its scenario. */
  readonly timeouts: Timeouts;
  readonly retry: RetrySettings;
  readonly disconnect: DisconnectSettings;
  readonly replay: ReplaySettings;
  readonly heartbeat: HeartbeatSettings;
  readonly health: HealthSettings;
  readonly log: LogSettings;
  readonly ledger: LedgerSettings;
  readonly alerts: readonly AlertSettings[];
  /** Body limit in bytes. */
  readonly maxBodyBytes: number;
  /** Longest pause while a request is being received. */
  readonly requestTimeoutMs: number;
  /** How many requests may wait for a slot, per cluster. */
  readonly queueMax: number;
  /** How long running exchanges may go on after a stop. */
  readonly drainMs: number;
}
