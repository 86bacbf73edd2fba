import type { AttemptRecord, Delivery } from '../domain/ledger.ts';
import { ATTEMPT, CLOSING, EXCHANGE, OPENING, placeOf, type Value } from './ledger-columns.ts';
import type { BegunAttempt, LedgerLine } from './ledger-line.ts';
import { attemptLost } from './lost.ts';

/** Where the values that are computed with stand in a row of `exchanges`… */
export const X = {
  id: placeOf(EXCHANGE, 'id'),
  startedAt: placeOf(EXCHANGE, 'started_at'),
  protocol: placeOf(EXCHANGE, 'protocol'),
  operation: placeOf(EXCHANGE, 'operation'),
  model: placeOf(EXCHANGE, 'model'),
  client: placeOf(EXCHANGE, 'client'),
  endedAt: placeOf(EXCHANGE, 'ended_at'),
  failed: placeOf(EXCHANGE, 'failed'),
  cause: placeOf(EXCHANGE, 'cause'),
  delivery: placeOf(EXCHANGE, 'delivery'),
  charge: placeOf(EXCHANGE, 'charge'),
  lostCalls: placeOf(EXCHANGE, 'lost_calls'),
  lostMicroUsd: placeOf(EXCHANGE, 'lost_micro_usd'),
  savedCalls: placeOf(EXCHANGE, 'saved_calls'),
  savedMicroUsd: placeOf(EXCHANGE, 'saved_micro_usd'),
  costMicroUsd: placeOf(EXCHANGE, 'cost_micro_usd'),
  inputTokens: placeOf(EXCHANGE, 'input_tokens'),
  outputTokens: placeOf(EXCHANGE, 'output_tokens'),
  cacheReadTokens: placeOf(EXCHANGE, 'cache_read_tokens'),
  cacheWriteTokens: placeOf(EXCHANGE, 'cache_write_tokens'),
  attemptCount: placeOf(EXCHANGE, 'attempt_count'),
  endpointId: placeOf(EXCHANGE, 'endpoint_id'),
} as const;

/** …and of `attempts`. */
export const A = {
  exchangeId: placeOf(ATTEMPT, 'exchange_id'),
  n: placeOf(ATTEMPT, 'n'),
  endpointId: placeOf(ATTEMPT, 'endpoint_id'),
  startedAt: placeOf(ATTEMPT, 'started_at'),
  result: placeOf(ATTEMPT, 'result'),
  charge: placeOf(ATTEMPT, 'charge'),
  chargeRisk: placeOf(ATTEMPT, 'charge_risk'),
  costMicroUsd: placeOf(ATTEMPT, 'cost_micro_usd'),
  inputTokens: placeOf(ATTEMPT, 'input_tokens'),
  outputTokens: placeOf(ATTEMPT, 'output_tokens'),
  cacheReadTokens: placeOf(ATTEMPT, 'cache_read_tokens'),
  cacheWriteTokens: placeOf(ATTEMPT, 'cache_write_tokens'),
  longestSilenceMs: placeOf(ATTEMPT, 'longest_silence_ms'),
  totalMs: placeOf(ATTEMPT, 'total_ms'),
  detail: placeOf(ATTEMPT, 'detail'),
  why: placeOf(ATTEMPT, 'why'),
} as const;

const C = {
  delivery: placeOf(CLOSING, 'delivery'),
  throughEdge: placeOf(CLOSING, 'through_edge'),
  joined: placeOf(CLOSING, 'joined'),
  charge: placeOf(CLOSING, 'charge'),
  lostCalls: placeOf(CLOSING, 'lost_calls'),
  savedCalls: placeOf(CLOSING, 'saved_calls'),
  attemptCount: placeOf(CLOSING, 'attempt_count'),
  endpointId: placeOf(CLOSING, 'endpoint_id'),
} as const;

/**
 * All that is on record of one exchange, as its rows hold it. An attempt under way is a row without a result. What no
 * exchange was opened for is not put on record.
 */
export interface HeldExchange {
  exchange: Value[] | undefined;
  /** In order of `n`. */
  readonly attempts: Value[][];
}

export const nothingHeld = (): HeldExchange => ({ exchange: undefined, attempts: [] });

export const isRunning = ({ exchange }: HeldExchange): boolean => exchange?.[X.delivery] === 'running';

