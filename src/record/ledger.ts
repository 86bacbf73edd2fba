import type { AttemptRecord, ChargeState, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import type { ChargeRisk, Failed, Outcome } from '../domain/outcome.ts';
import type { Operation, Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import { attemptLost } from '../storage/storage.ts';
import { chargeOf, costMicroUsd, countedUsage, hasTokens } from './cost.ts';
import { causeOf, firstEventOf, isFailed, keptHeaders, longestSilenceOf } from './evidence.ts';
import type { CallNote } from './note.ts';
import type { Price, PriceBook } from './price.ts';

/** What an outcome does not say of its call. */
export interface CallFacts {
  readonly protocol: Protocol;
  readonly operation: Operation;
  /** Our own count of its tokens, used for what the upstream did not say. */
  readonly estimated: Usage | undefined;
  /** It only reads, as `GET /v1/models` does. */
  readonly isFree: boolean;
}

/** One upstream call for the ledger. */
export function attemptRecord(
  exchangeId: string,
  { n, call, model }: Pick<CallNote, 'n' | 'call' | 'model'>,
  outcome: Outcome,
  prices: PriceBook,
  { protocol, operation, estimated, isFree }: CallFacts,
): AttemptRecord {
  const counted = countedUsage(outcome);
  const usage = estimated === undefined ? counted : { ...estimated, ...counted };
  const charge = chargeOf(outcome, usage, operation, isFree);
  const { times } = outcome;
  const failure = outcome.kind === 'failed' ? outcome : undefined;
  // All fields at once, as in `exchangeRecord`.
  const record: Whole<AttemptRecord> = {
    exchangeId,
    n,
    endpointId: outcome.endpointId,
    startedAt: outcome.startedAt,
    queuedMs: call.queuedMs || undefined,
    backoffMs: call.backoffMs || undefined,
    dnsMs: times.dnsMs,
    tcpMs: times.tcpMs,
    tlsMs: times.tlsMs,
    streamed: call.streamed,
    sentMs: times.sentMs,
    firstByteMs: times.firstByteMs,
    firstEventMs: times.firstEventMs,
    longestSilenceMs: times.longestSilenceMs,
    totalMs: times.totalMs,
    result: outcome.kind === 'failed' ? outcome.cause : outcome.kind,
    status: outcome.status,
    phase: failure?.phase,
    endedBy: failure?.endedBy,
    silenceMs: failure?.silenceMs,
    chargeRisk: riskOf(outcome, operation, isFree),
    charge,
    usage: charge === 'estimated' ? usage : counted,
    costMicroUsd: costOf(charge, usage, priceFor(outcome.model, model, prices), protocol),
    detail: failure && detailOf(failure),
    timer: failure?.timer,
    headers: outcome.headers,
    said: outcome.said,
    upstreamRequestId: outcome.upstreamRequestId,
    modelAnswered: outcome.model,
    why: call.why,
  };
  return record as AttemptRecord;
}

/** A record with every field, those that are absent as undefined. */
type Whole<Type> = { -readonly [Name in keyof Required<Type>]: Type[Name] | undefined };

/** Of the model that answered, where it has a price: a relay may have taken another one than was asked. */
function priceFor(
  answered: string | undefined,
  asked: string | undefined,
  prices: PriceBook,
): Price | undefined {
  const ofAnswered = answered === undefined ? undefined : prices.priceOf(answered);
  return ofAnswered ?? (asked === undefined ? undefined : prices.priceOf(asked));
}

function costOf(
  charge: ChargeState,
  usage: Usage,
  price: Price | undefined,
  protocol: Protocol,
): number | undefined {
  if (charge === 'not-charged') return 0;
  return charge === 'unknown' || price === undefined ? undefined : costMicroUsd(usage, price, protocol);
}

const detailOf = ({ timer, detail }: Failed): string =>
  timer === undefined ? detail : `timer ${timer.name}: ${timer.ms} ms, set by ${timer.setBy}`;

/** Of an answer too: one that was given was certainly charged, unless it is of a kind that may be free. */
function riskOf(outcome: Outcome, operation: Operation, isFree: boolean): ChargeRisk {
  if (isFree) return 'none';
  if (operation === 'count-tokens' || outcome.kind === 'rejected') return 'none';
  if (outcome.kind === 'failed') return outcome.chargeRisk;
  return operation === 'generate' || hasTokens(outcome.usage) ? 'certain' : 'possible';
}

type OfAttempts =
  | 'usage'
  | 'charge'
  | 'costMicroUsd'
  | 'lostMicroUsd'
  | 'lostCalls'
  | 'savedMicroUsd'
  | 'savedCalls'
  | 'firstEventMs'
  | 'longestSilenceMs'
  | 'cause'
  | 'failed'
  | 'headers';

/** All there is to say of an exchange, but for what follows from its attempts. Undefined is the same as absent. */
export type ExchangeFacts = Whole<Omit<ExchangeRecord, OfAttempts>> &
  Pick<ExchangeRecord, 'id' | 'startedAt' | 'delivery'> & {
    readonly attempts: readonly AttemptRecord[];
    /** Status of the answer that its clients got. */
    readonly answerStatus: number | undefined;
    /** The request's, as they came. */
    readonly requestHeaders: Readonly<Record<string, string>>;
    /** Joined clients that got the whole answer: each would have paid for a call of its own. */
    readonly served: number;
  };

/** One exchange for the ledger: its attempts added up, and what was lost and saved. */
export function exchangeRecord(facts: ExchangeFacts): ExchangeRecord {
  const { attempts, served, delivery } = facts;
  const charge = totalCharge(attempts, delivery);
  const lostCalls = countLost(attempts, delivery);
  const answer = lastAnswer(attempts);
  const savedCalls = answer === undefined || answer.charge === 'not-charged' ? 0 : served;
  // All fields at once, absent ones as undefined, which JSON leaves out: spreads would cost 12 KB a record.
  const record: Whole<ExchangeRecord> = {
    id: facts.id,
    startedAt: facts.startedAt,
    endedAt: facts.endedAt,
    path: facts.path,
    protocol: facts.protocol,
    operation: facts.operation,
    stream: facts.stream,
    model: facts.model,
    effort: facts.effort,
    client: facts.client,
    listener: facts.listener,
    cluster: facts.cluster,
    scenario: facts.scenario,
    requestBytes: facts.requestBytes,
    status: facts.status,
    route: facts.route,
    attemptCount: facts.attemptCount,
    endpointId: facts.endpointId,
    firstEventMs: firstEventOf(attempts, facts.startedAt),
    longestSilenceMs: longestSilenceOf(attempts),
    cause: causeOf(attempts, facts),
    failed: isFailed(facts),
    throughEdge: facts.throughEdge,
    queuedMs: facts.queuedMs,
    backoffMs: facts.backoffMs,
    leftMs: facts.leftMs,
    leftSilentMs: facts.leftSilentMs,
    leftFate: facts.leftFate,
    clientPatienceMs: facts.clientPatienceMs,
    heartbeats: facts.heartbeats,
    headers: undefined,
    delivery,
    error: facts.error,
    joined: facts.joined,
    usage: attempts.length === 1 ? attempts[0]?.usage : totalUsage(attempts),
    charge,
    costMicroUsd: charge === 'unknown' ? undefined : knownCost(attempts),
    lostMicroUsd: lostCalls === 0 ? 0 : lostCost(attempts, delivery),
    lostCalls,
    savedMicroUsd: savedCalls === 0 ? 0 : times(answer?.costMicroUsd, savedCalls),
    savedCalls,
  };
  record.headers = keptHeaders(record as ExchangeRecord, facts.requestHeaders);
  return record as ExchangeRecord;
}

/**
 * What is known to have been paid; unknown where a charged attempt's cost is. Calls that only may have been charged
 * stand in `lostCalls`, without making the rest unknown.
 */
function knownCost(attempts: readonly AttemptRecord[]): number | undefined {
  let sum = 0;
  for (const { charge, costMicroUsd } of attempts) {
    if (charge !== 'charged' && charge !== 'estimated') continue;
    if (costMicroUsd === undefined) return undefined;
    sum += costMicroUsd;
  }
  return sum;
}

function countLost(attempts: readonly AttemptRecord[], delivery: Delivery): number {
  let count = 0;
  for (const attempt of attempts) if (attemptLost(attempt, delivery)) count += 1;
  return count;
}

/** Unknown as soon as that of one is. */
function lostCost(attempts: readonly AttemptRecord[], delivery: Delivery): number | undefined {
  let sum = 0;
  for (const attempt of attempts) {
    if (!attemptLost(attempt, delivery)) continue;
    if (attempt.costMicroUsd === undefined) return undefined;
    sum += attempt.costMicroUsd;
  }
  return sum;
}

function lastAnswer(attempts: readonly AttemptRecord[]): AttemptRecord | undefined {
  for (let at = attempts.length - 1; at >= 0; at -= 1)
    if (attempts[at]?.result === 'answered') return attempts[at];
  return undefined;
}

/** What is surer is the greater. */
const SURENESS: Readonly<Record<ChargeState, number>> = {
  'not-charged': 0,
  unknown: 1,
  estimated: 2,
  charged: 3,
};

/** The surest thing known. An exchange under way without attempts may yet be charged. */
function totalCharge(attempts: readonly AttemptRecord[], delivery: Delivery): ChargeState {
  let surest: ChargeState = delivery === 'running' || delivery === 'unknown' ? 'unknown' : 'not-charged';
  for (const { charge } of attempts) if (SURENESS[charge] > SURENESS[surest]) surest = charge;
  return surest;
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

const times = (value: number | undefined, n: number): number | undefined =>
  value === undefined ? undefined : value * n;
