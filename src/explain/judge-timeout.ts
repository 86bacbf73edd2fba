import type { AttemptRecord } from '../domain/ledger.ts';
import { BUILT_IN_SCENARIOS, type TimerName } from '../domain/timeouts.ts';
import { endedFact, historyFacts } from './facts-of.ts';
import { isOpening, unreachable } from './judge-connect.ts';
import { downness, judgeDown } from './judge-down.ts';
import { type Fact, fact, type Judgement, nameOf, othersOf, ruling, type Trial } from './judgement.ts';
import { setterWord } from './terms.ts';

/** One of our timers ended it: was it too short, was the upstream too slow, or was nobody there? */
export function judgeTimeout(trial: Trial): Judgement {
  const { attempt } = trial;
  if (isOpening(attempt.phase) || attempt.timer?.name === 'connect') return unreachable(trial);
  if (wasWriting(trial)) return tooShort(trial, 'short-begun', 'sure', [begunFact(trial)]);
  const short = shortness(trial);
  if (short.certainty === 'sure') return tooShort(trial, 'short-first', 'sure', short.facts);
  const down = downness(trial);
  if (down.down) return judgeDown(trial, down, [endedFact(trial)]);
  if (short.certainty === 'likely') return tooShort(trial, 'short-first', 'likely', short.facts);
  return tooSlow(trial);
}

/** Which of our timers it was. Rows of earlier versions have it in words only. */
export function timerOf({ timer, detail, totalMs }: AttemptRecord): {
  name: TimerName;
  ms: number;
  setBy: string;
} {
  if (timer) return timer;
  const [, name, ms, setBy] = /^timer (\w+): (\d+)(?:\.\d+)? ms, set by (.{1,200})$/.exec(detail ?? '') ?? [];
  const known = (['connect', 'first_byte', 'idle', 'total'] as const).find((one) => one === name);
  return { name: known ?? 'total', ms: ms === undefined ? totalMs : Number(ms), setBy: setBy ?? '?' };
}

/** The deadline came while events were coming. */
function wasWriting({ attempt, rules }: Trial): boolean {
  const { name, ms } = timerOf(attempt);
  if (name !== 'total' || attempt.firstEventMs === undefined) return false;
  return (attempt.silenceMs ?? 0) <= Math.min(rules.pauseMs, ms / 2);
}

const begunFact = ({ attempt }: Trial): Fact =>
  fact('begun', {
    first: { ms: attempt.firstEventMs ?? 0 },
    silence: { ms: attempt.silenceMs ?? 0 },
  });

/** What the timer measured, in calls that came to an answer. */
function measured(one: AttemptRecord, timer: TimerName): number | undefined {
  if (timer === 'first_byte') return one.firstByteMs;
  return timer === 'idle' ? one.longestSilenceMs : one.totalMs;
}

interface Shortness {
  readonly certainty: 'sure' | 'likely' | 'no';
  readonly facts: readonly Fact[];
}

/**
 * Is the timer shorter than this endpoint and model often take? Answers that took longer prove it (they ran under
 * another timer, or before it was set); answers that came close to it, or a setting far below the built-in one, make
 * it likely.
 */
function shortness(trial: Trial): Shortness {
  const { attempt, evidence } = trial;
  const timer = timerOf(attempt);
  const longer = [...longerFacts(trial), ...elsewhereFacts(trial), ...againFacts(trial)];
  if (longer.length > 0) return { certainty: 'sure', facts: [...longer, ...builtInFacts(trial)] };
  const near = nearFact(trial);
  if (near) return { certainty: 'likely', facts: [near, ...builtInFacts(trial)] };
  const builtIn = builtInMs(evidence.exchange.scenario, timer.name);
  const wayBelow = builtIn !== undefined && timer.ms <= builtIn / 2;
  return wayBelow && !/^header/.test(timer.setBy) && !triedLonger(trial)
    ? { certainty: 'likely', facts: [...builtInFacts(trial), ...historyFacts(trial)] }
    : { certainty: 'no', facts: [] };
}

function builtInMs(
  scenario: Trial['evidence']['exchange']['scenario'],
  timer: TimerName,
): number | undefined {
  const { connectMs, firstByteMs, idleMs, totalMs } = BUILT_IN_SCENARIOS[scenario];
  return { connect: connectMs, first_byte: firstByteMs, idle: idleMs, total: totalMs }[timer];
}

function builtInFacts({ attempt, evidence }: Trial): readonly Fact[] {
  const { scenario } = evidence.exchange;
  const timer = timerOf(attempt);
  const builtIn = builtInMs(scenario, timer.name);
  if (builtIn === undefined || builtIn <= timer.ms) return [];
  return [fact('belowBuiltIn', { scenario, builtIn: { ms: builtIn } })];
}

/** Answers of the same model, where that is known. */
function answersLike({ neighbours, endpoint }: Trial): readonly AttemptRecord[] {
  const { sameModel } = endpoint ?? {};
  const like = neighbours.answered.filter(({ exchangeId }) => sameModel?.has(exchangeId) ?? true);
  return like.filter(({ streamed }) => streamed !== false);
}

/** One in five: a single straggler does not make a timer short. */
const OFTEN = 0.2;

function longerFacts(trial: Trial): readonly Fact[] {
  const { attempt, endpoint } = trial;
  const { name, ms } = timerOf(attempt);
  const answers = answersLike(trial);
  const longer = answers.map((one) => measured(one, name) ?? 0).filter((took) => took > ms);
  if (longer.length < Math.max(1, OFTEN * answers.length)) return [];
  return [
    fact('tookLonger', {
      longer: longer.length,
      answered: answers.length,
      endpoint: nameOf(endpoint, attempt.endpointId),
      limit: { ms },
      longest: { ms: Math.max(...longer) },
    }),
  ];
}

