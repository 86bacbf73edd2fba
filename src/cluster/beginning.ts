import type { Operation } from '../domain/protocol.ts';
import type { HealthSettings } from '../domain/settings.ts';
import { equalsAmong } from './balance.ts';
import { halfOpened } from './circuit.ts';
import { blockedMs, type EndpointState, type Member } from './endpoint-state.ts';
import type { Pool } from './roster.ts';
import { tookTurn } from './smooth-weighted.ts';
import { inService, mayBeTried } from './sorting.ts';

/** An attempt begins. */
export function begin(
  state: EndpointState,
  pool: Pool | undefined,
  operation: Operation,
  health: HealthSettings,
  now: number,
): void {
  const member = pool && memberOf(pool, state);
  if (pool !== undefined && member !== undefined) takeTurn(member, pool, operation, health, now);
  if (mayBeTried(state, operation, health, now)) {
    state.circuit = halfOpened(state.circuit);
    state.halfOpenSince = now;
    state.onTrial = true;
  }
  state.inFlight += 1;
  state.starts.note(now);
  if (operation !== 'generate') return;
  state.generating += 1;
  state.rps?.note(now);
  state.rpm?.note(now);
}

function memberOf({ members }: Pool, state: EndpointState): Member | undefined {
  for (const member of members) if (member.state === state) return member;
  return undefined;
}

/** Every pick counts for the turns, also one made by affinity or as a failover: it is load all the same. */
function takeTurn(
  member: Member,
  pool: Pool,
  operation: Operation,
  health: HealthSettings,
  now: number,
): void {
  pool.picks += 1;
  member.lastPick = pool.picks;
  const usable = usableBeside(member, pool.members, operation, health, now);
  const equals = equalsAmong(pool.strategy, usable);
  tookTurn(member, equals.includes(member) ? equals : member.alone, pool.totalWeight);
}

/** Those that could have been picked, and the one that was. Mostly it is all of them. */
function usableBeside(
  picked: Member,
  members: readonly Member[],
  operation: Operation,
  health: HealthSettings,
  now: number,
): readonly Member[] {
  let usable: Member[] | undefined;
  for (let at = 0; at < members.length; at += 1) {
    const member = members[at]!;
    const counts = member === picked || isUsable(member, operation, health, now);
    if (counts) usable?.push(member);
    else usable ??= members.slice(0, at);
  }
  return usable ?? members;
}

const isUsable = ({ endpoint, state }: Member, operation: Operation, health: HealthSettings, now: number) =>
  endpoint.enabled && inService(state, operation, health, now) && blockedMs(state, operation, now) === 0;
