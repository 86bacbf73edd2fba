import { durationBelow } from './config-text.ts';
import { cutsFact, edgeFacts, endedFact, historyFacts, mixedFact, rayFact } from './facts-of.ts';
import { downness, judgeDown } from './judge-down.ts';
import {
  type Fact,
  fact,
  type Judgement,
  nameOf,
  othersOf,
  type Remedy,
  ruling,
  type Trial,
} from './judgement.ts';
import { TOLD_ALREADY } from './messages-cuts.ts';
import { alike, cutsLike, isCut, outlived, silenceAtEnd } from './neighbours.ts';
import { detailWord } from './terms.ts';
import type { Message } from './wording.ts';

/** An edge's own page: 524, or a 504 that no vendor made. */
export function judgePage(trial: Trial): Judgement {
  const { attempt } = trial;
  const silence = silenceAtEnd(attempt);
  const status = attempt.status ?? 504;
  const plain = attempt.streamed === false;
  return ruling(trial, {
    kind: 'edge-cut',
    case: plain ? 'cut-plain' : 'cut-page',
    certainty: 'sure',
    words: { status, silence: { ms: silence } },
    facts: [
      fact('pageCut', { status, silence: { ms: silence }, n: attempt.n }),
      cutsFact(trial),
      ...edgeFacts(trial),
      rayFact(trial),
    ],
    ...(plain ? streamIt : knownEdge(trial, silence)),
  });
}

/** What tells QCC of the edge. A little less than was seen: its clock starts before ours. */
function knownEdge(trial: Trial, silenceMs: number): { readonly remedy: Remedy; readonly fix?: Message } {
  const { endpoint, attempt, evidence } = trial;
  const known = endpoint?.view?.edge?.silenceMs;
  if (known === undefined || known > silenceMs * 1.1)
    return { remedy: { kind: 'endpoint', lines: [`edge: { silence: ${durationBelow(silenceMs)} }`] } };
  const others = othersOf(evidence, attempt.endpointId).length > 0;
  return { remedy: { kind: others ? 'prefer-others' : 'second-endpoint' }, fix: TOLD_ALREADY };
}

const streamIt: { readonly remedy: Remedy } = {
  remedy: { kind: 'endpoint', lines: ['stream_upstream: auto'] },
};

/** A connection that broke, or an answer that ended too early: an edge, the network, or the upstream itself? */
export function judgeBreak(trial: Trial): Judgement {
  return cutByTotal(trial) ?? cutBySilence(trial) ?? downOrBroken(trial);
}

/** Data was flowing, and it ended where the edge there is known to end everything. */
function cutByTotal(trial: Trial): Judgement | undefined {
  const { attempt, endpoint, rules } = trial;
  const totalMs = endpoint?.view?.edge?.totalMs;
  if (totalMs === undefined || !alike(attempt.totalMs, totalMs, rules.alikeShare)) return undefined;
  return ruling(trial, {
    kind: 'edge-cut',
    case: 'cut-total',
    certainty: 'sure',
    words: { total: { ms: attempt.totalMs } },
    facts: [endedFact(trial), fact('totalKnown', { total: { ms: totalMs } })],
    remedy: { kind: 'endpoint', lines: [`max_duration: ${durationBelow(totalMs * 0.9)}`] },
  });
}

