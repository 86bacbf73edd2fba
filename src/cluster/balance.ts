import type { Strategy } from '../domain/endpoint.ts';
import type { ChoiceReason } from './choice.ts';
import type { Member } from './endpoint-state.ts';
import { costAt } from './peak-ewma.ts';
import { distance, hashOf } from './rendezvous.ts';
import { nextInTurn } from './smooth-weighted.ts';

/** What a pick among usable endpoints depends on, besides their state and the session. */
export interface Draw {
  readonly now: number;
  readonly random: () => number;
}

export interface Pick {
  readonly member: Member;
  readonly why: ChoiceReason;
}

/**
 * One of `members` (at least one), by the cluster's strategy.
 *
 * - `priority`: of the lowest number, by turn; `weighted`: by turn; `round_robin`: the one whose last pick is
 *   longest ago, whatever its weight; `random`: as the weights are.
 * - `least_connections`: the fewest in flight for its weight, ties by turn.
 * - `fastest`: see there.
 *
 * With a session, the pick among equals is the session's own endpoint instead.
 */
export function pick(
  strategy: Strategy,
  members: readonly Member[],
  session: string | undefined,
  draw: Draw,
): Pick {
  if (strategy === 'fastest') return fastest(members, session, draw);
  const equals = equalsAmong(strategy, members);
  if (session !== undefined && equals.length > 1) return { member: nearest(equals, session), why: 'session' };
  return { member: amongEquals(strategy, equals, draw.random), why: strategy };
}

/** Those of `members` between which the strategy itself makes no difference but for turns. */
export function equalsAmong(strategy: Strategy, members: readonly Member[]): readonly Member[] {
  if (members.length < 2) return members;
  if (strategy === 'priority') return lowest(members, priority);
  if (strategy === 'least_connections') return lowest(members, connections);
  return members;
}

const priority = (member: Member): number => member.endpoint.priority;
const connections = (member: Member): number => member.state.inFlight / member.weight;

function lowest(members: readonly Member[], of: (member: Member) => number): readonly Member[] {
  let first = members[0]!;
  let least = of(first);
  let count = 0;
  for (const member of members) {
    const value = of(member);
    if (value === least) count += 1;
    if (value >= least) continue;
    first = member;
    least = value;
    count = 1;
  }
  // Mostly it is one, or all: neither takes a list of its own.
  if (count === 1) return first.alone;
  return count === members.length ? members : members.filter((member) => of(member) === least);
}

function amongEquals(strategy: Strategy, equals: readonly Member[], random: () => number): Member {
  if (strategy === 'round_robin') return longestAgo(equals);
  if (strategy === 'random') return drawn(equals, random);
  return nextInTurn(equals);
}

function longestAgo(members: readonly Member[]): Member {
  let best = members[0]!;
  for (const member of members) if (member.lastPick < best.lastPick) best = member;
  return best;
}

function drawn(members: readonly Member[], random: () => number): Member {
  let left = random() * members.reduce((sum, { weight }) => sum + weight, 0);
  for (const member of members) {
    left -= member.weight;
    if (left < 0) return member;
  }
  return members[members.length - 1]!;
}

function nearest(members: readonly Member[], session: string): Member {
  const key = hashOf(session);
  let best = members[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const member of members) {
    const far = distance(key, member.state.hash, member.weight);
    if (far < least) {
      least = far;
      best = member;
    }
  }
  return best;
}

/**
 * Peak EWMA with power of two choices: of two drawn at random, the one with the smaller `cost · (pending + 1)`.
 * An endpoint that was never measured is tried first, with one request at a time; until that has answered it
 * stands behind the measured ones, since it may turn out to be slow.
 */
function fastest(members: readonly Member[], session: string | undefined, draw: Draw): Pick {
  const unmeasured = members.filter(({ state }) => state.cost === undefined && state.generating === 0);
  if (unmeasured.length > 0) return { member: oneOf(unmeasured, session, draw), why: 'unmeasured' };
  if (members.length === 1) return { member: members[0]!, why: 'fastest' };
  const first = Math.floor(draw.random() * members.length);
  const other = Math.floor(draw.random() * (members.length - 1));
  return lighter(members[first]!, members[other < first ? other : other + 1]!, session, draw);
}

function oneOf(members: readonly Member[], session: string | undefined, { random }: Draw): Member {
  if (session !== undefined) return nearest(members, session);
  return members[Math.floor(random() * members.length)]!;
}

function lighter(a: Member, b: Member, session: string | undefined, { now }: Draw): Pick {
  const difference = load(a, now) - load(b, now);
  if (a.state.cost === undefined && b.state.cost === undefined) {
    return { member: b.state.generating < a.state.generating ? b : a, why: 'fastest' };
  }
  if (difference === 0 && session !== undefined) return { member: nearest([a, b], session), why: 'session' };
  return { member: difference > 0 ? b : a, why: 'fastest' };
}

function load({ state }: Member, now: number): number {
  if (state.cost === undefined) return Number.POSITIVE_INFINITY;
  return costAt(state.cost, now) * (state.generating + 1);
}
