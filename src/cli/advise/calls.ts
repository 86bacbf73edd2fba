import type { AttemptRecord, ExchangeRecord, LedgerEntry } from '../../domain/ledger.ts';
import type { Evidence, LostMoney, Tally } from './finding.ts';

/** One upstream call of a generation request, with the request it was made for. */
export interface Call {
  readonly exchange: ExchangeRecord;
  readonly attempt: AttemptRecord;
}

export function callsOf(entries: readonly LedgerEntry[]): readonly Call[] {
  return entries
    .filter(({ exchange }) => exchange.operation === 'generate')
    .flatMap(({ exchange, attempts }) => attempts.map((attempt) => ({ exchange, attempt })));
}

export const modelOf = ({ model }: ExchangeRecord): string => model ?? '?';

/** The numbers of a finding; `of` is the time it is about, in ms. */
export function evidenceOf(calls: readonly Call[], of: (call: Call) => number): Evidence {
  return evidenceFrom(
    calls.map(({ exchange }) => exchange),
    calls.map(of),
  );
}

export function evidenceFrom(exchanges: readonly ExchangeRecord[], times: readonly number[]): Evidence {
  return {
    calls: exchanges.length,
    leastMs: Math.min(...times),
    mostMs: Math.max(...times),
    models: tally(exchanges.map(modelOf)),
    clients: tally(exchanges.map(({ client }) => client)),
  };
}

function tally(names: readonly string[]): readonly Tally[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** What these failed calls cost, or may have cost. */
export function lostIn(calls: readonly Call[]): LostMoney {
  const paid = calls.filter(({ attempt }) => attempt.charge !== 'not-charged');
  const known = paid.flatMap(({ attempt }) => attempt.costMicroUsd ?? []);
  return {
    calls: paid.length,
    microUsd: known.reduce((sum, cost) => sum + cost, 0),
    unknown: paid.length - known.length,
  };
}

/** Calls by the text that `key` gives, in the order in which the texts come first. */
export function groupBy(
  calls: readonly Call[],
  key: (call: Call) => string | undefined,
): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const name = key(call);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(call);
    else groups.set(name, [call]);
  }
  return groups;
}

/** Edges cut to within a second; a proxy's timer wheel adds some. */
const STEADY_MS = 3_000;
const STEADY_SHARE = 0.1;

/** Whether two times may come from one timer. */
export const alike = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(STEADY_MS, STEADY_SHARE * Math.max(a, b));

/**
 * The largest set of things whose times are alike: what one timer did. Empty where fewer than `least` are. Of equally
 * large ones the shortest, which is the one that cuts first.
 */
export function steady<T>(things: readonly T[], timeOf: (thing: T) => number, least: number): readonly T[] {
  const sorted = [...things].sort((a, b) => timeOf(a) - timeOf(b));
  let best: readonly T[] = [];
  let from = 0;
  for (let to = 0; to < sorted.length; to += 1) {
    while (!alike(timeOf(sorted[from] as T), timeOf(sorted[to] as T))) from += 1;
    if (to - from + 1 > best.length) best = sorted.slice(from, to + 1);
  }
  return best.length >= least ? best : [];
}

/** As the config has it: whole seconds rounded down, so that the limit is below what was seen; or ms. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.floor(ms)}ms`;
  return `${Math.floor(ms / 1_000)}s`;
}

/** The same in ms. */
export const flooredMs = (ms: number): number => (ms < 1_000 ? Math.floor(ms) : ms - (ms % 1_000));
