import type { LedgerGrouping, LedgerQuery, LedgerSummary } from '../domain/ledger.ts';
import type { Row } from './ledger-columns.ts';
import { all, type Condition, TRUE, when, whenSet } from './ledger-conditions.ts';
import { dayOf, HOUR_MS, NO_SUMS, namedSums, SUM_COLUMNS, type Sums } from './ledger-shares.ts';
import { endpointSharesSql, wholeSharesSql } from './shares-sql.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** What days and hours add up to is kept by model, client, endpoint and loss: these alone can be asked for. */
export type SummaryQuery = Omit<LedgerQuery, 'limit' | 'failed' | 'slowMs' | 'cause'>;

const GROUP_COLUMN: Readonly<Record<LedgerGrouping, string>> = {
  model: 'model',
  endpoint: 'endpoint_id',
  client: 'client',
  day: 'day',
};

/** Whole days come from what they added up to; so do whole hours at both ends; what is left, from its rows. */
export function summaryOf(
  connection: SqliteDatabase,
  query: SummaryQuery,
  by?: LedgerGrouping,
): LedgerSummary[] {
  const { model, client, lost, endpointId } = query;
  const about = all(
    endpointsIn(query, by),
    when(model, 'model = ?'),
    when(client, 'client = ?'),
    whenSet(lost, 'lost = 1'),
  );
  const { days, hours, rows } = spanOf(query);
  const ofEndpoints = endpointId !== undefined || by === 'endpoint';
  const aboutRows = all(
    when(model, 'exchanges.model = ?'),
    when(client, 'exchanges.client = ?'),
    whenSet(lost, 'exchanges.lost_calls > 0'),
    when(endpointId, 'asked.endpoint_id = ?'),
  );
  const source = (from: string, { sql, values }: Condition) => ({
    sql: `select ${by === undefined ? `''` : GROUP_COLUMN[by]} as grouped, ${SUM_COLUMNS.join(', ')} from ${from}${sql}`,
    values,
  });
  const inRows = rows.map((row) => {
    const { sql, values } = all(row, aboutRows);
    return { sql: `(${ofEndpoints ? endpointSharesSql(sql) : wholeSharesSql(sql)})`, values };
  });
  const sources = [
    source('ledger_days where ', all(about, days)),
    ...hours.map((span) => source('ledger_hours where ', all(about, span))),
    ...inRows.map((span) => source('', span)),
  ];
  const sums = SUM_COLUMNS.map((column) => `sum(${column}) as ${column}`).join(', ');
  const found = connection
    .prepare(
      `select grouped, ${sums} from (${sources.map(({ sql }) => sql).join(' union all ')}) group by grouped`,
    )
    .all(...sources.flatMap(({ values }) => values)) as Row[];
  return summaries(
    found.map((row) => ({
      group: String(row.grouped),
      sums: namedSums(SUM_COLUMNS.map((column) => Number(row[column]))),
    })),
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

/** Days and hours that count whole, and what is left of hours at both ends. */
interface Span {
  readonly days: Condition;
  readonly hours: Condition[];
  readonly rows: Condition[];
}

function spanOf({ since, until }: SummaryQuery): Span {
  const first = since === undefined || isDayStart(since) ? undefined : dayOf(since);
  const last = until === undefined || isDayStart(until) ? undefined : dayOf(until);
  const days = all(
    since === undefined ? TRUE : when(dayOf(since), first === undefined ? 'day >= ?' : 'day > ?'),
    until === undefined ? TRUE : when(dayOf(until), 'day < ?'),
  );
  const span: Span = { days, hours: [], rows: [] };
  if (since !== undefined && first !== undefined)
    addPart(span, first, since, Math.min(until ?? Number.MAX_VALUE, hourAfter(since + DAY_MAX_MS)));
  if (until !== undefined && last !== undefined && last !== first)
    addPart(span, last, Math.max(since ?? 0, hourAfter(until - DAY_MAX_MS)), until);
  return span;
}

/** No day is longer, whatever its clocks do. */
const DAY_MAX_MS = 26 * HOUR_MS;

const hourAfter = (at: number) => Math.ceil(at / HOUR_MS) * HOUR_MS;

/**
 * The part of a day from one instant to another. The instants keep the search to its hours and rows: the label alone
 * has no index. An hour in which a day ends stands twice, once with each day.
 */
function addPart({ hours, rows }: Span, day: string, from: number, to: number): void {
  const [firstHour, lastHour] = [Math.ceil(from / HOUR_MS), Math.floor(to / HOUR_MS)];
  if (firstHour < lastHour)
    hours.push({ sql: 'hour >= ? and hour < ? and day = ?', values: [firstHour, lastHour, day] });
  const inRows = (start: number, end: number) => {
    if (start >= end) return;
    const sql = 'exchanges.started_at >= ? and exchanges.started_at < ? and exchanges.day = ?';
    rows.push({ sql, values: [start, end, day] });
  };
  inRows(from, Math.min(to, firstHour * HOUR_MS));
  if (firstHour <= lastHour) inRows(lastHour * HOUR_MS, to);
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
