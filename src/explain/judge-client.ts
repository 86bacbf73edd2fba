import type { ExchangeRecord } from '../domain/ledger.ts';
import type { Evidence, ExplainRules } from './evidence.ts';
import { type Fact, fact, type Judgement, type Remedy } from './judgement.ts';
import {
  IT_CAME_BACK,
  KEEP_FOR_RETURN,
  KEEP_THE_PAID,
  KEPT_ALREADY,
  RAISE_PATIENCE,
} from './messages-cuts.ts';
import { alike } from './neighbours.ts';
import type { Message, Word } from './wording.ts';

/** Silences at which well-known edges cut a client, as they come. */
const USUAL_EDGES: readonly { readonly silenceMs: number; readonly edge: string }[] = [
  { silenceMs: 60_000, edge: 'nginx, ALB, HAProxy' },
  { silenceMs: 100_000, edge: 'Cloudflare' },
  { silenceMs: 120_000, edge: 'Cloudflare' },
  { silenceMs: 125_000, edge: 'Cloudflare' },
];

/** When well-known clients give up, without having said so. */
const USUAL_PATIENCE: readonly { readonly ms: number; readonly who: string }[] = [
  { ms: 300_000, who: 'Node fetch, opencode (300 s)' },
  { ms: 361_000, who: 'Claude Code (361 s)' },
  { ms: 600_000, who: 'Anthropic SDK, OpenAI SDK (600 s)' },
];

const NEARLY = 0.95;
const OF_EDGE_SILENCE = 0.8;

/** Why the first client's connection closed before its answer was whole: an edge, its patience, or its own will. */
export function judgeClient(evidence: Evidence, rules: ExplainRules): Judgement | undefined {
  const { exchange } = evidence;
  if (exchange.leftMs === undefined) return sentAway(evidence) ?? cancelled(evidence);
  return outOfPatience(evidence, rules) ?? cutByEdge(evidence, rules) ?? left(evidence, rules);
}

function judged(
  evidence: Evidence,
  rules: ExplainRules,
  made: Pick<Judgement, 'kind' | 'case' | 'certainty'> & {
    readonly words?: Readonly<Record<string, Word>>;
    readonly facts: readonly Fact[];
    readonly remedy?: Remedy;
    readonly fix?: Message;
  },
): Judgement {
  const { exchange, listener } = evidence;
  const leftMs = exchange.leftMs ?? 0;
  return {
    ...made,
    attempts: [],
    words: {
      left: { ms: leftMs },
      silence: { ms: exchange.leftSilentMs ?? 0 },
      listener: listener.name,
      ...made.words,
    },
    facts: [leftFact(exchange), ...made.facts, ...againFacts(evidence, rules)],
    weightMs: leftMs,
  };
}

function leftFact({ leftMs = 0, leftSilentMs = 0, heartbeats }: ExchangeRecord): Fact {
  const words = { left: { ms: leftMs }, silence: { ms: leftSilentMs } };
  return heartbeats === undefined
    ? fact('leftAtPlain', words)
    : fact('leftAt', { ...words, beats: heartbeats });
}

/** It came back: joined to the same answer, or soon after with the same request. */
function againFacts(evidence: Evidence, rules: ExplainRules): readonly Fact[] {
  const { exchange } = evidence;
  if (exchange.joined > 0 && exchange.failed !== true) return [fact('joined', { times: exchange.joined })];
  const again = askedAgain(evidence, rules);
  if (!again) return [];
  const after = again.startedAt - exchange.startedAt - (exchange.leftMs ?? 0);
  return [fact('askedAgain', { after: { ms: after }, id: again.id, size: again.requestBytes })];
}

/** Repeats differ by a few bytes: SDKs count them in the body or drop `stream`. */
const SAME_SIZE = 0.02;

/** The next exchange that looks like the same request. */
function askedAgain({ exchange, later }: Evidence, rules: ExplainRules): ExchangeRecord | undefined {
  const leftAt = exchange.startedAt + (exchange.leftMs ?? 0);
  return later.find(
    (one) =>
      one.id !== exchange.id &&
      one.client === exchange.client &&
      one.path === exchange.path &&
      one.model === exchange.model &&
      one.startedAt >= leftAt &&
      one.startedAt <= leftAt + rules.againMs &&
      Math.abs(one.requestBytes - exchange.requestBytes) <= Math.max(64, SAME_SIZE * exchange.requestBytes),
  );
}

/**
 * What to do about a client that left: keep such answers where somebody came back for one that was not kept, or where
 * ending the call saved nothing. One that nobody asked for again was probably just stopped, and is none of our business.
 */
function afterLeaving(evidence: Evidence, rules: ExplainRules): Pick<Judgement, 'fix' | 'remedy'> {
  const { exchange } = evidence;
  const keep = { kind: 'lines', lines: ['disconnect:', '  policy: keep'] } as const;
  if (exchange.joined > 0) return { fix: IT_CAME_BACK };
  const again = askedAgain(evidence, rules) !== undefined;
  if (exchange.leftFate === 'run-on') return again ? { fix: KEPT_ALREADY } : {};
  if (again) return { fix: KEEP_FOR_RETURN, remedy: keep };
  return exchange.lostCalls > 0 && isBilledAnyway(evidence) ? { fix: KEEP_THE_PAID, remedy: keep } : {};
}

/** The endpoint that was asked last charges calls that are cut off like whole ones. */
function isBilledAnyway({ attempts, cluster }: Evidence): boolean {
  const last = attempts.at(-1)?.endpointId;
  return cluster.some((one) => one.id === last && one.cancelStopsBilling === false);
}

