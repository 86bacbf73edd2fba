import type { LedgerSummary } from '../domain/ledger.ts';
import { A, type HeldExchange, isLost, X } from './held-exchange.ts';
import type { Value } from './ledger-columns.ts';

/** What is added up: a summary without its group. */
export type Sums = Omit<LedgerSummary, 'group'>;

/** In the order in which sums stand as plain numbers, and as columns. */
const SUM_NAMES = [
  'exchanges',
  'attempts',
  'delivered',
  'inputTokens',
  'outputTokens',
  'costMicroUsd',
  'unknownCost',
  'lostMicroUsd',
  'lostCalls',
  'savedMicroUsd',
  'savedCalls',
] as const satisfies readonly (keyof Sums)[];

/** The columns of sums, in the order of `SUM_NAMES`. */
export const SUM_COLUMNS = SUM_NAMES.map((name) =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
);

export const NO_SUMS: Sums = {
  exchanges: 0,
  attempts: 0,
  delivered: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicroUsd: 0,
  unknownCost: 0,
  lostMicroUsd: 0,
  lostCalls: 0,
  savedMicroUsd: 0,
  savedCalls: 0,
};

/** Sums by their names. */
export function namedSums(numbers: readonly number[]): Sums {
  const sums: Record<keyof Sums, number> = { ...NO_SUMS };
  for (const [index, name] of SUM_NAMES.entries()) sums[name] = numbers[index] ?? 0;
  return sums;
}

/** What the sums of an exchange are kept by, but for the endpoint. */
export interface ShareAbout {
  /** Of its start, in whole hours since the epoch. */
  readonly hour: number;
  /** Local calendar day of its start, `YYYY-MM-DD`. */
  readonly day: string;
  readonly model: string;
  readonly client: string;
  readonly lost: 0 | 1;
}

/** What one exchange adds to the sums of one group. */
export interface Share {
  readonly about: ShareAbout;
  /** Empty: the exchange as a whole. */
  readonly endpointId: string;
  /** In the order of `SUM_NAMES`. */
  readonly sums: readonly number[];
}

export const HOUR_MS = 3_600_000;
/** No time zone begins its day at another part of an hour. */
const QUARTER_MS = 900_000;

let lastQuarter = Number.NaN;
let lastDay = '';

/** The local calendar day of an instant, `YYYY-MM-DD`. The last one is remembered: most rows are of one time. */
export function dayOf(at: number): string {
  const quarter = Math.floor(at / QUARTER_MS);
  if (quarter === lastQuarter) return lastDay;
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  lastDay = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  lastQuarter = quarter;
  return lastDay;
}

/**
 * What an exchange adds to the sums: one share as a whole, and one for each endpoint it asked. `sharesSql` says the
 * same of rows.
 */
export function sharesOf({ exchange, attempts }: HeldExchange): Share[] {
  if (exchange === undefined) return [];
  const startedAt = Number(exchange[X.startedAt]);
  const about: ShareAbout = {
    hour: Math.floor(startedAt / HOUR_MS),
    day: dayOf(startedAt),
    model: String(exchange[X.model] ?? ''),
    client: String(exchange[X.client]),
    lost: number(exchange[X.lostCalls]) > 0 ? 1 : 0,
  };
  const shares: Share[] = [{ about, endpointId: '', sums: wholeSums(exchange, attempts.length) }];
  const last = attempts.at(-1)?.[A.endpointId];
  if (attempts.length === 1)
    shares.push({ about, endpointId: String(last), sums: endpointSums(exchange, attempts, true) });
  else
    for (const endpointId of new Set(attempts.map((attempt) => attempt[A.endpointId]))) {
      const there = attempts.filter((attempt) => attempt[A.endpointId] === endpointId);
      const sums = endpointSums(exchange, there, endpointId === last);
      shares.push({ about, endpointId: String(endpointId), sums });
    }
  return shares;
}

const number = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);

/** In the order of `SUM_NAMES`. */
function wholeSums(exchange: readonly Value[], attempts: number): number[] {
  const delivery = exchange[X.delivery];
  const unknown =
    exchange[X.costMicroUsd] === null && exchange[X.charge] !== 'not-charged' && delivery !== 'running';
  const prompt =
    number(exchange[X.inputTokens]) +
    cachedTokens(exchange, exchange[X.cacheReadTokens], exchange[X.cacheWriteTokens]);
  return [
    1,
    attempts,
    delivery === 'delivered' ? 1 : 0,
    prompt,
    number(exchange[X.outputTokens]),
    number(exchange[X.costMicroUsd]),
    unknown ? 1 : 0,
    number(exchange[X.lostMicroUsd]),
    number(exchange[X.lostCalls]),
    number(exchange[X.savedMicroUsd]),
    number(exchange[X.savedCalls]),
  ];
}

/** In the order of `SUM_NAMES`. An attempt under way counts as one, and adds nothing else. */
function endpointSums(exchange: readonly Value[], attempts: readonly Value[][], last: boolean): number[] {
  const delivery = exchange[X.delivery] ?? null;
  let [input, output, cost, unknown, lostCost, lostCalls] = [0, 0, 0, 0, 0, 0];
  for (const attempt of attempts) {
    if (attempt[A.result] === null) continue;
    input +=
      number(attempt[A.inputTokens]) +
      cachedTokens(exchange, attempt[A.cacheReadTokens], attempt[A.cacheWriteTokens]);
    output += number(attempt[A.outputTokens]);
    cost += number(attempt[A.costMicroUsd]);
    if (attempt[A.charge] !== 'not-charged' && attempt[A.costMicroUsd] === null) unknown = 1;
    if (!isLost(attempt, delivery)) continue;
    lostCost += number(attempt[A.costMicroUsd]);
    lostCalls += 1;
  }
  return [
    1,
    attempts.length,
    last && delivery === 'delivered' ? 1 : 0,
    input,
    output,
    cost,
    delivery === 'running' ? 0 : unknown,
    lostCost,
    lostCalls,
    last ? number(exchange[X.savedMicroUsd]) : 0,
    last ? number(exchange[X.savedCalls]) : 0,
  ];
}

/** Messages counts cached parts of the prompt beside `inputTokens`, the OpenAI protocols within them. */
function cachedTokens(
  exchange: readonly Value[],
  read: Value | undefined,
  written: Value | undefined,
): number {
  return exchange[X.protocol] === 'anthropic-messages' ? number(read) + number(written) : 0;
}
