import type { ChooseRequest } from './choice.ts';
import type { Member } from './endpoint-state.ts';
import { allowedBy, type EdgeLearning, learnedAt } from './learned-edge.ts';
import type { Expectation } from './predict/expectation.ts';

/**
 * An edge is trusted with this share of its silence: its clock starts before ours, at the last byte it read, and
 * the bytes that would reset it take their time.
 */
const TRUSTED_SHARE = 0.9;

/** An endpoint that would probably cut the answer. */
export interface Misfit {
  readonly member: Member;
  readonly expected: Expectation;
  /** What it allows too little of. */
  readonly short: 'silence' | 'total';
  readonly allowedMs: number;
  /** Allowed by expected, of the shorter one: at most 1; the larger, the likelier the answer gets through. */
  readonly headroom: number;
}

/** Those of `members` that are expected to cut the answer. Empty where no expectation was given. */
export function misfitsAmong(
  members: readonly Member[],
  { expect }: ChooseRequest,
  learning: EdgeLearning,
  now: number,
): readonly Misfit[] {
  if (expect === undefined) return NONE;
  let found: Misfit[] | undefined;
  for (const member of members) {
    const misfit = misfitOf(member, expect, learning, now);
    if (misfit === undefined) continue;
    found ??= [];
    found.push(misfit);
  }
  return found ?? NONE;
}

const NONE: readonly Misfit[] = [];

function misfitOf(
  member: Member,
  expect: NonNullable<ChooseRequest['expect']>,
  learning: EdgeLearning,
  now: number,
): Misfit | undefined {
  const { endpoint, state } = member;
  const { edge, maxDurationMs } = endpoint;
  if (edge === undefined && maxDurationMs === undefined && state.edges.learned === undefined)
    return undefined;
  const expected = expect(endpoint);
  if (expected === undefined) return undefined;
  const allowed = allowedBy(edge, maxDurationMs, learnedAt(state.edges, learning, now));
  const ofSilence = (allowed.silenceMs * TRUSTED_SHARE) / expected.silenceMs;
  const ofTotal = allowed.totalMs / expected.totalMs;
  if (!(ofSilence <= 1 || ofTotal <= 1)) return undefined;
  return ofSilence <= ofTotal
    ? { member, expected, short: 'silence', allowedMs: allowed.silenceMs, headroom: ofSilence }
    : { member, expected, short: 'total', allowedMs: allowed.totalMs, headroom: ofTotal };
}

/** Misfits whose headroom differs by less than this share are as good as each other: expectations are that rough. */
const SAME_SHARE = 0.9;

/** Those that allow most. */
export function longestEdges(misfits: readonly Misfit[]): readonly Misfit[] {
  const most = misfits.reduce((best, { headroom }) => Math.max(best, headroom), 0);
  return misfits.filter(({ headroom }) => headroom >= most * SAME_SHARE);
}
