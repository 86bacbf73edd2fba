import type { Endpoint } from '../domain/endpoint.ts';
import type { EndpointSnapshot, EndpointView, HealthEvent } from '../domain/health.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Operation } from '../domain/protocol.ts';
import type { Settings } from '../domain/settings.ts';
import { begin } from './beginning.ts';
import type { Choice, ChooseRequest } from './choice.ts';
import { chooseFrom } from './choosing.ts';
import { isPast } from './circuit.ts';
import { type EndpointState, type Member, restoreInto, snapshotOf } from './endpoint-state.ts';
import { type EdgeLearning, LEARNING, learnedAt } from './learned-edge.ts';
import { EMPTY_ROSTER, mainMember, nextRoster } from './roster.ts';
import { type Standing, standingsOf } from './standing.ts';
import { end, forgetEdge, learn } from './traffic.ts';
import { type CheckResult, checkBegan, checkEnded, clear, dueAt } from './verification.ts';
import { viewOf } from './view.ts';

/** The part of the settings the fleet lives by. */
export type FleetSettings = Pick<Settings, 'clusters' | 'health'>;

/**
 * The endpoints of all clusters with their state. Every instant is by the wall clock: states are stored and shown, and a
 * machine that slept has let their pauses pass. A clock that is set back prolongs nothing. State changes only
 * through the transitions named here. One endpoint id has one health state, however many clusters it stands in.
 * Ids that are not (or no longer) known are ignored by every transition.
 */
export interface Fleet {
  /** Where the next attempt goes. Free of side effects: call `began` once the attempt is made. */
  choose(request: ChooseRequest, now: number, random: () => number): Choice;
  /** How each endpoint of the request's cluster stands towards it, disabled ones included. Free of side effects. */
  standings(request: ChooseRequest, now: number): readonly Standing[];
  /** An attempt was started: in flight, rate windows, balancing. Each `began` needs one `ended`. */
  began(endpointId: string, cluster: string, operation: Operation, now: number): void;
  /** An attempt ended. Returns what people should hear of. */
  ended(
    endpointId: string,
    outcome: Outcome,
    operation: Operation,
    model: string | undefined,
    now: number,
  ): readonly HealthEvent[];
  /** Endpoints whose verification is due: open circuits past `nextCheckAt`. Empty where `health.enabled` is false. */
  due(now: number): readonly Endpoint[];
  /** The next instant at which `due` has something. Asked after each attempt: it makes nothing. */
  nextDueAt(): number | undefined;
  /** Open → half-open. */
  checkBegan(endpointId: string, now: number): void;
  /** Half-open → closed, or open again with a longer pause. */
  checkEnded(endpointId: string, result: CheckResult, now: number): readonly HealthEvent[];
  /** By hand: closes the circuit and ends the cooling of one endpoint, or of all. */
  clear(endpointId: string | undefined, now: number): readonly HealthEvent[];
  /** By hand: forgets an endpoint's learned edge. False where there was none. */
  forgetEdge(endpointId: string): boolean;
  /** Takes over changed settings. State survives for ids that stay; the others are forgotten once idle. */
  apply(settings: FleetSettings): void;
  /** Takes over what an earlier run saved, for the ids that are known. */
  restore(snapshots: readonly EndpointSnapshot[]): void;
  snapshots(): readonly EndpointSnapshot[];
  /** Snapshots of the endpoints that changed since the last call: what is worth saving. */
  changedSince(): readonly EndpointSnapshot[];
  view(endpointId: string, now: number): EndpointView | undefined;
  /** In the order of the settings; with a cluster's name, its members with the weight and priority they have there. */
  views(now: number, cluster?: string): readonly EndpointView[];
  endpoint(id: string): Endpoint | undefined;
  /** An edge stands in front of it, by its settings or by what it cut. */
  behindEdge(id: string, now: number): boolean;
  /** Model last seen working there. */
  lastModel(id: string): string | undefined;
}

/**
 * A fleet at rest, as the settings have it: every circuit closed, nothing known yet. `learning`: what differs from
 * `LEARNING`, for fleets whose edges cut sooner than those of the world. Longer than other functions
 * since it is a table: each line leads one transition to where it is decided.
 */
