import type { Endpoint, Limits } from '../domain/endpoint.ts';
import type { Circuit, EndpointSnapshot } from '../domain/health.ts';
import type { Operation } from '../domain/protocol.ts';
import {
  createRateWindow,
  createSlidingCount,
  type RateWindow,
  type SlidingCount,
} from '../resilience/resilience.ts';
import type { ChoiceReason, ChosenEndpoint } from './choice.ts';
import { afterRestart, CLOSED } from './circuit.ts';
import { createLatency, type Latency } from './latency.ts';
import { type EdgeMemory, NO_CUTS, restored } from './learned-edge.ts';
import type { Cost } from './peak-ewma.ts';
import { hashOf } from './rendezvous.ts';

/** Span of the QPS that views show. */
export const QPS_SECONDS = 10;

/** The health state of one endpoint id, whatever clusters it stands in. Changed by the fleet's transitions only. */
export interface EndpointState {
  readonly id: string;
  readonly hash: number;
  /** Its places in clusters; none once it is gone from the settings. */
  members: readonly Member[];
  circuit: Circuit;
  /** When the half-open circuit became so; 0 = it is not half-open. */
  halfOpenSince: number;
  /** Half-open for a client's request rather than for a verification: nothing would verify. */
  onTrial: boolean;
  consecutiveFailures: number;
  coolingUntil: number;
  inFlight: number;
  /** Of those in flight, the ones that share the generation limit. */
  generating: number;
  successes: number;
  failures: number;
  lastError: { readonly at: number; readonly detail: string } | undefined;
  lastSuccessAt: number | undefined;
  lastModel: string | undefined;
  cost: Cost | undefined;
  /** The last attempt found no connection. */
  unreachable: boolean;
  edges: EdgeMemory;
  concurrency: number;
  rps: RateWindow | undefined;
  rpm: RateWindow | undefined;
  readonly latency: Latency;
  readonly starts: SlidingCount;
}

/** An endpoint's place in one cluster: the weight and priority it has there, and its turn. */
export interface Member {
  readonly endpoint: Endpoint;
  readonly cluster: string;
  readonly state: EndpointState;
  /** Only itself, for where a list is asked for. */
  readonly alone: readonly Member[];
  /** What a choice of it is, by the reason: they are always the same. */
  readonly choices: Partial<Record<ChoiceReason, ChosenEndpoint>>;
  /** Configured weight, but never 0: such an endpoint is the very last choice among equals, not none. */
  readonly weight: number;
  /** Smooth weighted round robin: what failures have left of the weight. */
  effectiveWeight: number;
  /** Smooth weighted round robin: the credit it has gathered. */
  currentWeight: number;
  /** Round robin: number of the pick that was its last; 0 = none. */
  lastPick: number;
}

/** Stands for a weight of 0. */
const LEAST_WEIGHT = 1e-6;

export function createState(id: string): EndpointState {
  return {
    id,
    hash: hashOf(id),
    members: [],
    circuit: CLOSED,
    halfOpenSince: 0,
    onTrial: false,
    consecutiveFailures: 0,
    coolingUntil: 0,
    inFlight: 0,
    generating: 0,
    successes: 0,
    failures: 0,
    lastError: undefined,
    lastSuccessAt: undefined,
    lastModel: undefined,
    cost: undefined,
    unreachable: false,
    edges: NO_CUTS,
    concurrency: Number.POSITIVE_INFINITY,
    rps: undefined,
    rpm: undefined,
    latency: createLatency(),
    starts: createSlidingCount(QPS_SECONDS),
  };
}

/** A place in a cluster; its turn is taken over from the place it had before a reload. */
export function createMember(
  endpoint: Endpoint,
  cluster: string,
  state: EndpointState,
  before: Member | undefined,
): Member {
  const weight = Math.max(LEAST_WEIGHT, endpoint.weight);
  const same = before?.weight === weight ? before : undefined;
  const alone: Member[] = [];
  const member: Member = {
    endpoint,
    cluster,
    state,
    alone,
    choices: {},
    weight,
    effectiveWeight: same?.effectiveWeight ?? weight,
    currentWeight: same?.currentWeight ?? 0,
    lastPick: before?.lastPick ?? 0,
  };
  alone.push(member);
  return member;
}

function window(before: RateWindow | undefined, limit: number, windowMs: number): RateWindow | undefined {
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  if (before === undefined) return createRateWindow(limit, windowMs);
  before.resize(limit);
  return before;
}

/** Puts an endpoint into its places. Where these set different limits, the smallest counts. */
export function settle(state: EndpointState, members: readonly Member[]): void {
  const least = (name: keyof Limits): number =>
    members.reduce(
      (most, { endpoint }) => Math.min(most, endpoint.limits[name] ?? most),
      Number.POSITIVE_INFINITY,
    );
  state.members = members;
  state.concurrency = least('concurrency');
  state.rps = window(state.rps, least('rps'), 1000);
  state.rpm = window(state.rpm, least('rpm'), 60_000);
}

/** Longest cool-down, whatever a header asks for: a bad one must not take an endpoint out for a day. */
export const LONGEST_COOLDOWN_MS = 10 * 60_000;

/** Whether it is cooling. One that would go on for longer than any does began before the clock was set back. */
export function isCooling({ coolingUntil }: EndpointState, now: number): boolean {
  return coolingUntil > now && coolingUntil - now <= LONGEST_COOLDOWN_MS;
}

/** Ms until the limits allow one more: 0 = now, Infinity = when a slot gets free. Only generation is limited. */
export function blockedMs(state: EndpointState, operation: Operation, now: number): number {
  if (operation !== 'generate') return 0;
  if (state.generating >= state.concurrency) return Number.POSITIVE_INFINITY;
  return Math.max(state.rps?.opensInMs(now) ?? 0, state.rpm?.opensInMs(now) ?? 0);
}

/** What survives a restart. */
export function snapshotOf(state: EndpointState): EndpointSnapshot {
  return {
    endpointId: state.id,
    circuit: state.circuit,
    consecutiveFailures: state.consecutiveFailures,
    coolingUntil: state.coolingUntil,
    successes: state.successes,
    failures: state.failures,
    ...(state.lastError && { lastError: state.lastError }),
    ...(state.lastSuccessAt !== undefined && { lastSuccessAt: state.lastSuccessAt }),
    ...(state.lastModel !== undefined && { lastModel: state.lastModel }),
    ...(state.edges.learned && { learnedEdge: state.edges.learned }),
  };
}

/** Takes over what was saved; what is in flight here and now stays. */
export function restoreInto(state: EndpointState, saved: EndpointSnapshot): void {
  state.circuit = afterRestart(saved.circuit);
  state.halfOpenSince = 0;
  state.onTrial = false;
  state.consecutiveFailures = saved.consecutiveFailures;
  state.coolingUntil = saved.coolingUntil;
  state.successes = saved.successes;
  state.failures = saved.failures;
  state.lastError = saved.lastError;
  state.lastSuccessAt = saved.lastSuccessAt;
  state.lastModel = saved.lastModel;
  state.edges = restored(saved.learnedEdge);
}
