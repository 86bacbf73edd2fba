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

/** One write to the ledger, as it stands in the intents file and goes to the storage thread: a line of JSON. */
export type LedgerLine =
  | { readonly exchange: ExchangeRecord }
  | { readonly begun: BegunAttempt }
  | { readonly attempt: AttemptRecord };

/** All that is on record of one exchange. The maps go by `n`. */
export interface KnownExchange {
  readonly exchange?: ExchangeRecord;
  readonly attempts: ReadonlyMap<number, AttemptRecord>;
  readonly begun: ReadonlyMap<number, BegunAttempt>;
}

export const NOTHING_KNOWN: KnownExchange = { attempts: new Map(), begun: new Map() };

/** The exchange a line is about. */
export function exchangeIdOf(line: LedgerLine): string {
  if ('exchange' in line) return line.exchange.id;
  return 'begun' in line ? line.begun.exchangeId : line.attempt.exchangeId;
}

/** What is known once a line is added. Lines may come twice, as long as they come in order. */
export function withLine(known: KnownExchange, line: LedgerLine): KnownExchange {
  if ('exchange' in line) return { ...known, exchange: line.exchange };
  if ('begun' in line) {
    if (known.attempts.has(line.begun.n)) return known;
    return { ...known, begun: new Map(known.begun).set(line.begun.n, line.begun) };
  }
  const begun = new Map(known.begun);
  begun.delete(line.attempt.n);
  return { ...known, attempts: new Map(known.attempts).set(line.attempt.n, line.attempt), begun };
}

/** A line read back. Undefined: torn by a crash, or none of ours. */
export function parseLine(text: string): LedgerLine | undefined {
  try {
    const line = JSON.parse(text) as LedgerLine;
    return typeof exchangeIdOf(line) === 'string' && isComplete(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

/** What is computed with before the database has looked at it; the rest is checked by the columns. */
function isComplete(line: LedgerLine): boolean {
  if ('exchange' in line) return Number.isFinite(line.exchange.startedAt) && isObject(line.exchange.usage);
  if ('begun' in line) return Number.isInteger(line.begun.n);
  return Number.isInteger(line.attempt.n) && isObject(line.attempt.usage);
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
  const lost = [...attempts.values()].filter((attempt) => attemptLost(attempt, 'unknown'));
  const { lostMicroUsd: _unknown, ...kept } = exchange;
  return {
    exchange: {
      ...kept,
      delivery: 'unknown',
      charge: free ? 'not-charged' : 'unknown',
      lostCalls: free ? 0 : Math.max(1, lost.length),
    },
    attempts,
    begun: new Map(),
  };
}

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
