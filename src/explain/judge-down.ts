import { hasHistory, historyFacts } from './facts-of.ts';
import { type Fact, fact, type Judgement, nameOf, ruling, type Trial } from './judgement.ts';
import { type Checks, checksAround, isDead, runAround } from './neighbours.ts';
import { detailWord } from './terms.ts';

/** Fewer failures in a row than this, calls and verifications together, may be chance. */
const DOWN_FROM = 3;
/** Verifications begin a minute after the circuit opens. */
const CHECKED_WITHIN_MS = 5 * 60_000;

/** Whether an endpoint was down around a failure, and what speaks for it. */
export interface Downness {
  readonly down: boolean;
  readonly certainty: 'sure' | 'likely';
  /** From the first of the failures in a row to the last one, verifications among them. */
  readonly spanMs: number;
  readonly facts: readonly Fact[];
}

/**
 * Down: every call and every verification failed without a sign of life. Calls of one exchange are one piece of
 * evidence: what they have in common may be the request. Without a verification that failed, calls alone must be all
 * there were, or fail for longer than a moment; a timer that fired shows no more than slowness until that is shown.
 */
export function downness(trial: Trial): Downness {
  const { attempt, endpoint, neighbours, rules } = trial;
  const run = runAround(neighbours, attempt, isDead);
  const checks = checksAround(endpoint, run, CHECKED_WITHIN_MS);
  const exchanges = new Set(run.map(({ exchangeId }) => exchangeId)).size;
  const [first, last] = [run[0] ?? attempt, run.at(-1) ?? attempt];
  const spanMs = Math.max(last.startedAt + last.totalMs, checks.lastFailedAt ?? 0) - first.startedAt;
  const enough = run.length > 0 && run.length + checks.failed >= DOWN_FROM;
  const lasted = spanMs >= rules.downMs;
  const byChecks = checks.failed > 0 && (lasted || attempt.result !== 'timeout');
  const byCalls =
    attempt.result !== 'timeout' && exchanges > 1 && (lasted || neighbours.answered.length === 0);
  return {
    down: checks.passed === 0 && enough && (byChecks || byCalls),
    certainty: checks.failed > 0 || (checks.opened && run.length >= DOWN_FROM) ? 'sure' : 'likely',
    spanMs,
    facts: downFacts(trial, run.length, checks),
  };
}

function downFacts(trial: Trial, calls: number, checks: Checks): readonly Fact[] {
  const { attempt, endpoint, neighbours } = trial;
  const name = nameOf(endpoint, attempt.endpointId);
  const never = endpoint?.view?.successRate === 0 && neighbours.answered.length === 0;
  return [
    ...historyFacts(trial),
    ...(calls > 1 ? [fact('streak', { calls, endpoint: name })] : []),
    ...(checks.failed > 0 ? [fact('checksFailed', { checks: checks.failed })] : []),
    ...(checks.opened ? [fact('opened', {})] : []),
    ...(never && hasHistory(trial) ? [fact('neverAnswered', {})] : []),
  ];
}

/** The judgement that an endpoint was down, as a whole: nothing got through for a while. */
export function judgeDown(trial: Trial, down: Downness, first: readonly (Fact | undefined)[]): Judgement {
  return ruling(trial, {
    kind: 'server-down',
    case: 'down-all',
    certainty: down.certainty,
    words: { detail: detailWord(trial.attempt), span: { ms: down.spanMs } },
    facts: [...first, ...down.facts],
    remedy: { kind: 'second-endpoint' },
  });
}
