import type { AttemptRecord, ChargeState, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import type { ChargeRisk, Outcome } from '../domain/outcome.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import { attemptLost } from '../storage/storage.ts';
import { chargeOf, costMicroUsd, hasTokens } from './cost.ts';
import type { PriceBook } from './price.ts';

/** What an outcome does not say of its call. */
export interface CallFacts {
  readonly protocol: Protocol;
  readonly operation: Operation;
  /** Our own count of its tokens, used where the upstream gave none. */
  readonly estimated?: Usage;
}

/** One upstream call for the ledger. `model` is the one asked upstream; `why`, what chose the endpoint. */
export function attemptRecord(
  exchangeId: string,
  n: number,
  outcome: Outcome,
  why: string,
  model: string | undefined,
  prices: PriceBook,
  { protocol, operation, estimated }: CallFacts,
): AttemptRecord {
  const usage = hasTokens(outcome.usage) ? outcome.usage : { ...estimated, ...outcome.usage };
  const charge = chargeOf(outcome, usage, operation);
  const cost = charge === 'not-charged' ? 0 : charge === 'unknown' ? undefined : priced();
  function priced(): number | undefined {
    const price = model === undefined ? undefined : prices.priceOf(model);
    return price && costMicroUsd(usage, price, protocol);
  }
  return {
    exchangeId,
    n,
    endpointId: outcome.endpointId,
    startedAt: outcome.startedAt,
    ...outcome.times,
    ...(outcome.kind === 'failed' ? failureFacts(outcome) : { result: outcome.kind, status: outcome.status }),
    chargeRisk: riskOf(outcome, operation),
    charge,
    usage: charge === 'estimated' ? usage : outcome.usage,
    ...(cost === undefined ? {} : { costMicroUsd: cost }),
    ...(outcome.upstreamRequestId === undefined ? {} : { upstreamRequestId: outcome.upstreamRequestId }),
    why,
  };
}

function failureFacts(outcome: Outcome & { kind: 'failed' }) {
  const { cause, status, phase, endedBy, silenceMs, timer, detail } = outcome;
  const set = timer === undefined ? '' : `timer ${timer.name}: ${timer.ms} ms, set by ${timer.setBy}`;
  return {
    result: cause,
    ...(status === undefined ? {} : { status }),
    phase,
    endedBy,
    silenceMs,
    detail: set || detail,
  };
}

/** Of an answer too: one that was given was certainly charged, unless it is of a kind that may be free. */
function riskOf(outcome: Outcome, operation: Operation): ChargeRisk {
  if (operation === 'count-tokens' || outcome.kind === 'rejected') return 'none';
  if (outcome.kind === 'failed') return outcome.chargeRisk;
  return operation === 'generate' || hasTokens(outcome.usage) ? 'certain' : 'possible';
}

/** All there is to say of an exchange, but for what follows from its attempts. */
export type ExchangeFacts = Omit<
  ExchangeRecord,
  'usage' | 'charge' | 'costMicroUsd' | 'lostMicroUsd' | 'lostCalls' | 'savedMicroUsd' | 'savedCalls'
> & {
  readonly attempts: readonly AttemptRecord[];
  /** Joined clients that got the whole answer: each would have paid for a call of its own. */
  readonly served: number;
};

/** One exchange for the ledger: its attempts added up, and what was lost and saved. */
export function exchangeRecord({ attempts, served, ...facts }: ExchangeFacts): ExchangeRecord {
  const charge = totalCharge(attempts, facts.delivery);
  const cost = charge === 'unknown' ? undefined : knownCost(attempts);
  const lost = attempts.filter((attempt) => attemptLost(attempt, facts.delivery));
  const lostMicroUsd = sumOf(lost.map(({ costMicroUsd }) => costMicroUsd));
  const answer = attempts.findLast(({ result }) => result === 'answered');
  const savedCalls = answer === undefined || answer.charge === 'not-charged' ? 0 : served;
  const savedMicroUsd = savedCalls === 0 ? 0 : times(answer?.costMicroUsd, savedCalls);
  return {
    ...facts,
    usage: totalUsage(attempts),
    charge,
    ...(cost === undefined ? {} : { costMicroUsd: cost }),
    ...(lostMicroUsd === undefined ? {} : { lostMicroUsd }),
    lostCalls: lost.length,
    ...(savedMicroUsd === undefined ? {} : { savedMicroUsd }),
    savedCalls,
  };
}

/**
 * What is known to have been paid; unknown where a charged attempt's cost is. Calls that only may have been charged
 * stand in `lostCalls`, without making the rest unknown.
 */
function knownCost(attempts: readonly AttemptRecord[]): number | undefined {
  const charged = attempts.filter(({ charge }) => charge === 'charged' || charge === 'estimated');
  return sumOf(charged.map(({ costMicroUsd }) => costMicroUsd));
}

/** The surest thing known. An exchange under way without attempts may yet be charged. */
function totalCharge(attempts: readonly AttemptRecord[], delivery: Delivery): ChargeState {
  const states = new Set(attempts.map(({ charge }) => charge));
  for (const state of ['charged', 'estimated', 'unknown'] as const) if (states.has(state)) return state;
  return delivery === 'running' || delivery === 'unknown' ? 'unknown' : 'not-charged';
}

const USAGE_NAMES: readonly (keyof Usage)[] = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
];

function totalUsage(attempts: readonly AttemptRecord[]): Usage {
  const total: { -readonly [Name in keyof Usage]: Usage[Name] } = {};
  for (const { usage } of attempts)
    for (const name of USAGE_NAMES) {
      const tokens = usage[name];
      if (tokens !== undefined) total[name] = (total[name] ?? 0) + tokens;
    }
  return total;
}

/** Undefined as soon as one part is. */
function sumOf(parts: readonly (number | undefined)[]): number | undefined {
  return parts.reduce<number | undefined>(
    (sum, part) => (sum === undefined || part === undefined ? undefined : sum + part),
    0,
  );
}

const times = (value: number | undefined, n: number): number | undefined =>
  value === undefined ? undefined : value * n;