/** Another attempt of the same exchange took longer, and got its answer. */
function elsewhereFacts({ attempt, evidence }: Trial): readonly Fact[] {
  const { name, ms } = timerOf(attempt);
  const other = evidence.attempts.find(
    (one) => one.result === 'answered' && (measured(one, name) ?? 0) > ms && one.streamed !== false,
  );
  const took = other && measured(other, name);
  return other && took !== undefined ? [fact('elsewhere', { n: other.n, took: { ms: took } })] : [];
}

/** The client asked again, at the same endpoint, and the answer took longer than the timer. */
function againFacts({ attempt, evidence }: Trial): readonly Fact[] {
  const { name, ms } = timerOf(attempt);
  const { exchange } = evidence;
  const again = evidence.later.find(
    (one) =>
      one.path === exchange.path &&
      one.model === exchange.model &&
      Math.abs(one.requestBytes - exchange.requestBytes) <= exchange.requestBytes / 100 &&
      one.delivery === 'delivered' &&
      one.failed !== true &&
      one.endpointId === attempt.endpointId &&
      tookOf(one, name) > ms,
  );
  return again ? [fact('againTook', { id: again.id, took: { ms: tookOf(again, name) } })] : [];
}

function tookOf(one: Trial['evidence']['exchange'], timer: TimerName): number {
  if (timer === 'total') return one.endedAt === undefined ? 0 : one.endedAt - one.startedAt;
  return timer === 'first_byte' ? (one.firstEventMs ?? 0) : (one.longestSilenceMs ?? 0);
}

const NEAR = 0.7;
const ENOUGH_ANSWERS = 5;

function nearFact(trial: Trial): Fact | undefined {
  const { attempt, endpoint } = trial;
  const { name, ms } = timerOf(attempt);
  const took = answersLike(trial)
    .flatMap((one) => measured(one, name) ?? [])
    .sort((a, b) => a - b);
  const p90 = took[Math.floor((took.length - 1) * 0.9)];
  if (took.length < ENOUGH_ANSWERS || p90 === undefined || p90 < NEAR * ms) return undefined;
  return fact('nearLimit', { endpoint: nameOf(endpoint, attempt.endpointId), p90: { ms: p90 } });
}

/** Answers there usually come well within the timer: then it is not what is wrong. */
function triedLonger(trial: Trial): boolean {
  return answersLike(trial).length >= ENOUGH_ANSWERS;
}

function tooShort(
  trial: Trial,
  name: 'short-first' | 'short-begun',
  certainty: 'sure' | 'likely',
  facts: readonly Fact[],
): Judgement {
  const timer = timerOf(trial.attempt);
  const wantedMs = wantedFor(trial, timer);
  const byHeader = timer.setBy.startsWith('header');
  const { name: timerName, ms, setBy } = timer;
  return ruling(trial, {
    kind: 'timer-short',
    case: byHeader ? 'short-header' : name,
    certainty,
    words: { timer: timerName, limit: { ms }, setBy: setterWord(setBy), wanted: { ms: wantedMs } },
    facts: [endedFact(trial), ...facts],
    ...(byHeader ? {} : { remedy: { kind: 'raise-timer', timer: timerName, setBy, ms: wantedMs } }),
  });
}

/** Half as much again as the longest answer known, at least twice the timer, in round seconds. */
function wantedFor(trial: Trial, timer: { readonly name: TimerName; readonly ms: number }): number {
  const known = [
    ...answersLike(trial),
    ...trial.evidence.attempts.filter(({ result }) => result === 'answered'),
  ];
  const longest = Math.max(0, ...known.map((one) => measured(one, timer.name) ?? 0));
  const wanted = Math.max(2 * timer.ms, 1.5 * longest);
  const step = wanted < 1_000 ? 100 : wanted < 60_000 ? 5_000 : 30_000;
  return Math.min(Math.ceil(wanted / step) * step, 7 * 86_400_000);
}

function tooSlow(trial: Trial): Judgement {
  const { attempt, endpoint, neighbours } = trial;
  const timer = timerOf(attempt);
  const timeouts = neighbours.decided.filter(({ result }) => result === 'timeout').length;
  const { decided, answered } = neighbours;
  const middle = attempt.firstByteMs !== undefined;
  const name = nameOf(endpoint, attempt.endpointId);
  const often = timeouts > 1;
  const others = endpoint?.view && othersOf(trial.evidence, attempt.endpointId).length > 0;
  return ruling(trial, {
    kind: 'upstream-slow',
    case: middle ? 'slow-middle' : 'slow-first',
    certainty: often && answered.length > 0 ? 'sure' : 'likely',
    words: {
      silence: { ms: attempt.silenceMs ?? attempt.longestSilenceMs },
      timer: timer.name,
      limit: { ms: timer.ms },
      setBy: setterWord(timer.setBy),
    },
    facts: [
      endedFact(trial),
      often
        ? fact('timedOutToo', { timeouts, calls: decided.length, endpoint: name, answered: answered.length })
        : historyFacts(trial)[0],
    ],
    remedy: others
      ? {
          kind: 'lines',
          lines: ['clusters:', `  ${trial.evidence.exchange.cluster}:`, '    strategy: fastest'],
        }
      : { kind: 'second-endpoint' },
  });
}
