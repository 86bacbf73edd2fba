import type { HealthSettings } from '../domain/settings.ts';
import { pick } from './balance.ts';
import type { Choice, ChooseRequest } from './choice.ts';
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

export type Chosen = Extract<Choice, { kind: 'endpoint' }>;

export function chosen({ endpoint }: Member, why: Chosen['why'], route: string = why): Chosen {
  return { kind: 'endpoint', endpoint, why, outOfService: false, edgeIgnored: false, route };
}

/** One of those that were not tried yet, by the strategy; else of those that were. `all`: how many there might be. */
export function amongUsable(
  pool: Pool,
  all: number,
  { fresh, again }: Pick<Sorted, 'fresh' | 'again'>,
  { session, tried }: ChooseRequest,
  { now, random }: Circumstances,
): Chosen | undefined {
  const better = fresh.length > 0 ? fresh : again;
  if (better.length === 1 && all > 1) return chosen(better[0]!, 'only-one-left');
  if (fresh.length > 0) {
    const { member, why } = pick(pool.strategy, fresh, { session, now, random });
    return chosen(member, why);
  }
  return again.length > 0 ? chosen(longestUntried(again, tried), 'tried-again') : undefined;
}
