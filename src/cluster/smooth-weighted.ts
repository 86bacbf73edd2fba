import type { Member } from './endpoint-state.ts';

/**
 * nginx smooth weighted round robin, in two halves so that choosing changes nothing. A pick is
 * `cw += ew` for all, take the largest (of equal ones the first), `cw −= Σew` for it.
 */
export function nextInTurn(members: readonly Member[]): Member {
  let best = members[0]!;
  for (const member of members) {
    if (member.currentWeight + member.effectiveWeight > best.currentWeight + best.effectiveWeight)
      best = member;
  }
  return best;
}

/**
 * The other half: `picked` was taken from among `members`. Each pick gives 1 of the weight lost back.
 *
 * Credit is kept within the sum of the weights (`bound`). The algorithm by itself never leaves it, but picks
 * that did not go by turn (affinity, another protocol, failover) would pile it up without end.
 */
export function tookTurn(picked: Member, members: readonly Member[], bound: number): void {
  let total = 0;
  for (const member of members) {
    total += member.effectiveWeight;
    member.currentWeight += member.effectiveWeight;
    member.effectiveWeight = Math.min(member.weight, member.effectiveWeight + 1);
  }
  picked.currentWeight -= total;
  for (const member of members) {
    member.currentWeight = Math.min(bound, Math.max(-bound, member.currentWeight));
  }
}

/** A failure: the member comes up less often for a while. */
export function lowered(member: Member): void {
  const step = member.weight / Math.max(1, member.endpoint.maxFailures);
  member.effectiveWeight = Math.max(0, member.effectiveWeight - step);
}

/** Back in service: back at once, not step by step. */
export function raised(member: Member): void {
  member.effectiveWeight = member.weight;
}
