import type {
  AttemptRecord,
  AttemptsQuery,
  ExchangeRecord,
  LedgerGrouping,
  LedgerPoint,
  LedgerQuery,
  LedgerSummary,
} from '../domain/ledger.ts';
import { createHeldRows } from './held-rows.ts';
import { attemptRow, exchangeRow, type Row, readAttempt, readExchange } from './ledger-columns.ts';
import type { LedgerLine } from './ledger-line.ts';
import { attemptsIn, listOf, pointsOf } from './ledger-lists.ts';
import { type LedgerPruner, ledgerPruner } from './ledger-prune.ts';
import { type SummaryQuery, summaryOf } from './ledger-selects.ts';
import { failureOf } from './open-failure.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** The ledger's tables, synchronous: for the worker thread only. Writes belong in a transaction of the caller's. */
export interface LedgerTables {
  /** Adds lines in order. Lines that fit no column are left out, and counted in what is returned. */
  write(lines: readonly LedgerLine[]): number;
  /** Closes what a crash left open. */
  closeCrashed(): void;
  /** The caller's transaction was rolled back. */
  rolledBack(): void;
  readonly pruner: LedgerPruner;
  list(query: LedgerQuery): ExchangeRecord[];
  points(query: LedgerQuery): LedgerPoint[];
  attempts(query: AttemptsQuery): AttemptRecord[];
  exchange(id: string): { exchange: ExchangeRecord; attempts: AttemptRecord[] } | undefined;
  summary(query: SummaryQuery, by?: LedgerGrouping): LedgerSummary[];
}

/** The statements are prepared once, on tables that are there. */
export function ledgerTables(connection: SqliteDatabase): LedgerTables {
  const rows = createHeldRows(connection);
  const pruner = ledgerPruner(connection);
  const exchangesByPrefix = connection.prepare(
    'select * from exchanges where id >= ? and id < ? order by id limit 2',
  );
  const attemptsOf = connection.prepare(
    'select * from attempts where exchange_id = ? and result is not null order by n',
  );
  const running = connection.prepare(`select id from exchanges where delivery = 'running'`);

  /** Does all of it or, where a row fits no column, nothing: such a row must not take the others along. */
  function whole(work: () => void): boolean {
    connection.exec('savepoint rows');
    try {
      work();
      rows.addUp();
      connection.exec('release rows');
      return true;
    } catch (error) {
      rows.forget();
      connection.exec('rollback to rows; release rows');
      if (failureOf(error) !== 'unfit') throw error;
      return false;
    }
  }

  function write(lines: readonly LedgerLine[]): number {
    rows.lookUp();
    const groups = byExchange(lines);
    const together = whole(() => {
      for (const [id, own] of groups) rows.save(id, own);
    });
    if (together) return 0;
    let leftOut = 0;
    for (const [id, own] of groups) if (!whole(() => rows.save(id, own))) leftOut += own.length;
    return leftOut;
  }

  return {
    write,
    rolledBack: () => rows.forget(),
    closeCrashed() {
      const left = running.all() as { id: string }[];
      write(left.map(({ id }) => ({ kind: 'crashed', id })));
    },
    pruner: {
      ...pruner,
      step(limits) {
        rows.forget();
        return pruner.step(limits);
      },
    },
    list: (query) => listOf(connection, query),
    points: (query) => pointsOf(connection, query),
    attempts: (query) => attemptsIn(connection, query),
    exchange(id) {
      const found = exchangesByPrefix.all(id, `${id}\u{10ffff}`) as Row[];
      const row = found.find((one) => one.id === id) ?? (found.length === 1 ? found[0] : undefined);
      if (id === '' || row === undefined) return undefined;
      const exchange = readExchange(exchangeRow(row));
      const attempts = attemptsOf.all(exchange.id) as Row[];
      return { exchange, attempts: attempts.map((attempt) => readAttempt(attemptRow(attempt))) };
    },
    summary: (query, by) => summaryOf(connection, query, by),
  };
}

function byExchange(lines: readonly LedgerLine[]): Map<string, LedgerLine[]> {
  const groups = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    const own = groups.get(line.id);
    if (own === undefined) groups.set(line.id, [line]);
    else own.push(line);
  }
  return groups;
}
