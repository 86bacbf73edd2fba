import { hasHistory, historyFacts } from './facts-of.ts';
import { type Fact, fact, nameOf, type Trial } from './judgement.ts';
import { checksAround, isDead, runAround } from './neighbours.ts';

/** Fewer failures in a row than this may be chance. */
const DOWN_FROM = 3;
/** Verifications begin a minute after the circuit opens. */
const CHECKED_WITHIN_MS = 5 * 60_000;

/** Whether an endpoint was down around a failure, and what speaks for it. */
export interface Downness {
  readonly down: boolean;
  readonly certainty: 'sure' | 'likely';
  readonly facts: readonly Fact[];
}

/**
 * Down: every call in a row failed without a sign of life, and no verification got through. Two calls of one
 * exchange are one piece of evidence: what they have in common may be the request. `from`: how many in a row it takes.
 */
export function downness(trial: Trial, from = DOWN_FROM): Downness {
  const { attempt, endpoint, neighbours } = trial;
  const run = runAround(neighbours, attempt, isDead);
  const checks = checksAround(endpoint, run, CHECKED_WITHIN_MS);
  const exchanges = new Set(run.map(({ exchangeId }) => exchangeId)).size;
  const inRow = run.length >= from && (exchanges > 1 || checks.failed > 0);
  const name = nameOf(endpoint, attempt.endpointId);
  const never = endpoint?.view?.successRate === 0 && neighbours.answered.length === 0;
  return {
    down: checks.passed === 0 && (inRow || (checks.failed > 0 && run.length > 0)),
    certainty: checks.failed > 0 || (checks.opened && run.length >= DOWN_FROM) ? 'sure' : 'likely',
    facts: [
      ...historyFacts(trial),
      ...(run.length > 1 ? [fact('streak', { calls: run.length, endpoint: name })] : []),
      ...(checks.failed > 0 ? [fact('checksFailed', { checks: checks.failed })] : []),
      ...(checks.opened ? [fact('opened', {})] : []),
      ...(never && hasHistory(trial) ? [fact('neverAnswered', {})] : []),
    ],
  };
}
