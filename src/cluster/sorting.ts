import type { Operation } from '../domain/protocol.ts';
import type { HealthSettings } from '../domain/settings.ts';
import type { Choice, ChooseRequest } from './choice.ts';
import { isPast } from './circuit.ts';
import { blockedMs, type EndpointState, isCooling, type Member } from './endpoint-state.ts';

/**
 * Whether an endpoint is in service: circuit closed and not cooling. Where nothing verifies (`health.enabled`
 * false), an open one may be tried by one client's request once its pause is over.
 */
export function inService(
  state: EndpointState,
  operation: Operation,
  health: HealthSettings,
  now: number,
): boolean {
  if (isCooling(state, now)) return false;
  return state.circuit.kind === 'closed' || mayBeTried(state, operation, health, now);
}

/** Only a generation proves that the model answers, so nothing else may be the trial. */
export function mayBeTried(
  { circuit }: EndpointState,
  operation: Operation,
  health: HealthSettings,
  now: number,
): boolean {
  return (
    !health.enabled &&
    operation === 'generate' &&
    circuit.kind === 'open' &&
    isPast(circuit.nextCheckAt, health, now)
  );
}

/** The endpoints that speak the protocol, by how good a choice they are. */
export interface Sorted {
  /** Usable, and not yet tried in this exchange. */
  readonly fresh: Member[];
  /** Usable, but tried. */
  readonly again: Member[];
  /** In service, but at their limits. */
  readonly atLimit: Member[];
  /** Circuit not closed, or cooling; within their limits. */
  readonly out: Member[];
  /** Both. */
  readonly outAtLimit: Member[];
}

/** Whether all of them are usable and not yet tried, which is the usual case and needs no sorting. */
export function allFresh(
  members: readonly Member[],
  { operation, tried, banned }: ChooseRequest,
  health: HealthSettings,
  now: number,
): boolean {
  if (members.length === 0 || tried.length > 0 || (banned !== undefined && banned.length > 0)) return false;
  for (const { state } of members) {
    if (blockedMs(state, operation, now) > 0 || !inService(state, operation, health, now)) return false;
  }
  return true;
}

export function sort(
  members: readonly Member[],
  request: ChooseRequest,
  health: HealthSettings,
  now: number,
): Sorted {
  const sorted: Sorted = { fresh: [], again: [], atLimit: [], out: [], outAtLimit: [] };
  for (const member of members) {
    if (request.banned?.includes(member.state.id)) continue;
    const free = blockedMs(member.state, request.operation, now) === 0;
    if (!inService(member.state, request.operation, health, now)) {
      (free ? sorted.out : sorted.outAtLimit).push(member);
    } else if (!free) {
      sorted.atLimit.push(member);
    } else {
      (request.tried.includes(member.state.id) ? sorted.again : sorted.fresh).push(member);
    }
  }
  return sorted;
}

/** When the first of them is within its limits again: ms, Infinity = when a slot gets free. */
export function opensInMs(members: readonly Member[], operation: Operation, now: number): number {
  return members.reduce(
    (soonest, { state }) => Math.min(soonest, blockedMs(state, operation, now)),
    Number.POSITIVE_INFINITY,
  );
}

export function full(members: readonly Member[], operation: Operation, now: number): Choice {
  return { kind: 'full', soonestMs: opensInMs(members, operation, now), waiting: members.length };
}

/** The first by several numbers, each deciding only where those before it are equal. */
function leastBy(members: readonly Member[], keys: (member: Member) => readonly number[]): Member {
  const before = (a: readonly number[], b: readonly number[]): boolean => {
    const at = a.findIndex((value, index) => value !== b[index]);
    return at >= 0 && a[at]! < b[at]!;
  };
  return members.reduce((best, member) => (before(keys(member), keys(best)) ? member : best));
}

export const timesTried = (id: string, tried: readonly string[]): number =>
  tried.filter((each) => each === id).length;

/** Tried least often, then longest ago: another endpoint than the one that failed just now. */
export function longestUntried(members: readonly Member[], tried: readonly string[]): Member {
  return leastBy(members, ({ state: { id } }) => [timesTried(id, tried), tried.lastIndexOf(id)]);
}

/** Tried least often, then nearest its return to service, then with the fewest failures in a row. */
export function leastBad(
  members: readonly Member[],
  tried: readonly string[],
  health: HealthSettings,
  now: number,
): Member {
  return leastBy(members, ({ state }) => [
    timesTried(state.id, tried),
    returnAt(state, health, now),
    state.consecutiveFailures,
  ]);
}

/** When an endpoint may be back in service at the earliest; a verification under way ends within its timeout. */
function returnAt(state: EndpointState, health: HealthSettings, now: number): number {
  const { circuit } = state;
  let at = now;
  if (circuit.kind === 'open') at = circuit.nextCheckAt;
  if (circuit.kind === 'half-open') at = state.halfOpenSince + health.timeoutMs;
  return Math.max(now, at, state.coolingUntil);
}
