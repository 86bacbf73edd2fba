import type { Endpoint, Strategy } from '../domain/endpoint.ts';
import { PROTOCOLS, type Protocol } from '../domain/protocol.ts';
import type { Settings } from '../domain/settings.ts';
import { createMember, createState, type EndpointState, type Member, settle } from './endpoint-state.ts';

/** A cluster with its members' state. */
export interface Pool {
  readonly strategy: Strategy;
  /** In the order of the settings, disabled ones included. */
  readonly members: readonly Member[];
  /** The enabled ones, by what they speak: prepared, so that a choice need not look. */
  readonly speaking: ReadonlyMap<Protocol, readonly Member[]>;
  readonly totalWeight: number;
  /** Attempts begun so far. */
  picks: number;
}

/** Who stands where. */
export interface Roster {
  readonly pools: ReadonlyMap<string, Pool>;
  /** Includes ids that are gone from the settings but still have attempts in flight. */
  readonly states: Map<string, EndpointState>;
}

export const EMPTY_ROSTER: Roster = { pools: new Map(), states: new Map() };

/** The roster for changed clusters; states and turns are taken over by id. */
export function nextRoster(before: Roster, clusters: Settings['clusters']): Roster {
  const states = new Map<string, EndpointState>();
  const pools = new Map<string, Pool>();
  for (const { name, strategy, endpoints } of clusters) {
    const was = before.pools.get(name);
    const members = [...byId(endpoints).values()].map((endpoint) => {
      const state = states.get(endpoint.id) ?? before.states.get(endpoint.id) ?? createState(endpoint.id);
      states.set(endpoint.id, state);
      return createMember(
        endpoint,
        name,
        state,
        was?.members.find((member) => member.state === state),
      );
    });
    pools.set(name, createPool(strategy, members, was?.picks ?? 0));
  }
  const places = [...pools.values()].flatMap(({ members }) => members);
  for (const state of states.values())
    settle(
      state,
      places.filter((member) => member.state === state),
    );
  keepBusy(before, states);
  return { pools, states };
}

/** An endpoint listed twice in one cluster counts once, as listed first. */
function byId(endpoints: readonly Endpoint[]): ReadonlyMap<string, Endpoint> {
  const found = new Map<string, Endpoint>();
  for (const endpoint of endpoints) if (!found.has(endpoint.id)) found.set(endpoint.id, endpoint);
  return found;
}

function createPool(strategy: Strategy, members: readonly Member[], picks: number): Pool {
  const enabled = members.filter(({ endpoint }) => endpoint.enabled);
  return {
    strategy,
    members,
    speaking: new Map(
      PROTOCOLS.map((protocol) => [
        protocol,
        enabled.filter(({ endpoint }) => endpoint.protocols.includes(protocol)),
      ]),
    ),
    totalWeight: members.reduce((sum, { weight }) => sum + weight, 0),
    picks,
  };
}

function keepBusy(before: Roster, states: Map<string, EndpointState>): void {
  for (const state of before.states.values()) {
    if (states.has(state.id)) continue;
    settle(state, []);
    if (state.inFlight > 0) states.set(state.id, state);
  }
}

/** The place that speaks for an endpoint where no cluster is named: the first one that is enabled, else the first. */
export function mainMember(state: EndpointState): Member | undefined {
  return state.members.find(({ endpoint }) => endpoint.enabled) ?? state.members[0];
}
