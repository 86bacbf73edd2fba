import type { AttemptRecord, ExchangeRecord, LedgerSummary } from '../domain/ledger.ts';
import type { KnownExchange } from './ledger-line.ts';
import { attemptLost } from './lost.ts';

/** What is added up: a summary without its group. */
export type Sums = Omit<LedgerSummary, 'group'>;

export const SUM_NAMES = [
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

/** What one exchange adds to the sums of one group. */
export interface Share {
  /** Empty: the exchange as a whole. */
  readonly endpointId: string;
  /** Local calendar day of its start, `YYYY-MM-DD`. */
  readonly day: string;
  readonly model: string;
  readonly client: string;
  readonly lost: 0 | 1;
  readonly sums: Sums;
}

/** `a + times · b`. */
export function addSums(a: Sums, b: Sums, times = 1): Sums {
  const sums: Record<keyof Sums, number> = { ...a };
  for (const name of SUM_NAMES) sums[name] += times * b[name];
  return sums;
}

/** The local calendar day of an instant, `YYYY-MM-DD`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What an exchange adds to the sums: one share as a whole, and one for each endpoint it asked. */
export function sharesOf({ exchange, attempts, begun }: KnownExchange): Share[] {
  if (exchange === undefined) return [];
  const about = {
    day: dayOf(exchange.startedAt),
    model: exchange.model ?? '',
    client: exchange.client,
    lost: exchange.lostCalls > 0 ? 1 : 0,
  } as const;
  const endpointOf = new Map<number, string>();
  for (const { n, endpointId } of begun.values()) endpointOf.set(n, endpointId);
  for (const { n, endpointId } of attempts.values()) endpointOf.set(n, endpointId);
  const lastEndpoint = endpointOf.get(Math.max(...endpointOf.keys()));
  const shares: Share[] = [{ ...about, endpointId: '', sums: wholeSums(exchange, endpointOf.size) }];
  for (const endpointId of new Set(endpointOf.values())) {
    const there = [...attempts.values()].filter((attempt) => attempt.endpointId === endpointId);
    const begunThere = [...endpointOf.values()].filter((id) => id === endpointId).length;
    const sums = endpointSums(exchange, there, begunThere, endpointId === lastEndpoint);
    shares.push({ ...about, endpointId, sums });
  }
  return shares;
}

function wholeSums(exchange: ExchangeRecord, attempts: number): Sums {
  const { delivery, usage, charge, costMicroUsd, lostCalls, savedCalls } = exchange;
  return {
    exchanges: 1,
    attempts,
    delivered: delivery === 'delivered' ? 1 : 0,
    inputTokens: promptTokens(exchange, usage),
    outputTokens: usage.outputTokens ?? 0,
    costMicroUsd: costMicroUsd ?? 0,
    unknownCost: costMicroUsd === undefined && charge !== 'not-charged' && delivery !== 'running' ? 1 : 0,
    lostMicroUsd: exchange.lostMicroUsd ?? 0,
    lostCalls,
    savedMicroUsd: exchange.savedMicroUsd ?? 0,
    savedCalls,
  };
}

function endpointSums(
  exchange: ExchangeRecord,
  attempts: readonly AttemptRecord[],
  begun: number,
  last: boolean,
): Sums {
  let sums: Sums = { ...NO_SUMS, exchanges: 1, attempts: begun };
  for (const attempt of attempts) {
    const lost = attemptLost(attempt, exchange.delivery);
    sums = addSums(sums, {
      ...NO_SUMS,
      inputTokens: promptTokens(exchange, attempt.usage),
      outputTokens: attempt.usage.outputTokens ?? 0,
      costMicroUsd: attempt.costMicroUsd ?? 0,
      lostMicroUsd: lost ? (attempt.costMicroUsd ?? 0) : 0,
      lostCalls: lost ? 1 : 0,
    });
  }
  const unknown = attempts.some(
    ({ charge, costMicroUsd }) => charge !== 'not-charged' && costMicroUsd === undefined,
  );
  return {
    ...sums,
    delivered: last && exchange.delivery === 'delivered' ? 1 : 0,
    unknownCost: unknown && exchange.delivery !== 'running' ? 1 : 0,
    savedMicroUsd: last ? (exchange.savedMicroUsd ?? 0) : 0,
    savedCalls: last ? exchange.savedCalls : 0,
  };
}

/** Messages counts cached parts of the prompt beside `inputTokens`, the OpenAI protocols within them. */
function promptTokens({ protocol }: ExchangeRecord, usage: ExchangeRecord['usage']): number {
  const input = usage.inputTokens ?? 0;
  if (protocol !== 'anthropic-messages') return input;
  return input + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
}
