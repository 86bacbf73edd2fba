import type { AttemptRecord } from '../domain/ledger.ts';
import { type Fact, fact, nameOf, type Trial } from './judgement.ts';
import { cutsLike, lastBefore, silenceAtEnd } from './neighbours.ts';
import { detailWord, phaseWord } from './terms.ts';
import { oneLine } from './wording.ts';

/** Calls looked back on: enough to see a habit, few enough to be of today. */
const LOOK_BACK = 14;

/** How the attempt itself ended. */
export function endedFact({ attempt }: Trial): Fact {
  const { n, totalMs, phase } = attempt;
  return fact('ended', { n, total: { ms: totalMs }, phase: phaseWord(phase), detail: detailWord(attempt) });
}

/** What the answer's body said of itself. */
export const saidFact = ({ attempt: { said } }: Trial): Fact | undefined =>
  said === undefined || said === '' ? undefined : fact('said', { said: oneLine(said, 200) });

/** "12 of the last 14 calls to it failed", or that there were no others. */
export function historyFacts(trial: Trial): readonly Fact[] {
  const { attempt, endpoint, neighbours } = trial;
  const name = nameOf(endpoint, attempt.endpointId);
  if (!hasHistory(trial)) return [fact('noHistory', { endpoint: name })];
  const last = lastBefore(neighbours, attempt, LOOK_BACK);
  const failed = last.filter(({ result }) => result !== 'answered' && result !== 'rejected').length;
  return [fact('failing', { failed, calls: last.length, endpoint: name })];
}

/** There are calls of other exchanges to compare it with. */
export const hasHistory = ({ attempt, neighbours }: Trial): boolean =>
  neighbours.decided.some(({ exchangeId }) => exchangeId !== attempt.exchangeId);

export function mixedFact({ attempt, endpoint, neighbours }: Trial): Fact {
  const { answered, failed } = neighbours;
  const name = nameOf(endpoint, attempt.endpointId);
  return fact('answeredToo', { endpoint: name, answered: answered.length, failed: failed.length });
}

/** That calls to this endpoint are cut after such a silence time and again. */
export function cutsFact({ attempt, endpoint, neighbours, rules }: Trial): Fact | undefined {
  const silence = silenceAtEnd(attempt);
  const others = cutsLike(neighbours, attempt, silence, rules.alikeShare);
  if (others.length === 0) return undefined;
  const all = [...others, silence];
  return fact('cutsSeen', {
    shortest: { ms: Math.min(...all) },
    longest: { ms: Math.max(...all) },
    times: all.length,
    endpoint: nameOf(endpoint, attempt.endpointId),
  });
}

/** The edge that is known to stand in front of the endpoint. */
export function edgeFacts({ endpoint }: Trial): readonly Fact[] {
  const { edge, learnedEdge } = endpoint?.view ?? {};
  return [
    ...(edge?.silenceMs === undefined ? [] : [fact('edgeKnown', { silence: { ms: edge.silenceMs } })]),
    ...(learnedEdge
      ? [fact('edgeLearned', { silence: { ms: learnedEdge.silenceMs }, cuts: learnedEdge.cuts })]
      : []),
  ];
}

export function rayFact({ attempt: { headers } }: Trial): Fact | undefined {
  const ray = headers?.['cf-ray'];
  return ray === undefined ? undefined : fact('ray', { ray: oneLine(ray, 60) });
}

const LIMIT_HEADER = /^(retry-after(-ms)?|(anthropic-|x-)?ratelimit-.+|x-should-retry)$/;

/** The headers that tell of limits, as the answer had them. */
export function limitHeaders({ headers }: AttemptRecord): readonly (readonly [string, string])[] {
  return Object.entries(headers ?? {})
    .filter(([name]) => LIMIT_HEADER.test(name))
    .slice(0, 12)
    .map(([name, value]) => [oneLine(name, 60), oneLine(value, 60)] as const);
}

export function limitsFact({ attempt }: Trial): Fact | undefined {
  const found = limitHeaders(attempt);
  if (found.length === 0) return undefined;
  return fact('limits', { headers: found.map(([name, value]) => `${name}: ${value}`).join(', ') });
}

export const upstreamIdFact = ({ attempt: { upstreamRequestId } }: Trial): Fact | undefined =>
  upstreamRequestId === undefined
    ? undefined
    : fact('madeByUpstream', { id: oneLine(upstreamRequestId, 100) });