/** It was silent, and broke where an edge is known to cut, or where others broke, too. */
function cutBySilence(trial: Trial): Judgement | undefined {
  const { attempt, neighbours, rules } = trial;
  if (attempt.phase !== 'wait' && attempt.phase !== 'stream') return undefined;
  const silence = silenceAtEnd(attempt);
  const known = knownToCut(trial, silence);
  const others = cutsLike(neighbours, attempt, silence, rules.alikeShare).length;
  const elsewhere = cutElsewhere(trial, silence);
  // One break alone, or after a moment, shows no timer; nor do breaks where as many lived through more.
  if (!known && (silence < rules.cutSilenceMs || others + elsewhere.length === 0)) return undefined;
  if (!known && outlived(neighbours, silence) > others) return undefined;
  const plain = attempt.streamed === false;
  return ruling(trial, {
    kind: 'edge-cut',
    case: plain ? 'cut-plain' : 'cut-reset',
    certainty: known || others > 1 ? 'sure' : 'likely',
    words: { silence: { ms: silence }, status: detailWord(attempt) },
    facts: [
      fact('breakCut', { silence: { ms: silence }, n: attempt.n }),
      cutsFact(trial),
      ...elsewhere,
      ...edgeFacts(trial),
    ],
    ...(plain ? streamIt : knownEdge(trial, silence)),
  });
}

function knownToCut({ endpoint, rules }: Trial, silence: number): boolean {
  const { edge, learnedEdge } = endpoint?.view ?? {};
  return [edge?.silenceMs, learnedEdge?.silenceMs].some(
    (ms) => ms !== undefined && alike(ms, silence, rules.alikeShare),
  );
}

/** Attempts of this exchange that broke at other endpoints after the same silence. */
function cutElsewhere({ attempt, evidence, rules }: Trial, silence: number): readonly Fact[] {
  return evidence.attempts
    .filter((one) => one.endpointId !== attempt.endpointId && isCut(one))
    .filter((one) => alike(silenceAtEnd(one), silence, rules.alikeShare))
    .slice(0, 3)
    .map((one) => {
      const endpoint = evidence.endpoints.find(({ id }) => id === one.endpointId);
      const name = nameOf(endpoint, one.endpointId);
      return fact('cutElsewhere', { n: one.n, endpoint: name, silence: { ms: silenceAtEnd(one) } });
    });
}

function downOrBroken(trial: Trial): Judgement {
  const down = downness(trial);
  if (down.down) return judgeDown(trial, down, [endedFact(trial)]);
  return trial.attempt.result === 'reset' ? (badNetwork(trial) ?? broken(trial)) : broken(trial);
}

/** Enough breaks of no pattern, while other calls get through. */
const BREAKS_FROM = 3;

function badNetwork(trial: Trial): Judgement | undefined {
  const { attempt, endpoint, neighbours, rules } = trial;
  const breaks = neighbours.decided.filter(({ result }) => result === 'reset');
  if (breaks.length < BREAKS_FROM || neighbours.answered.length === 0) return undefined;
  const silences = breaks.map(silenceAtEnd);
  if (alike(Math.min(...silences), Math.max(...silences), rules.alikeShare)) return undefined;
  const name = nameOf(endpoint, attempt.endpointId);
  return ruling(trial, {
    kind: 'network-bad',
    case: 'net-break',
    certainty: 'likely',
    words: { silence: { ms: silenceAtEnd(attempt) } },
    facts: [
      fact('breaks', {
        breaks: breaks.length,
        endpoint: name,
        shortest: { ms: Math.min(...silences) },
        longest: { ms: Math.max(...silences) },
      }),
      mixedFact(trial),
    ],
    remedy: { kind: 'endpoint', lines: ['proxy: http://127.0.0.1:3128'] },
  });
}

function broken(trial: Trial): Judgement {
  const { attempt } = trial;
  const detail = detailWord(attempt);
  const begun = attempt.phase === 'stream' || attempt.firstByteMs !== undefined;
  const words = { detail, silence: { ms: attempt.totalMs } };
  const facts = [endedFact(trial), ...historyFacts(trial)];
  const remedy = { kind: 'second-endpoint' } as const;
  return begun
    ? ruling(trial, { kind: 'bad-answer', case: 'answer-cut', certainty: 'sure', words, facts, remedy })
    : ruling(trial, {
        kind: 'upstream-error',
        case: 'error-closed',
        certainty: 'likely',
        words,
        facts,
        remedy,
      });
}
