import type {
  AttemptRecord,
  AttemptsQuery,
  ExchangeRecord,
  LedgerPoint,
  LedgerQuery,
} from '../domain/ledger.ts';
import { attemptRow, exchangeRow, type Row, readAttempt, readExchange } from './ledger-columns.ts';
import { all, type Condition, TRUE, when, whenSet } from './ledger-conditions.ts';
import { SLOW_INDEX_MS } from './ledger-schema.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** The newest exchanges a query is about. Each filter has an index that is in order of time already. */
export function listOf(connection: SqliteDatabase, query: LedgerQuery): ExchangeRecord[] {
  return rowsOf(connection, query, 'exchanges.*').map((row) => readExchange(exchangeRow(row)));
}

/** The same as points of a chart: those that have an end. */
export function pointsOf(connection: SqliteDatabase, query: LedgerQuery): LedgerPoint[] {
  return rowsOf(connection, query, POINT_COLUMNS, whenSet(true, 'duration_ms is not null')).map(readPoint);
}

const POINT_COLUMNS = ['id', 'started_at', 'duration_ms', 'failed', 'cause', 'endpoint_id']
  .map((column) => `exchanges.${column}`)
  .join(', ');

function readPoint(row: Row): LedgerPoint {
  const { id, started_at: startedAt, duration_ms: durationMs, failed, cause, endpoint_id: endpointId } = row;
  return {
    id,
    startedAt,
    durationMs,
    failed: failed === 1,
    ...(cause === null ? {} : { cause }),
    ...(endpointId === null ? {} : { endpointId }),
  } as LedgerPoint;
}

function rowsOf(connection: SqliteDatabase, query: LedgerQuery, columns: string, more?: Condition): Row[] {
  const { endpointId, failed, slowMs, cause, lost, limit } = query;
  const byEndpoint =
    endpointId !== undefined && !failed && slowMs === undefined && cause === undefined && !lost;
  const ask = ({ sql, values }: Condition) => connection.prepare(sql).all(...values) as Row[];
  if (!byEndpoint) return ask(exchangesSql(query, columns, more));
  const [last, before] = [ask(exchangesSql(query, columns, more)), ask(askedBeforeSql(query, columns, more))];
  if (before.length === 0) return last;
  return [...last, ...before].sort((a, b) => Number(b.started_at) - Number(a.started_at)).slice(0, limit);
}

function exchangesSql(query: LedgerQuery, columns: string, more: Condition = TRUE): Condition {
  const { model, client, endpointId, lost, failed, slowMs, cause, limit } = query;
  const { sql, values } = all(
    when(model, 'model = ?'),
    when(client, 'client = ?'),
    timesOf(query),
    whenSet(lost, 'lost_calls > 0'),
    whenSet(failed, 'failed = 1'),
    when(cause, 'cause = ?'),
    whenSet(isIndexedSlow(slowMs), `duration_ms >= ${SLOW_INDEX_MS}`),
    when(slowMs, 'duration_ms >= ?'),
    when(endpointId, isFound(query) ? ASKED : 'endpoint_id = ?'),
    more,
  );
  return {
    sql: `select ${columns} from exchanges ${indexFor(query)} where ${sql}
            order by started_at desc, rowid desc limit ?`,
    values: [...values, limit],
  };
}

/** Mostly the endpoint asked last is the only one: the attempts need not be looked at. */
const ASKED = `(endpoint_id = ? or (coalesce(attempt_count, 2) > 1 and exists (
    select 1 from attempts where exchange_id = exchanges.id and attempts.endpoint_id = ?)))`;

/** Found by what is rare; the endpoint is looked at then. Else it is found by that. */
const isFound = ({ lost, failed, slowMs, cause }: LedgerQuery): boolean =>
  lost === true || failed === true || slowMs !== undefined || cause !== undefined;

/** Where nothing told it how rare these are, SQLite would take another index. The rarest first. */
function indexFor(query: LedgerQuery): string {
  const { lost, failed, slowMs, cause, endpointId } = query;
  if (lost === true) return 'indexed by exchanges_lost';
  if (cause !== undefined) return 'indexed by exchanges_by_cause';
  if (failed === true) return 'indexed by exchanges_failed';
  if (endpointId !== undefined && !isFound(query)) return 'indexed by exchanges_by_endpoint';
  return isIndexedSlow(slowMs) ? 'indexed by exchanges_slow' : '';
}

const isIndexedSlow = (slowMs: number | undefined) => slowMs !== undefined && slowMs >= SLOW_INDEX_MS;

/** Those that asked the endpoint before another one: few. */
function askedBeforeSql(query: LedgerQuery, columns: string, more: Condition = TRUE): Condition {
  const { model, client, endpointId, limit } = query;
  const { sql, values } = all(
    when(endpointId, 'asked.endpoint_id = ?'),
    timesOf(query, 'asked.'),
    when(model, 'exchanges.model = ?'),
    when(client, 'exchanges.client = ?'),
    more,
  );
  return {
    sql: `select ${columns} from asked_before as asked cross join exchanges on exchanges.id = asked.exchange_id
            where ${sql} order by asked.started_at desc, asked.exchange_id desc limit ?`,
    values: [...values, limit],
  };
}

const timesOf = ({ since, until }: Pick<LedgerQuery, 'since' | 'until'>, of = '') =>
  all(when(since, `${of}started_at >= ?`), when(until, `${of}started_at < ?`));

/** An attempt that begins later than this after its exchange is not looked for before the span asked about. */
export const ATTEMPT_LAG_MAX_MS = 3_600_000;

/** The exchanges that asked an endpoint: those that asked it last, and those that asked another one after it. */
const LAST_ASKED = `select id as exchange_id, started_at, endpoint_id from exchanges indexed by exchanges_by_endpoint
    where endpoint_id = ? and started_at >= ? and started_at < ? order by started_at desc`;
const ASKED_BEFORE = `select exchange_id, started_at, endpoint_id from asked_before
    where endpoint_id = ? and started_at >= ? and started_at < ? order by started_at desc`;

/**
 * The newest calls to an endpoint. Attempts have no order in time of their own: those of the newest exchanges are
 * taken, and put in order.
 */
export function attemptsIn(connection: SqliteDatabase, query: AttemptsQuery): AttemptRecord[] {
  const { endpointId, since, until, limit } = query;
  const ask = (asked: string) =>
    connection
      .prepare(
        `select attempts.*, asked.started_at as asked_at from (${asked}) as asked cross join attempts
           on attempts.exchange_id = asked.exchange_id and attempts.endpoint_id = asked.endpoint_id
         where attempts.started_at >= ? and attempts.started_at < ? and attempts.result is not null
         order by asked.started_at desc, asked.exchange_id desc, attempts.n desc limit ?`,
      )
      .all(endpointId, since - ATTEMPT_LAG_MAX_MS, until, since, until, limit) as Row[];
  const [last, before] = [ask(LAST_ASKED), ask(ASKED_BEFORE)];
  const rows =
    before.length === 0
      ? last
      : [...last, ...before].sort((a, b) => Number(b.asked_at) - Number(a.asked_at)).slice(0, limit);
  return rows.map((row) => readAttempt(attemptRow(row))).sort((a, b) => b.startedAt - a.startedAt);
}
