import type { AttemptRecord } from '../domain/ledger.ts';
import { endedFact, historyFacts } from './facts-of.ts';
import { downness, judgeDown } from './judge-down.ts';
import { fact, type Judgement, nameOf, ruling, type Trial } from './judgement.ts';
import { runAround } from './neighbours.ts';
import { connectWord, detailWord, phaseWord } from './terms.ts';
import { oneLine, type Word } from './wording.ts';

const CERTIFICATE =
  /CERT|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|EPROTO|altname|certificate/i;
const NO_SUCH_NAME = /ENOTFOUND|EAI_NODATA|EAI_NONAME/;
const REFUSED = /ECONNREFUSED/;

/** No connection came about: no attempt, whatever was sent later, has anything else to tell. */
const noConnection = ({ result, phase }: AttemptRecord): boolean =>
  result === 'connect-failed' || (result === 'timeout' && isOpening(phase));

export const isOpening = (phase: AttemptRecord['phase']): boolean =>
  phase === 'dns' || phase === 'connect' || phase === 'tls';

/** A connection that did not come about, by what its error says. */
export function judgeConnect(trial: Trial): Judgement {
  const detail = trial.attempt.detail ?? '';
  if (trial.attempt.phase === 'tls' && CERTIFICATE.test(detail)) return badTls(trial);
  if (trial.attempt.phase === 'dns' || NO_SUCH_NAME.test(detail)) return badName(trial);
  if (REFUSED.test(detail)) return refused(trial);
  return unreachable(trial);
}

const detailOf = ({ attempt }: Trial): Word => detailWord(attempt);

/** How many calls in a row met the same, this one with them. */
const inRow = (trial: Trial, fits: (one: AttemptRecord) => boolean): number =>
  runAround(trial.neighbours, trial.attempt, fits).length;

function badTls(trial: Trial): Judgement {
  const calls = inRow(trial, ({ phase, result }) => phase === 'tls' && result === 'connect-failed');
  return ruling(trial, {
    kind: 'misconfigured',
    case: 'bad-tls',
    certainty: calls > 1 ? 'sure' : 'likely',
    words: { detail: detailOf(trial) },
    facts: [endedFact(trial), calls > 1 && fact('refusedAll', { calls }), ...historyFacts(trial)],
  });
}

/** A name that never resolved is written wrong; one that did before has lost its DNS. */
function badName(trial: Trial): Judgement {
  const { neighbours, attempt, endpoint } = trial;
  const worked = neighbours.answered.length > 0 || (endpoint?.view?.successRate ?? 0) > 0;
  const noName = NO_SUCH_NAME.test(attempt.detail ?? '') && !worked;
  const calls = inRow(trial, ({ phase }) => phase === 'dns');
  return ruling(trial, {
    kind: noName ? 'misconfigured' : 'network-bad',
    case: noName ? 'bad-dns' : 'net-dns',
    certainty: calls > 1 ? 'sure' : 'likely',
    words: { detail: detailOf(trial) },
    facts: [endedFact(trial), calls > 1 && fact('refusedAll', { calls }), ...historyFacts(trial)],
    ...(noName ? { remedy: correctUrl(trial) } : {}),
  });
}

function correctUrl({ endpoint }: Trial): { kind: 'endpoint'; lines: readonly string[] } {
  const now = endpoint?.view?.baseUrl ?? '?';
  return {
    kind: 'endpoint',
    lines: [`base_url: https://api.example.com  # instead of ${oneLine(now, 200)}`],
  };
}

function refused(trial: Trial): Judgement {
  const { certainty, down, facts } = downness(trial);
  return ruling(trial, {
    kind: 'server-down',
    case: 'down-refused',
    certainty: down ? certainty : 'likely',
    words: { detail: detailOf(trial) },
    facts: [endedFact(trial), ...facts],
    remedy: { kind: 'second-endpoint' },
  });
}

/** Neither made nor refused. With other calls getting through it is the way; with none, nobody can tell from here. */
export function unreachable(trial: Trial): Judgement {
  const { attempt, endpoint, neighbours } = trial;
  const limit = attempt.timer?.ms ?? attempt.totalMs;
  const missed = neighbours.decided.filter(noConnection).length;
  const through = neighbours.decided.length - missed;
  const down = downness(trial);
  if (through === 0 && down.down && down.certainty === 'sure') {
    return judgeDown(trial, { ...down, certainty: 'likely' }, [endedFact(trial)]);
  }
  const name = nameOf(endpoint, attempt.endpointId);
  const calls = neighbours.decided.length;
  return ruling(trial, {
    kind: 'network-bad',
    case: through > 0 ? 'net-connect' : 'net-silent',
    certainty: through > 0 && missed > 1 ? 'sure' : 'likely',
    words: { phase: phaseWord(attempt.phase ?? 'connect'), detail: detailOf(trial), limit: { ms: limit } },
    facts: [
      endedFact(trial),
      calls > 1 &&
        fact('connectsFailed', {
          failed: missed,
          calls,
          endpoint: name,
          answered: neighbours.answered.length,
        }),
      ...historyFacts(trial),
    ],
    remedy: { kind: 'endpoint', lines: ['proxy: http://127.0.0.1:3128'] },
  });
}

/** What opening the connection took; undefined where it went out on an open one. */
export function connectMs({ dnsMs, tcpMs, tlsMs }: AttemptRecord): number | undefined {
  if (dnsMs === undefined && tcpMs === undefined && tlsMs === undefined) return undefined;
  return (dnsMs ?? 0) + (tcpMs ?? 0) + (tlsMs ?? 0);
}

/** A call whose connection took long to open, however it ended. */
export function judgeSlowConnect(trial: Trial): Judgement | undefined {
  const { attempt, rules } = trial;
  const opening = connectMs(attempt);
  if (opening === undefined || opening < rules.connectSlowMs || opening < attempt.totalMs / 4)
    return undefined;
  const others = trial.neighbours.decided.filter(
    (one) => (connectMs(one) ?? 0) >= rules.connectSlowMs,
  ).length;
  return ruling(trial, {
    kind: 'network-bad',
    case: 'net-slow',
    certainty: others > 1 ? 'sure' : 'likely',
    words: { connect: { ms: opening }, total: { ms: attempt.totalMs } },
    facts: [fact('connectParts', { n: attempt.n, parts: connectWord(attempt) })],
    remedy: { kind: 'endpoint', lines: ['proxy: http://127.0.0.1:3128'] },
  });
}