function outOfPatience(evidence: Evidence, rules: ExplainRules): Judgement | undefined {
  const { leftMs = 0, leftSilentMs = 0, clientPatienceMs } = evidence.exchange;
  const usual = USUAL_PATIENCE.find(({ ms }) => nearly(leftMs, ms) || nearly(leftSilentMs, ms));
  const said = clientPatienceMs !== undefined && nearly(leftMs, clientPatienceMs);
  if (!said && !usual) return undefined;
  return judged(evidence, rules, {
    kind: 'client-gave-up',
    case: 'gave-up-patience',
    certainty: said ? 'sure' : 'likely',
    words: { patience: { ms: said ? clientPatienceMs : (usual?.ms ?? 0) } },
    facts: [
      said
        ? fact('patience', { patience: { ms: clientPatienceMs } })
        : fact('knownPatience', { who: usual?.who ?? '' }),
    ],
    ...patienceAdvice(evidence, rules),
  });
}

/** Its timeout is what was too short; keeping helps besides, where it is known to help. */
function patienceAdvice(evidence: Evidence, rules: ExplainRules): Pick<Judgement, 'fix' | 'remedy'> {
  const { remedy } = afterLeaving(evidence, rules);
  return remedy ? { remedy } : { fix: RAISE_PATIENCE };
}

const nearly = (ms: number, limit: number): boolean => ms >= NEARLY * limit && ms <= 1.05 * limit;

function cutByEdge(evidence: Evidence, rules: ExplainRules): Judgement | undefined {
  const { exchange, listener } = evidence;
  const { leftMs = 0, leftSilentMs = 0 } = exchange;
  const { edge } = listener;
  const bySilence = edge?.silenceMs !== undefined && leftSilentMs >= OF_EDGE_SILENCE * edge.silenceMs;
  const byTotal = edge?.totalMs !== undefined && nearly(leftMs, edge.totalMs);
  const others = cutAlike(evidence, rules);
  const usual = USUAL_EDGES.find(({ silenceMs }) => Math.abs(silenceMs - leftSilentMs) <= 1_000);
  if (!bySilence && !byTotal && others.length === 0 && !usual) return undefined;
  return judged(evidence, rules, {
    kind: 'edge-cut',
    case: 'cut-client',
    certainty: others.length > 1 || ((bySilence || byTotal) && others.length > 0) ? 'sure' : 'likely',
    facts: [
      ...(bySilence
        ? [fact('listenerEdge', { listener: listener.name, silence: { ms: edge.silenceMs } })]
        : []),
      ...(byTotal ? [fact('listenerTotal', { listener: listener.name, total: { ms: edge.totalMs } })] : []),
      ...(others.length > 0 ? [alikeFact(evidence, others)] : []),
      ...(usual ? [fact('usualEdge', { silence: { ms: usual.silenceMs }, edge: usual.edge })] : []),
    ],
    remedy: { kind: 'listener-edge', silenceMs: leftSilentMs > 0 ? leftSilentMs : leftMs },
  });
}

/** Silences of other clients of this listener that left after a silence like this one's. */
function cutAlike({ exchange, left }: Evidence, rules: ExplainRules): readonly number[] {
  const { leftSilentMs = 0 } = exchange;
  if (leftSilentMs < rules.cutSilenceMs) return [];
  return left
    .filter(({ id, listener }) => id !== exchange.id && listener === exchange.listener)
    .flatMap((one) => one.leftSilentMs ?? [])
    .filter((silence) => alike(silence, leftSilentMs, rules.alikeShare));
}

function alikeFact({ exchange, listener }: Evidence, others: readonly number[]): Fact {
  const all = [...others, exchange.leftSilentMs ?? 0];
  return fact('leftAlike', {
    times: all.length,
    shortest: { ms: Math.min(...all) },
    longest: { ms: Math.max(...all) },
    listener: listener.name,
  });
}

/** It closed its connection, for whatever reason: surely it did, and why is its own affair. */
function left(evidence: Evidence, rules: ExplainRules): Judgement {
  return judged(evidence, rules, {
    kind: 'client-gave-up',
    case: 'gave-up-left',
    certainty: 'sure',
    facts: [],
    ...afterLeaving(evidence, rules),
  });
}

/** It was told to ask again, and nobody came. */
function sentAway({ exchange }: Evidence): Judgement | undefined {
  if (exchange.delivery !== 'undelivered') return undefined;
  return {
    kind: 'client-gave-up',
    case: 'gave-up-away',
    certainty: 'likely',
    attempts: [],
    words: {},
    facts:
      exchange.clientPatienceMs === undefined
        ? []
        : [fact('patience', { patience: { ms: exchange.clientPatienceMs } })],
    weightMs: 0,
  };
}

/** Rows of earlier versions do not say when a client left. */
function cancelled({ exchange, attempts }: Evidence): Judgement | undefined {
  const byHand = exchange.error === 'cancelled' || exchange.delivery === 'left';
  const wasCancelled = attempts.some(({ result }) => result === 'cancelled');
  if (!byHand && !(wasCancelled && exchange.delivery !== 'delivered')) return undefined;
  return {
    kind: 'client-gave-up',
    case: 'gave-up-cancelled',
    certainty: exchange.error === 'cancelled' || exchange.delivery === 'left' ? 'sure' : 'likely',
    attempts: attempts.filter(({ result }) => result === 'cancelled').map(({ n }) => n),
    words: {},
    facts: [],
    weightMs: 0,
  };
}
