import type { HealthSettings } from '../domain/settings.ts';
import { pick } from './balance.ts';
import type { ChoiceReason, ChooseRequest, ChosenEndpoint } from './choice.ts';
import type { Member } from './endpoint-state.ts';
import type { EdgeLearning } from './learned-edge.ts';
import type { Pool } from './roster.ts';
import { longestUntried, type Sorted } from './sorting.ts';

/** What a choice depends on, besides the request and the endpoints' state. */
export interface Circumstances {
  readonly health: HealthSettings;
  readonly learning: EdgeLearning;
  readonly now: number;
  readonly random: () => number;
}

/** An endpoint that is in service, for a reason that says it all. Made once. */
export function chosen({ endpoint, choices }: Member, why: ChoiceReason): ChosenEndpoint {
  let choice = choices[why];
  if (choice === undefined) {
    choice = { kind: 'endpoint', endpoint, why, outOfService: false, edgeIgnored: false, route: why };
    choices[why] = choice;
  }
  return choice;
}

/** One of `members` (at least one), by the pool's strategy. */
export function picked(
  { strategy }: Pool,
  members: readonly Member[],
  session: string | undefined,
  about: Circumstances,
): ChosenEndpoint {
  const { member, why } = pick(strategy, members, session, about);
  return chosen(member, why);
}

/** One of those that were not tried yet, by the strategy; else of those that were. `all`: how many there might be. */
export function amongUsable(
  pool: Pool,
  all: number,
  { fresh, again }: Pick<Sorted, 'fresh' | 'again'>,
  { session, tried }: ChooseRequest,
  about: Circumstances,
): ChosenEndpoint | undefined {
  const better = fresh.length > 0 ? fresh : again;
  if (better.length === 1 && all > 1) return chosen(better[0]!, 'only-one-left');
  if (fresh.length > 0) {
    return picked(pool, fresh, session, about);
  }
  return again.length > 0 ? chosen(longestUntried(again, tried), 'tried-again') : undefined;
}
