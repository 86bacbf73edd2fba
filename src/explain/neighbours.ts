import { failureOf } from '../domain/failure.ts';
import type { AttemptRecord } from '../domain/ledger.ts';
import type { EndpointEvidence } from './evidence.ts';

/** How the calls to an endpoint went around one of them. Calls that were ended here tell nothing, and are left out. */
export interface Neighbours {
  /** The call itself among them, in the order in which they ended. */
  readonly decided: readonly AttemptRecord[];
  readonly answered: readonly AttemptRecord[];
  readonly failed: readonly AttemptRecord[];
}

const endOf = ({ startedAt, totalMs }: AttemptRecord): number => startedAt + totalMs;

const isSame = (a: AttemptRecord, b: AttemptRecord): boolean => a.exchangeId === b.exchangeId && a.n === b.n;

function saysOfEndpoint(result: string): boolean {
  const fault = failureOf(result)?.fault;
  return fault !== 'client' && fault !== 'gateway';
}

export function neighboursOf(endpoint: EndpointEvidence | undefined, attempt: AttemptRecord): Neighbours {
  const known = endpoint?.attempts ?? [];
  const all = known.some((one) => isSame(one, attempt)) ? known : [...known, attempt];
  const decided = all
    .filter(({ result }) => saysOfEndpoint(result))
    .sort((a, b) => endOf(a) - endOf(b) || a.n - b.n);
  return {
    decided,
    answered: decided.filter(({ result }) => result === 'answered'),
    failed: decided.filter(({ result }) => result !== 'answered' && result !== 'rejected'),
  };
}

/** The calls in a row, by their ends, around this one and with it, that `fits` holds for; empty if not for itself. */
export function runAround(
  { decided }: Neighbours,
  attempt: AttemptRecord,
  fits: (one: AttemptRecord) => boolean,
): readonly AttemptRecord[] {
  const at = decided.findIndex((one) => isSame(one, attempt));
  if (at < 0 || !fits(attempt)) return [];
  let from = at;
  let to = at;
  while (from > 0 && fits(decided[from - 1]!)) from -= 1;
  while (to + 1 < decided.length && fits(decided[to + 1]!)) to += 1;
  return decided.slice(from, to + 1);
}

/** Somebody is at home: an answer, or a refusal that somebody had to write. */
const isAlive = (result: string): boolean =>
  result === 'answered' || result === 'rejected' || failureOf(result)?.alive === true;

/** No sign of a working server: refused, silent, broken, or a 5xx. A call that began to answer shows one. */
export const isDead = (attempt: AttemptRecord): boolean =>
  !isAlive(attempt.result) && attempt.firstEventMs === undefined;

export interface Checks {
  readonly failed: number;
  readonly lastFailedAt?: number;
  /** While the failures lasted. */
  readonly passed: number;
  readonly opened: boolean;
}

/** Verifications around a run of failures, and whether its circuit opened. */
export function checksAround(
  endpoint: EndpointEvidence | undefined,
  run: readonly AttemptRecord[],
  withinMs: number,
): Checks {
  const [first, last] = [run[0], run.at(-1)];
  if (!endpoint || !first || !last) return { failed: 0, passed: 0, opened: false };
  const near = endpoint.events.filter(({ at }) => at >= first.startedAt && at <= endOf(last) + withinMs);
  const failed = near.filter(({ kind }) => kind === 'verification-failed');
  return {
    failed: failed.length,
    ...(failed.length === 0 ? {} : { lastFailedAt: Math.max(...failed.map(({ at }) => at)) }),
    // Later it may have been mended.
    passed: near.filter(({ kind, at }) => kind === 'verified' && at <= endOf(last)).length,
    opened: near.some(({ kind }) => kind === 'opened'),
  };
}

/** Two silences are alike within 5 %, or half a second where that is more but no more than `share` of the longer one. */
export function alike(a: number, b: number, share: number): boolean {
  const longer = Math.max(a, b);
  return Math.abs(a - b) <= Math.max(0.05 * longer, Math.min(500, share * longer));
}

/** Silence that an attempt's end came after. An edge's own page has broken the one that it tells of. */
export const silenceAtEnd = ({ result, silenceMs, longestSilenceMs }: AttemptRecord): number =>
  failureOf(result)?.cut === 'page'
    ? Math.max(silenceMs ?? 0, longestSilenceMs)
    : (silenceMs ?? longestSilenceMs);

/** Ended as an edge ends a call: its page, or a break after a silence. */
export function isCut({ result, phase }: AttemptRecord): boolean {
  const cut = failureOf(result)?.cut;
  return cut === 'page' || (cut !== undefined && phase !== 'send');
}

/**
 * Silences of the cuts among the neighbours that one timer may have brought about together with one after `ms`, the
 * call's own not counted. They are compared with the middle one of those like `ms`: a timer's silences lie on both
 * sides of it, and this one may lie at the rim.
 */
export function cutsLike(
  { decided }: Neighbours,
  attempt: AttemptRecord,
  ms: number,
  share: number,
): readonly number[] {
  const silences = decided
    .filter((one) => !isSame(one, attempt) && isCut(one))
    .map(silenceAtEnd)
    .sort((a, b) => a - b);
  const near = silences.filter((silence) => alike(silence, ms, share));
  const middle = near[Math.floor(near.length / 2)];
  if (middle === undefined) return near;
  return silences.filter((silence) => alike(silence, ms, share) || alike(silence, middle, share));
}

/** Answers that were silent for clearly longer than `ms` on their way: no timer cuts there. */
export const outlived = ({ answered }: Neighbours, ms: number): number =>
  answered.filter(({ longestSilenceMs }) => longestSilenceMs > 1.2 * ms + 500).length;

/** The calls that ended before this one, or with it, newest last; at most `most`. */
export function lastBefore(
  { decided }: Neighbours,
  attempt: AttemptRecord,
  most: number,
): readonly AttemptRecord[] {
  return decided.filter((one) => endOf(one) <= endOf(attempt)).slice(-most);
}
