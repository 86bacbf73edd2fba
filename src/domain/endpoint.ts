import type { Protocol } from './protocol.ts';
import type { Timeouts } from './timeouts.ts';

/** Requests that may run, or start, at one endpoint. Absent = unlimited. */
export interface Limits {
  readonly concurrency?: number;
  /** Starts in any one second. */
  readonly rps?: number;
  /** Starts in any one minute. */
  readonly rpm?: number;
}

/** What an edge (a CDN or proxy that cuts) in front of something allows. Absent = no such limit known. */
export interface Edge {
  /** Longest silence. */
  readonly silenceMs?: number;
  /** Longest duration of one answer, whatever flows. */
  readonly totalMs?: number;
}

/** One base URL + one credential, as configured. Its health state is kept elsewhere, by `id`. */
export interface Endpoint {
  /** First 8 hex digits of sha256("base_url|api_key"): stable across restarts. */
  readonly id: string;
  /** As configured, or the host of the base URL. For people; not unique. */
  readonly name: string;
  /** As configured: with or without `/v1`, with or without a path prefix. */
  readonly baseUrl: string;
  /** The resolved credential. Never logged, never sent anywhere but upstream. */
  readonly apiKey: string;
  readonly protocols: readonly Protocol[];
  readonly weight: number;
  /** Lower first. */
  readonly priority: number;
  readonly timeouts: Timeouts;
  /** Consecutive failures that open the circuit. */
  readonly maxFailures: number;
  readonly enabled: boolean;
  /** Model names to replace, asked name → name sent upstream. */
  readonly models: Readonly<Record<string, string>>;
  /** Headers added to each upstream call. */
  readonly headers: Readonly<Record<string, string>>;
  /** `http://…`, `socks5://…`: the proxy to reach it through. */
  readonly proxy?: string;
  readonly limits: Limits;
  /** What stands in front of it. */
  readonly edge?: Edge;
  /** Answers expected to take longer go elsewhere, where there is an elsewhere. */
  readonly maxDurationMs?: number;
  /**
   * Whether calls of clients that want no stream are streamed. `never`: they are asked as the client asked. `always`:
   * whatever was learned. Absent = `auto`: by need.
   */
  readonly streamUpstream?: 'auto' | 'always' | 'never';
  /** False: a call that is cut upstream is billed in full, so that cutting it saves nothing. Absent = true. */
  readonly cancelStopsBilling?: boolean;
}

export type Strategy = 'priority' | 'weighted' | 'round_robin' | 'random' | 'least_connections' | 'fastest';

export const STRATEGIES: readonly Strategy[] = [
  'priority',
  'weighted',
  'round_robin',
  'random',
  'least_connections',
  'fastest',
];

/** A named set of endpoints that can serve each other's requests. */
export interface Cluster {
  readonly name: string;
  readonly strategy: Strategy;
  readonly endpoints: readonly Endpoint[];
}
