import type { LedgerGrouping, LedgerQuery, LedgerSummary } from '../domain/ledger.ts';
import { all, type Condition, TRUE, when, whenSet } from './ledger-conditions.ts';
import type { Row } from './ledger-rows.ts';
import { dayOf, NO_SUMS, SUM_NAMES, type Sums } from './ledger-shares.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** What days add up to is kept by model, client, endpoint and loss: these alone can be asked for. */
export type SummaryQuery = Omit<LedgerQuery, 'limit' | 'failed' | 'slowMs' | 'cause'>;

/** The columns of sums, in the order of `SUM_NAMES`. */
export const SUM_COLUMNS = SUM_NAMES.map((name) =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
);

const GROUP_COLUMN: Readonly<Record<LedgerGrouping, string>> = {
  model: 'model',
  endpoint: 'endpoint_id',
  client: 'client',
  day: 'day',
};

/** Whole days come from what they added up to, the parts of days at both ends from their exchanges. */
export function summaryOf(
  connection: SqliteDatabase,
  query: SummaryQuery,
  by?: LedgerGrouping,
): LedgerSummary[] {
  const { model, client, lost } = query;
  const about = all(
    endpointsIn(query, by),
    when(model, 'model = ?'),
    when(client, 'client = ?'),
    whenSet(lost, 'lost = 1'),
  );
  const { days, edges } = spanOf(query);
  const group = by === undefined ? `''` : GROUP_COLUMN[by];
  const inDays = all(about, days);
  const parts = edges.map((edge) => all(about, edge));
  const sources = [
    `select ${group} as grouped, ${SUM_COLUMNS.join(', ')} from ledger_days where ${inDays.sql}`,
    ...parts.map(
      ({ sql }) => `select ${group} as grouped, ${SUM_COLUMNS.join(', ')} from exchange_shares where ${sql}`,
    ),
  ];
  const sums = SUM_COLUMNS.map((column) => `sum(${column}) as ${column}`).join(', ');
  const rows = connection
    .prepare(`select grouped, ${sums} from (${sources.join(' union all ')}) group by grouped`)
    .all(...inDays.values, ...parts.flatMap(({ values }) => values)) as Row[];
  return summaries(
    rows.map((row) => ({ group: String(row.grouped), sums: readSums(row) })),
    by,
  );
}

/** By endpoint, or of one: its shares. Else those of exchanges as wholes. */
function endpointsIn({ endpointId }: SummaryQuery, by?: LedgerGrouping): Condition {
  if (endpointId !== undefined) return { sql: 'endpoint_id = ?', values: [endpointId] };
  if (by !== 'endpoint') return { sql: `endpoint_id = ''`, values: [] };
  // Each by name, so that the shares' own order by endpoint and time can be used.
  return {
    sql: `endpoint_id in (select distinct endpoint_id from ledger_days where endpoint_id > '')`,
    values: [],
  };
}

function readSums(row: Row): Sums {
  const sums: Record<keyof Sums, number> = { ...NO_SUMS };
  for (const [index, name] of SUM_NAMES.entries()) sums[name] = Number(row[SUM_COLUMNS[index] ?? '']);
  return sums;
}

/** Days that count whole, and the instants at both ends that are parts of days. */
function spanOf({ since, until }: SummaryQuery): { days: Condition; edges: Condition[] } {
  const first = since === undefined || isDayStart(since) ? undefined : dayOf(since);
  const last = until === undefined || isDayStart(until) ? undefined : dayOf(until);
  const days = all(
    since === undefined ? TRUE : when(dayOf(since), first === undefined ? 'day >= ?' : 'day > ?'),
    until === undefined ? TRUE : when(dayOf(until), 'day < ?'),
  );
  const edges: Condition[] = [];
  if (since !== undefined && first !== undefined)
    edges.push(partOf(first, since, Math.min(until ?? Number.MAX_VALUE, since + DAY_MAX_MS)));
  if (until !== undefined && last !== undefined && last !== first)
    edges.push(partOf(last, Math.max(since ?? 0, until - DAY_MAX_MS), until));
  return { days, edges };
}

/** No day is longer, whatever its clocks do. */
const DAY_MAX_MS = 26 * 3_600_000;

/** The instants keep the search to about one day's rows: the label alone has no index. */
function partOf(day: string, from: number, to: number): Condition {
  return { sql: 'started_at >= ? and started_at < ? and day = ?', values: [from, to, day] };
}

const isDayStart = (at: number) => dayOf(at) !== dayOf(at - 1);

/** In the order people are shown them. Without a grouping: one row, of zeros where there is nothing. */
export function summaries(
  groups: readonly { readonly group: string; readonly sums: Sums }[],
  by?: LedgerGrouping,
): LedgerSummary[] {
  if (by === undefined) return [{ ...(groups[0]?.sums ?? NO_SUMS) }];
  const rows = groups.filter(({ sums }) => sums.exchanges > 0).map(({ group, sums }) => ({ group, ...sums }));
  const byName = (a: { group: string }, b: { group: string }) => (a.group < b.group ? -1 : 1);
  if (by === 'day') return rows.sort((a, b) => byName(b, a));
  return rows.sort((a, b) => b.costMicroUsd - a.costMicroUsd || byName(a, b));
}