/** Adds a line. Lines may come twice, as long as they come in order. */
export function addLine(held: HeldExchange, line: LedgerLine): void {
  switch (line.kind) {
    case 'opened':
      held.exchange = openedRow(line);
      if (line.first) putBegun(held, { exchangeId: line.id, n: 1, ...line.first });
      return;
    case 'whole':
      held.exchange = line.exchange;
      return;
    case 'closed':
      if (held.exchange !== undefined)
        held.exchange = held.exchange.slice(0, OPENING.length).concat(line.closing);
      return;
    case 'begun':
      if (held.exchange !== undefined) putBegun(held, line.begun);
      return;
    case 'attempt':
      if (held.exchange !== undefined) putAttempt(held, line.attempt);
      return;
    case 'crashed':
      closeCrashed(held);
  }
}

function openedRow({ opening, throughEdge, first }: LedgerLine & { kind: 'opened' }): Value[] {
  const closing: Value[] = new Array(CLOSING.length).fill(null);
  closing[C.delivery] = 'running';
  closing[C.throughEdge] = throughEdge;
  closing[C.charge] = 'unknown';
  closing[C.joined] = 0;
  closing[C.lostCalls] = 0;
  closing[C.savedCalls] = 0;
  closing[C.attemptCount] = first === undefined ? null : 1;
  closing[C.endpointId] = first?.endpointId ?? null;
  return opening.concat(closing);
}

function putAttempt({ attempts }: HeldExchange, values: Value[]): void {
  const n = Number(values[A.n]);
  const at = attempts.findIndex((other) => Number(other[A.n]) >= n);
  if (at < 0) attempts.push(values);
  else attempts.splice(at, attempts[at]?.[A.n] === n ? 1 : 0, values);
}

function putBegun(held: HeldExchange, begun: BegunAttempt): void {
  const closed = held.attempts.some((attempt) => attempt[A.n] === begun.n && attempt[A.result] !== null);
  if (!closed) putAttempt(held, begunRow(begun));
}

function begunRow({ exchangeId, n, endpointId, startedAt, why }: BegunAttempt): Value[] {
  const row: Value[] = new Array(ATTEMPT.length).fill(null);
  row[A.exchangeId] = exchangeId;
  row[A.n] = n;
  row[A.endpointId] = endpointId;
  row[A.startedAt] = startedAt;
  row[A.longestSilenceMs] = 0;
  row[A.totalMs] = 0;
  row[A.chargeRisk] = 'likely';
  row[A.charge] = 'unknown';
  row[A.why] = why;
  return row;
}

/**
 * What a crash left open, closed: the exchange and its open attempts are `unknown`, "possibly charged". An exchange
 * that was over stays as it was. Counting tokens is free, so that such a call lost nothing.
 */
function closeCrashed(held: HeldExchange): void {
  if (!isRunning(held)) return;
  const exchange = (held.exchange ?? []).slice();
  const free = exchange[X.operation] === 'count-tokens';
  const { attempts } = held;
  for (const [index, attempt] of attempts.entries())
    if (attempt[A.result] === null) attempts[index] = crashedAttempt(attempt, free);
  const lost = attempts.filter((attempt) => isLost(attempt, 'unknown'));
  const last = attempts.at(-1);
  const failure = attempts.findLast((attempt) => !NO_FAILURES.includes(attempt[A.result] ?? null));
  exchange[X.delivery] = 'unknown';
  exchange[X.failed] = 1;
  exchange[X.attemptCount] = attempts.length;
  if (last !== undefined) exchange[X.endpointId] = last[A.endpointId] ?? null;
  if (failure !== undefined) exchange[X.cause] = failure[A.result] ?? null;
  exchange[X.charge] = free ? 'not-charged' : 'unknown';
  exchange[X.lostCalls] = free ? 0 : Math.max(1, lost.length);
  exchange[X.lostMicroUsd] = null;
  held.exchange = exchange;
}

const NO_FAILURES: readonly Value[] = ['answered', 'rejected', 'cancelled'];

function crashedAttempt(begun: readonly Value[], free: boolean): Value[] {
  const row = begun.slice();
  row[A.result] = 'reset';
  row[A.chargeRisk] = free ? 'none' : 'likely';
  row[A.charge] = free ? 'not-charged' : 'unknown';
  row[A.detail] = 'The gateway ended before this attempt did.';
  return row;
}

/** Whether a closed attempt was, or probably was, charged for nothing. */
export function isLost(attempt: readonly Value[], delivery: Value): boolean {
  const about = { result: attempt[A.result], charge: attempt[A.charge], chargeRisk: attempt[A.chargeRisk] };
  return attemptLost(about as AttemptRecord, delivery as Delivery);
}
