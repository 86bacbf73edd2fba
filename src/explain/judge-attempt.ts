import type { AttemptRecord } from '../domain/ledger.ts';
import { judgeBreak, judgePage } from './judge-break.ts';
import { judgeConnect, judgeSlowConnect } from './judge-connect.ts';
import { judgeAnswer, judgeKey, judgeLimited, judgeRejected, judgeServerError } from './judge-status.ts';
import { judgeTimeout } from './judge-timeout.ts';
import type { Judgement, Trial } from './judgement.ts';

type Judge = (trial: Trial) => Judgement | undefined;

/** Who judges which end. The compiler asks for a row for each cause that is added. */
const JUDGES: Readonly<Record<AttemptRecord['result'], Judge>> = {
  answered: () => undefined,
  // Told of where the client, or whoever cancelled it, is.
  cancelled: () => undefined,
  // A defect here: nobody else is to be accused of it, and its own words say what there is to say.
  internal: () => undefined,
  rejected: judgeRejected,
  'rate-limited': judgeLimited,
  overloaded: judgeLimited,
  'bad-key': judgeKey,
  blocked: judgeKey,
  'not-served': judgeRejected,
  'edge-timeout': judgePage,
  'connect-failed': judgeConnect,
  timeout: judgeTimeout,
  reset: judgeBreak,
  truncated: judgeBreak,
  'upstream-error': judgeServerError,
  'not-api': judgeAnswer,
  empty: judgeAnswer,
  'stream-error': judgeAnswer,
};

/** A failure of a cause without a judge: what is known of it is all there is to say. */
const judgeUnknown: Judge = (trial) =>
  trial.attempt.status === undefined ? judgeBreak(trial) : judgeServerError(trial);

/** Why one upstream call went wrong; undefined where nothing is to be said of it. */
export function judgeAttempt(trial: Trial): Judgement | undefined {
  const { result } = trial.attempt;
  // Ledgers outlive versions: a row may bear a cause that this one does not know.
  const judged = Object.hasOwn(JUDGES, result) ? JUDGES[result](trial) : judgeUnknown(trial);
  return judged ?? judgeSlowConnect(trial);
}
