import { SUM_COLUMNS } from './ledger-shares.ts';
import { addSharesSql, endpointSharesSql, SHARE_KEY, wholeSharesSql } from './shares-sql.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** Exchanges deleted in one transaction: about 50 ms, which is as long as anything else then waits. */
const CHUNK = 1_000;

/** What the ledger is cut down to. Both absent: nothing is deleted. */
export interface LedgerLimits {
  /** Exchanges begun before this instant go. */
  readonly before?: number;
  /** The oldest exchanges go until what is stored takes no more than this. */
  readonly maxBytes?: number;
}

/** What one step of pruning did. */
export interface PruneStep {
  readonly deleted: number;
  readonly done: boolean;
}

/** Deletes old exchanges, synchronous: for the worker thread only. */
export interface LedgerPruner {
  /** At most about a thousand exchanges, the oldest first. In a transaction of the caller's. */
  step(limits: LedgerLimits): PruneStep;
  /** Pages in use, but for the answers that are kept for clients: those have a limit of their own. */
  bytes(): number;
  /** `startedAt` of the oldest exchange. */
  oldest(): number | undefined;
}

const DAY_KEY = SHARE_KEY.filter((column) => column !== 'hour');

/** Takes from the sums of hours, or of days, what the exchanges before an instant had added to them. */
function shrinkSql(table: string, key: readonly string[]): string {
  const old = 'exchanges.started_at < ?';
  return addSharesSql(
    table,
    key,
    `select ${key.join(', ')}, ${SUM_COLUMNS.map((column) => `-sum(${column})`).join(', ')}
       from (${wholeSharesSql(old)} union all select * from (${endpointSharesSql(old)}))
       where true group by ${key.join(', ')}`,
  );
}

/**
 * The statements are prepared once. All of them go by time or by the beginning of an id: none reads more than what it
 * deletes. What hours and days added up to shrinks by what goes.
 */
export function ledgerPruner(connection: SqliteDatabase): LedgerPruner {
  const oldest = connection.prepare('select min(started_at) as at from exchanges');
  const chunkEnd = connection.prepare(
    `select started_at as at from exchanges order by started_at limit 1 offset ${CHUNK}`,
  );
  const after = connection.prepare('select min(started_at) as at from exchanges where started_at > ?');
  const pages = connection.prepare(
    `select (page_count - freelist_count) * page_size as bytes
       from pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
  );
  const answers = connection.prepare('select coalesce(sum(length(body)), 0) as bytes from answers');
  const shrinkHours = connection.prepare(shrinkSql('ledger_hours', SHARE_KEY));
  const shrinkDays = connection.prepare(shrinkSql('ledger_days', DAY_KEY));
  const dropHours = connection.prepare('delete from ledger_hours where exchanges <= 0');
  const dropDays = connection.prepare('delete from ledger_days where exchanges <= 0');
  const dropAskedBefore = connection.prepare(
    `delete from asked_before where started_at < ? and endpoint_id in (select distinct endpoint_id from ledger_days)`,
  );
  const dropAttempts = connection.prepare(
    'delete from attempts where exchange_id in (select id from exchanges where started_at < ?)',
  );
  // Those whose exchange never came: ids are in order of time.
  const dropOrphans = connection.prepare(
    `delete from attempts where exchange_id < coalesce((select min(id) from exchanges), '\u{10ffff}')`,
  );
  const dropExchanges = connection.prepare('delete from exchanges where started_at < ?');

  const numberIn = (row: unknown, name: string) => (row as Record<string, number | null>)[name] ?? undefined;
  const oldestAt = () => numberIn(oldest.get(), 'at');
  const bytes = () => (numberIn(pages.get(), 'bytes') ?? 0) - (numberIn(answers.get(), 'bytes') ?? 0);

  function deleteBefore(instant: number): number {
    shrinkHours.run(instant, instant);
    shrinkDays.run(instant, instant);
    dropAskedBefore.run(instant);
    dropAttempts.run(instant);
    const { changes } = dropExchanges.run(instant) as { changes: number };
    return changes;
  }

  /** The end of the oldest thousand; past those that began at the same instant. */
  function endOfChunk(first: number): number {
    const row = chunkEnd.get();
    const end = row === undefined ? undefined : numberIn(row, 'at');
    if (end === undefined || end > first) return end ?? Number.POSITIVE_INFINITY;
    return numberIn(after.get(first), 'at') ?? Number.POSITIVE_INFINITY;
  }

  return {
    bytes,
    oldest: oldestAt,
    step({ before, maxBytes }) {
      const first = oldestAt();
      const tooMuch = maxBytes !== undefined && bytes() > maxBytes;
      const limit = tooMuch ? Number.POSITIVE_INFINITY : before;
      if (first === undefined || limit === undefined || first >= limit) {
        dropHours.run();
        dropDays.run();
        dropOrphans.run();
        return { deleted: 0, done: true };
      }
      return { deleted: deleteBefore(Math.min(limit, endOfChunk(first))), done: false };
    },
  };
}