export function createFleet(settings: FleetSettings, rules: Partial<EdgeLearning> = {}): Fleet {
  let { health } = settings;
  const learning = { ...LEARNING, ...rules };
  let roster = nextRoster(EMPTY_ROSTER, settings.clusters);
  const changed = new Set<string>();

  /** Runs a transition on a known endpoint and remembers that there is something to save. */
  function change<T>(id: string, transition: (state: EndpointState) => T): T | undefined {
    const state = roster.states.get(id);
    if (state === undefined) return undefined;
    changed.add(id);
    return transition(state);
  }

  /** The ids of the settings, each with its main place. */
  function places(): readonly Member[] {
    return [...roster.states.values()].map(mainMember).filter((member) => member !== undefined);
  }

  function forgetIdle({ id, inFlight, members }: EndpointState): void {
    if (inFlight === 0 && members.length === 0) roster.states.delete(id);
  }

  const saved = (ids: Iterable<string>): readonly EndpointSnapshot[] =>
    [...ids].flatMap((id) => roster.states.get(id) ?? []).map(snapshotOf);

  return {
    choose: (request, now, random) =>
      chooseFrom(roster.pools.get(request.cluster), request, { health, learning, now, random }),
    standings(request, now) {
      const pool = roster.pools.get(request.cluster);
      return pool ? standingsOf(pool, request, health, learning, now) : [];
    },
    began(endpointId, cluster, operation, now) {
      const state = roster.states.get(endpointId);
      if (state !== undefined) begin(state, roster.pools.get(cluster), operation, health, now);
    },
    ended(endpointId, outcome, operation, model, now) {
      const state = roster.states.get(endpointId);
      if (state === undefined) return [];
      changed.add(endpointId);
      const events = end(state, outcome, operation, model, health, now);
      const learned = learn(state, outcome, learning, now);
      forgetIdle(state);
      return learned.length === 0 ? events : [...events, ...learned];
    },
    due: (now) =>
      health.enabled
        ? places()
            .filter(({ state }) => {
              const at = dueAt(state);
              return at !== undefined && isPast(at, health, now);
            })
            .map(({ endpoint }) => endpoint)
        : [],
    nextDueAt() {
      if (!health.enabled) return undefined;
      let next: number | undefined;
      for (const state of roster.states.values()) {
        const at = dueAt(state);
        if (at !== undefined && (next === undefined || at < next)) next = at;
      }
      return next;
    },
    checkBegan: (endpointId, now) => change(endpointId, (state) => checkBegan(state, now)),
    checkEnded: (endpointId, result, now) =>
      change(endpointId, (state) => checkEnded(state, result, health, now)) ?? [],
    clear: (endpointId, now) =>
      (endpointId === undefined ? [...roster.states.keys()] : [endpointId]).flatMap(
        (id) => change(id, (state) => clear(state, now)) ?? [],
      ),
    forgetEdge: (endpointId) => change(endpointId, forgetEdge) ?? false,
    apply(next) {
      health = next.health;
      roster = nextRoster(roster, next.clusters);
    },
    restore(snapshots) {
      for (const snapshot of snapshots) {
        const state = roster.states.get(snapshot.endpointId);
        if (state !== undefined) restoreInto(state, snapshot);
      }
    },
    snapshots: () => saved(roster.states.keys()),
    changedSince() {
      const snapshots = saved(changed);
      changed.clear();
      return snapshots;
    },
    view(endpointId, now) {
      const state = roster.states.get(endpointId);
      const member = state && mainMember(state);
      return member && viewOf(member, learning, now);
    },
    views: (now, cluster) =>
      (cluster === undefined ? places() : (roster.pools.get(cluster)?.members ?? [])).map((member) =>
        viewOf(member, learning, now),
      ),
    endpoint(id) {
      const state = roster.states.get(id);
      return state && mainMember(state)?.endpoint;
    },
    behindEdge(id, now) {
      const state = roster.states.get(id);
      if (state === undefined) return false;
      const configured = mainMember(state)?.endpoint.edge;
      return configured !== undefined || learnedAt(state.edges, learning, now) !== undefined;
    },
    lastModel: (id) => roster.states.get(id)?.lastModel,
  };
}
