import type { Choice, ChooseRequest, ChosenEndpoint } from './choice.ts';
import { longestEdges, type Misfit } from './edge-fit.ts';
import type { EndpointState, Member } from './endpoint-state.ts';
import { amongUsable, type Circumstances, chosen } from './picking.ts';
import type { Pool } from './roster.ts';
import { insteadText, longestText, skippedText } from './route-text.ts';
import { full, leastBad, opensInMs, type Sorted, sort, timesTried } from './sorting.ts';

/** A pause this long costs less than an answer that is cut and paid for; a slot may take minutes. */
const WORTH_WAITING_MS = 5_000;
/** A fitting endpoint that failed once in this exchange gets another go before one that will probably cut. */
const MOST_GOES = 2;

/**
 * The choice where some endpoints, `misfits`, are expected to cut the answer:
 *
 * 1. usable and fitting, not tried yet, by the cluster's strategy, so that priorities hold among those that fit;
 * 2. usable and fitting, tried once, unless it could not even be reached;
 * 3. wait, where a fitting one's rate window opens within 5 s. Where only a freed slot would help, don't: that may
 *    take as long as an answer does, and a p95 is not a certainty;
 * 4. of the usable ones that don't fit and were not tried, the one whose edge allows most; the strategy where several do;
 * 5. usable but tried, fitting or not, as elsewhere;
 * 6. wait, where any is only at its limits;
 * 7. the least bad of those that are out, fitting or not: whether it answers at all comes before for how long.
 *
 * It is `none` only where it would be without edges.
 */
export function chooseBesideEdges(
  pool: Pool,
  members: readonly Member[],
  misfits: readonly Misfit[],
  request: ChooseRequest,
  about: Circumstances,
): Choice {
  const { health, now } = about;
  const { operation, tried } = request;
  const misfitting = misfits.map(({ member }) => member);
  const others = sort(misfitting, request, health, now);
  const fitting = sort(
    members.filter((member) => !misfitting.includes(member)),
    request,
    health,
    now,
  );
  const usable = {
    fresh: fitting.fresh,
    again: fitting.again.filter((member) => worthAnother(member, tried)),
  };
  const first = amongUsable(pool, members.length, usable, request, about);
  if (first) return { ...first, route: routeBeside(first, misfits, others) };

  const { atLimit } = fitting;
  if (opensInMs(atLimit, operation, now) <= WORTH_WAITING_MS) return full(atLimit, operation, now);

  const longest = amongMisfits(pool, members.length, misfits, others.fresh, request, about);
  if (longest) return flagged(longest, misfits, fitting);
  const tired = { fresh: [], again: [...fitting.again, ...others.again] };
  const last = amongUsable(pool, members.length, tired, request, about);
  if (last) return flagged(last, misfits, fitting);

  const limited = [...atLimit, ...others.atLimit];
  if (limited.length > 0) return full(limited, operation, now);
  const out = [...fitting.out, ...others.out];
  if (out.length > 0) {
    const least = { ...chosen(leastBad(out, tried, health, now), 'least-bad'), outOfService: true };
    return flagged(least, misfits, fitting);
  }
  const both = [...fitting.outAtLimit, ...others.outAtLimit];
  return both.length > 0 ? full(both, operation, now) : { kind: 'none' };
}

function worthAnother({ state }: Member, tried: readonly string[]): boolean {
  return !state.unreachable && timesTried(state.id, tried) < MOST_GOES;
}

function routeBeside(choice: ChosenEndpoint, misfits: readonly Misfit[], { fresh, again }: Sorted): string {
  const skipped = misfits.filter(({ member }) => fresh.includes(member) || again.includes(member));
  return skipped.length > 0 ? skippedText(skipped) : choice.route;
}

function amongMisfits(
  pool: Pool,
  all: number,
  misfits: readonly Misfit[],
  fresh: readonly Member[],
  request: ChooseRequest,
  about: Circumstances,
): ChosenEndpoint | undefined {
  const longest = longestEdges(misfits.filter(({ member }) => fresh.includes(member)));
  if (longest.length === 1 && fresh.length > 1) return chosen(longest[0]!.member, 'longest-edge');
  return amongUsable(pool, all, { fresh: longest.map(({ member }) => member), again: [] }, request, about);
}

/** The choice, marked if it is one that doesn't fit. */
function flagged(choice: ChosenEndpoint, misfits: readonly Misfit[], fitting: Sorted): ChosenEndpoint {
  const taken = misfits.find(({ member }) => member.endpoint === choice.endpoint);
  if (taken === undefined) return choice;
  const missing = [
    ...because(fitting.again, ({ unreachable }) => (unreachable ? 'is down' : 'failed')),
    ...because(fitting.atLimit, () => 'is full'),
    ...because([...fitting.out, ...fitting.outAtLimit], ({ circuit }) =>
      circuit.kind === 'closed' ? 'is cooling' : 'is down',
    ),
  ];
  const route = missing.length > 0 ? insteadText(taken, missing) : longestText(taken);
  return { ...choice, edgeIgnored: true, route };
}

const because = (members: readonly Member[], say: (state: EndpointState) => string) =>
  members.map((member) => ({ member, because: say(member.state) }));
