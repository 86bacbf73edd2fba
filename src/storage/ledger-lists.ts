import type {
  AttemptRecord,
  AttemptsQuery,
  ExchangeRecord,
  LedgerPoint,
  LedgerQuery,
} from '../domain/ledger.ts';
import { all, type Condition, TRUE, when, whenSet } from './ledger-conditions.ts';
import { type Row, readAttempt, readExchange } from './ledger-rows.ts';
import { SLOW_INDEX_MS } from './ledger-schema.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** The newest exchanges a query is about. Each filter has an index that is in order of time already. */
export function listOf(connection: SqliteDatabase, query: LedgerQuery): ExchangeRecord[] {
  return rowsOf(connection, query, 'exchanges.*').map(readExchange);
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
  const { endpointId, failed, slowMs, cause } = query;
  const byShares = endpointId !== undefined && failed !== true && slowMs === undefined && cause === undefined;
  const { sql, values } = byShares ? askedSql(query, columns, more) : exchangesSql(query, columns, more);
  return connection.prepare(sql).all(...values) as Row[];
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
    when(endpointId, ASKED),
    more,
  );
  return {
    sql: `select ${columns} from exchanges ${indexFor(query)} where ${sql}
            order by started_at desc, rowid desc limit ?`,
    values: [...values, limit],
  };
}

/** Mostly the endpoint asked last is the only one: the shares need not be looked at. */
const ASKED = `(endpoint_id = ? or (coalesce(attempt_count, 2) > 1 and exists (
    select 1 from exchange_shares as share where share.endpoint_id = ?
      and share.started_at = exchanges.started_at and share.exchange_id = exchanges.id)))`;

/** Where nothing told it how rare these are, SQLite would take another index. The rarest first. */
function indexFor({ lost, failed, slowMs, cause }: LedgerQuery): string {
  if (lost === true) return 'indexed by exchanges_lost';
  if (cause !== undefined) return 'indexed by exchanges_by_cause';
  if (failed === true) return 'indexed by exchanges_failed';
  return isIndexedSlow(slowMs) ? 'indexed by exchanges_slow' : '';
}

const isIndexedSlow = (slowMs: number | undefined) => slowMs !== undefined && slowMs >= SLOW_INDEX_MS;

function askedSql(query: LedgerQuery, columns: string, more: Condition = TRUE): Condition {
  const { model, client, endpointId, lost, limit } = query;
  const { sql, values } = all(
    when(endpointId, 'asked.endpoint_id = ?'),
    timesOf(query, 'asked.'),
    when(model, 'asked.model = ?'),
    when(client, 'asked.client = ?'),
    whenSet(lost, 'asked.lost = 1'),
    more,
  );
  return {
    sql: `select ${columns} from exchange_shares as asked cross join exchanges on exchanges.id = asked.exchange_id
            where ${sql} order by asked.started_at desc, asked.exchange_id desc limit ?`,
    values: [...values, limit],
  };
}

const timesOf = ({ since, until }: Pick<LedgerQuery, 'since' | 'until'>, of = '') =>
  all(when(since, `${of}started_at >= ?`), when(until, `${of}started_at < ?`));

/** An attempt that begins later than this after its exchange is not looked for before the span asked about. */
export const ATTEMPT_LAG_MAX_MS = 3_600_000;

/**
 * The newest calls to an endpoint. Attempts have no order in time of their own: those of the newest exchanges are
 * taken, and put in order.
 */
export function attemptsIn(connection: SqliteDatabase, query: AttemptsQuery): AttemptRecord[] {
  const { endpointId, since, until, limit } = query;
  const rows = connection
    .prepare(
      `select attempts.* from exchange_shares as asked cross join attempts
         on attempts.exchange_id = asked.exchange_id and attempts.endpoint_id = asked.endpoint_id
       where asked.endpoint_id = ? and asked.started_at >= ? and asked.started_at < ?
         and attempts.started_at >= ? and attempts.started_at < ? and attempts.result is not null
       order by asked.started_at desc, asked.exchange_id desc, attempts.n desc limit ?`,
    )
    .all(endpointId, since - ATTEMPT_LAG_MAX_MS, until, since, until, limit) as Row[];
  return rows.map(readAttempt).sort((a, b) => b.startedAt - a.startedAt);
}
