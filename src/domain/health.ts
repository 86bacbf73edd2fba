import type { Edge } from './endpoint.ts';

/** What people see of an endpoint's state. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** Closed: in use. Open: in the failure queue until `nextCheckAt`. Half-open: one verification is under way. */
export type Circuit =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly since: number; readonly nextCheckAt: number; readonly checks: number }
  | { readonly kind: 'half-open'; readonly since: number; readonly checks: number };

/** A row of an endpoint's history, newest last. */
export interface HealthEvent {
  readonly at: number;
  readonly endpointId: string;
  readonly kind:
    | 'opened'
    | 'verified'
    | 'verification-failed'
    | 'cooled-down'
    | 'recovered'
    | 'cleared'
    /** Two cuts after about the same silence: an edge stands in front of it. */
    | 'edge-learned';
  readonly detail: string;
}

/** An edge that nobody configured, but that showed itself by what it cut. */
export interface LearnedEdge {
  /** The shorter one of the silences it cut at. */
  readonly silenceMs: number;
  /** When it was learned. */
  readonly since: number;
  readonly lastCutAt: number;
  /** Cuts that speak for it. */
  readonly cuts: number;
}

/** What survives a restart of an endpoint's state. */
export interface EndpointSnapshot {
  readonly endpointId: string;
  readonly circuit: Circuit;
  readonly consecutiveFailures: number;
  /** No requests before this instant, after 429/529; 0 = not cooling. */
  readonly coolingUntil: number;
  readonly successes: number;
  readonly failures: number;
  readonly lastError?: { readonly at: number; readonly detail: string };
  readonly lastSuccessAt?: number;
  /** Model and protocol last seen working, for verifications. */
  readonly lastModel?: string;
  readonly learnedEdge?: LearnedEdge;
}

/** A model that an endpoint is not asked for streams of, where the client asked for none. */
export interface StreamlessModel {
  readonly model: string;
  /** It answered a streaming call whole, or refused it. */
  readonly why: 'plain' | 'refused';
  readonly since: number;
}

/** What has been learned of how to ask an endpoint. */
export interface LearnedAsking {
  readonly streamless: readonly StreamlessModel[];
  /** Models that answer within some seconds: they are asked as the client asked, unless an edge is about. */
  readonly quick: readonly string[];
}

/** An endpoint as people see it, in lists, `proxy status` and the admin API. */
export interface EndpointView {
  readonly id: string;
  readonly name: string;
  readonly baseUrl: string;
  readonly clusters: readonly string[];
  readonly enabled: boolean;
  readonly priority: number;
  readonly weight: number;
  readonly health: HealthStatus;
  readonly circuit: Circuit;
  readonly inQueue: boolean;
  readonly coolingUntil: number;
  /** 0…1; absent while nothing was tried. */
  readonly successRate?: number;
  readonly requests: number;
  readonly consecutiveFailures: number;
  /** Time to first byte, over the last minutes. */
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly qps: number;
  readonly inFlight: number;
  readonly lastError?: { readonly at: number; readonly detail: string };
  /** As configured. */
  readonly edge?: Edge;
  readonly learnedEdge?: LearnedEdge;
  /** Absent while nothing was learned. */
  readonly asking?: LearnedAsking;
}
