import { durationBelow } from './config-text.ts';
import { cutsFact, edgeFacts, endedFact, historyFacts, mixedFact, rayFact } from './facts-of.ts';
import { downness } from './judge-down.ts';
import { fact, type Judgement, nameOf, type Remedy, ruling, type Trial } from './judgement.ts';
import { alike, cutsLike, silenceAtEnd } from './neighbours.ts';
import { oneLine } from './wording.ts';

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
    remedy: plain ? { kind: 'endpoint', lines: ['stream_upstream: auto'] } : knownEdge(trial, silence),
  });
}

/** What tells QCC of the edge. A little less than was seen: its clock starts before ours. */
function knownEdge({ endpoint, evidence }: Trial, silenceMs: number): Remedy {
  const known = endpoint?.view?.edge?.silenceMs;
  const others = evidence.cluster.filter(({ id }) => id !== endpoint?.id);
  // It is told of already, and there is nowhere else to go.
  if (known !== undefined && known <= silenceMs * 1.1 && others.length === 0)
    return { kind: 'second-endpoint' };
  return { kind: 'endpoint', lines: [`edge: { silence: ${durationBelow(silenceMs)} }`] };
}

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
  const { attempt, endpoint, neighbours, rules } = trial;
  const { phase } = attempt;
  if (phase !== 'wait' && phase !== 'stream') return undefined;
  const silence = silenceAtEnd(attempt);
  const { edge, learnedEdge } = endpoint?.view ?? {};
  const known = [edge?.silenceMs, learnedEdge?.silenceMs].some(
    (ms) => ms !== undefined && alike(ms, silence, rules.alikeShare),
  );
  const others = cutsLike(neighbours, attempt, silence, rules.alikeShare).length;
  // One break alone, or after a moment, shows no timer.
  if (!known && (silence < rules.cutSilenceMs || others === 0)) return undefined;
  const plain = attempt.streamed === false;
  return ruling(trial, {
    kind: 'edge-cut',
    case: plain ? 'cut-plain' : 'cut-reset',
    certainty: known || others > 1 ? 'sure' : 'likely',
    words: { silence: { ms: silence }, status: attempt.result },
    facts: [
      fact('breakCut', { silence: { ms: silence }, n: attempt.n }),
      cutsFact(trial),
      ...edgeFacts(trial),
    ],
    remedy: plain ? { kind: 'endpoint', lines: ['stream_upstream: auto'] } : knownEdge(trial, silence),
  });
}

function downOrBroken(trial: Trial): Judgement {
  const { attempt } = trial;
  const detail = oneLine(attempt.detail ?? attempt.result, 160);
  const down = downness(trial);
  if (down.down) {
    return ruling(trial, {
      kind: 'server-down',
      case: 'down-all',
      certainty: down.certainty,
      words: { detail },
      facts: [endedFact(trial), ...down.facts],
      remedy: { kind: 'second-endpoint' },
    });
  }
  return attempt.result === 'reset' ? (badNetwork(trial) ?? broken(trial, detail)) : broken(trial, detail);
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

function broken(trial: Trial, detail: string): Judgement {
  const { attempt } = trial;
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
