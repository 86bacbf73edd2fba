import type { Strategy } from './endpoint.ts';
import type { EndpointView, HealthStatus } from './health.ts';
import type { Operation, Protocol } from './protocol.ts';
import type { ScenarioName } from './timeouts.ts';

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
