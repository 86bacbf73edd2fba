import type { Finding } from '../domain/explanation.ts';
import { isOwnCall } from '../domain/ledger.ts';
import type { Language } from '../errors/catalogue.ts';
import type { CaseMessages } from './case-messages.ts';
import { configLines } from './config-lines.ts';
import type { Evidence, ExplainRules } from './evidence.ts';
import { judgeAttempt } from './judge-attempt.ts';
import { judgeClient } from './judge-client.ts';
import { judgeExchange } from './judge-exchange.ts';
import { type Fact, type Judgement, othersOf } from './judgement.ts';
import { CASES } from './messages-cases.ts';
import { FACTS } from './messages-facts.ts';
import { neighboursOf } from './neighbours.ts';
import { type Message, say } from './wording.ts';

const MOST_FACTS = 8;

/** Everything that went wrong with an exchange, the weightiest first; what has one reason is said once. */
export function judge(evidence: Evidence, rules: ExplainRules, endedAt: number): readonly Judgement[] {
  const ofAttempts = evidence.attempts.flatMap((attempt) => {
    const endpoint = evidence.endpoints.find(({ id }) => id === attempt.endpointId);
    const neighbours = neighboursOf(endpoint, attempt);
    return judgeAttempt({ attempt, endpoint, neighbours, evidence, rules }) ?? [];
  });
  const ofExchange = judgeExchange(evidence, rules, endedAt) ?? [];
  const ofClient = judgeClient(evidence, rules) ?? [];
  const all = [ofExchange, ofClient, ofAttempts].flat();
  return merged(isOwnCall(evidence.exchange) ? all.filter(isNoClients) : all).sort(
    (a, b) => rank(a, evidence) - rank(b, evidence) || b.weightMs - a.weightMs,
  );
}

/** Of a call that no client asked for, none can be blamed, nor told to mend its request. */
const isNoClients = ({ kind }: Judgement): boolean =>
  kind !== 'client-gave-up' && kind !== 'request-rejected';

/** What decided the end goes first; of the rest, what took longest. */
function rank({ kind, attempts }: Judgement, { exchange }: Evidence): number {
  const whole = attempts.length === 0;
  if (kind === 'gateway-ended' || (kind === 'queue-full' && exchange.failed === true)) return 0;
  return whole && (exchange.delivery === 'left' || exchange.delivery === 'undelivered') ? 1 : 2;
}

/** Attempts that went wrong for one reason, at one endpoint, make one finding. */
function merged(judgements: readonly Judgement[]): Judgement[] {
  const byReason = new Map<string, Judgement>();
  for (const one of judgements) {
    const key = JSON.stringify([one.kind, one.case, one.endpointId]);
    const before = byReason.get(key);
    byReason.set(key, before ? both(before, one) : one);
  }
  return [...byReason.values()];
}

function both(before: Judgement, after: Judgement): Judgement {
  return {
    ...after,
    certainty: before.certainty === 'sure' ? 'sure' : after.certainty,
    attempts: [...before.attempts, ...after.attempts],
    facts: withoutRepeats([...before.facts, ...after.facts]),
    weightMs: before.weightMs + after.weightMs,
  };
}

/** Of facts that count, the last one said holds: it has seen the most. */
function withoutRepeats(facts: readonly Fact[]): readonly Fact[] {
  const PER_ATTEMPT: readonly string[] = [
    'ended',
    'pageCut',
    'breakCut',
    'cutElsewhere',
    'connectParts',
    'ray',
    'madeByUpstream',
  ];
  const keyOf = ({ fact, words }: Fact) =>
    PER_ATTEMPT.includes(fact) ? JSON.stringify([fact, words]) : fact;
  const last = new Map(facts.map((one) => [keyOf(one), one]));
  return [...last.values()];
}

function fixOf({ fix, case: name, endpointId }: Judgement, evidence: Evidence): Message {
  const { fix: usual, among = usual }: CaseMessages = CASES[name];
  const others = endpointId !== undefined && othersOf(evidence, endpointId).length > 0;
  return fix ?? (others ? among : usual);
}

/** A judgement in words. */
export function findingOf(judgement: Judgement, evidence: Evidence, language: Language): Finding {
  const { kind, certainty, attempts, words, facts } = judgement;
  const { what } = CASES[judgement.case];
  const config = configLines(judgement, evidence, language);
  return {
    kind,
    certainty,
    attempts,
    what: say(what, words, language),
    evidence: facts.slice(0, MOST_FACTS).map((one) => say(FACTS[one.fact], one.words, language)),
    fix: say(fixOf(judgement, evidence), words, language),
    ...(config === undefined ? {} : { config }),
  };
}
