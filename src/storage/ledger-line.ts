import type { AttemptRecord, ExchangeRecord } from '../domain/ledger.ts';
import { attemptLost } from './lost.ts';

/** An attempt that has begun and is not closed. */
export interface BegunAttempt {
  readonly exchangeId: string;
  readonly n: number;
  readonly endpointId: string;
  readonly startedAt: number;
  readonly why: string;
}

/**
 * One write to the ledger, as it stands in the intents file and goes to the storage thread: a line of JSON with one
 * part, or with the exchange and the attempt that begins or ends with it. All its parts are of one exchange.
 */
export interface LedgerLine {
  readonly exchange?: ExchangeRecord;
  readonly begun?: BegunAttempt;
  readonly attempt?: AttemptRecord;
}

/** All that is on record of one exchange. The maps go by `n`. */
export interface KnownExchange {
  readonly exchange?: ExchangeRecord;
  readonly attempts: ReadonlyMap<number, AttemptRecord>;
  readonly begun: ReadonlyMap<number, BegunAttempt>;
}

export const NOTHING_KNOWN: KnownExchange = { attempts: new Map(), begun: new Map() };

/** The exchange a line is about. */
export function exchangeIdOf({ exchange, begun, attempt }: LedgerLine): string {
  return exchange?.id ?? begun?.exchangeId ?? attempt?.exchangeId ?? '';
}

/** What is known once a line is added. Lines may come twice, as long as they come in order. */
export function withLine(known: KnownExchange, { exchange, begun, attempt }: LedgerLine): KnownExchange {
  let next = exchange === undefined ? known : { ...known, exchange };
  if (begun !== undefined && !next.attempts.has(begun.n))
    next = { ...next, begun: new Map(next.begun).set(begun.n, begun) };
  if (attempt === undefined) return next;
  const others = new Map(next.begun);
  others.delete(attempt.n);
  return { ...next, attempts: new Map(next.attempts).set(attempt.n, attempt), begun: others };
}

/** A line read back. Undefined: torn by a crash, or none of ours. */
export function parseLine(text: string): LedgerLine | undefined {
  try {
    const line = JSON.parse(text) as LedgerLine;
    return isComplete(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

/** What is computed with before the database has looked at it; the rest is checked by the columns. */
function isComplete({ exchange, begun, attempt }: LedgerLine): boolean {
  const ids = [exchange?.id, begun?.exchangeId, attempt?.exchangeId].filter((id) => id !== undefined);
  return (
    ids.length > 0 &&
    ids.every((id) => typeof id === 'string' && id === ids[0]) &&
    (exchange === undefined || (Number.isFinite(exchange.startedAt) && isObject(exchange.usage))) &&
    (begun === undefined || Number.isInteger(begun.n)) &&
    (attempt === undefined || (Number.isInteger(attempt.n) && isObject(attempt.usage)))
  );
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/**
 * What a crash left open, closed: the exchange and its open attempts are `unknown`, "possibly charged". An exchange
 * that was over stays as it was. Counting tokens is free, so that such a call lost nothing.
 */
export function closedByCrash(known: KnownExchange): KnownExchange {
  const { exchange } = known;
  if (exchange?.delivery !== 'running') return known;
  const free = exchange.operation === 'count-tokens';
  const attempts = new Map(known.attempts);
  for (const begun of known.begun.values()) attempts.set(begun.n, crashedAttempt(begun, free));
  const all = [...attempts.values()].sort((a, b) => a.n - b.n);
  const lost = all.filter((attempt) => attemptLost(attempt, 'unknown'));
  const last = all.at(-1);
  const failure = all.findLast(({ result }) => !NO_FAILURES.includes(result));
  const { lostMicroUsd: _unknown, ...kept } = exchange;
  return {
    exchange: {
      ...kept,
      delivery: 'unknown',
      failed: true,
      attemptCount: all.length,
      ...(last === undefined ? {} : { endpointId: last.endpointId }),
      ...(failure === undefined ? {} : { cause: failure.result }),
      charge: free ? 'not-charged' : 'unknown',
      lostCalls: free ? 0 : Math.max(1, lost.length),
    },
    attempts,
    begun: new Map(),
  };
}

const NO_FAILURES: readonly AttemptRecord['result'][] = ['answered', 'rejected', 'cancelled'];

function crashedAttempt(
  { exchangeId, n, endpointId, startedAt, why }: BegunAttempt,
  free: boolean,
): AttemptRecord {
  return {
    exchangeId,
    n,
    endpointId,
    startedAt,
    longestSilenceMs: 0,
    totalMs: 0,
    result: 'reset',
    chargeRisk: free ? 'none' : 'likely',
    charge: free ? 'not-charged' : 'unknown',
    usage: {},
    detail: 'The gateway ended before this attempt did.',
    why,
  };
}
