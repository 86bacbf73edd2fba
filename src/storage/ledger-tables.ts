import type {
  AttemptRecord,
  ExchangeRecord,
  LedgerGrouping,
  LedgerQuery,
  LedgerSummary,
} from '../domain/ledger.ts';
import { closedByCrash, exchangeIdOf, type KnownExchange, type LedgerLine, withLine } from './ledger-line.ts';
import {
  ATTEMPT_COLUMNS,
  attemptValues,
  begunValues,
  EXCHANGE_COLUMNS,
  exchangeValues,
  type Row,
  readAttempt,
  readBegun,
  readExchange,
} from './ledger-rows.ts';
import { listOf, SUM_COLUMNS, type SummaryQuery, summaryOf } from './ledger-selects.ts';
import { addSums, dayOf, NO_SUMS, type Share, SUM_NAMES, sharesOf } from './ledger-shares.ts';
import { failureOf } from './open-failure.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** The ledger's tables, synchronous: for the worker thread only. Writes belong in a transaction of the caller's. */
export interface LedgerTables {
  /** Adds lines in order. Lines that fit no column are left out, and counted in what is returned. */
  write(lines: readonly LedgerLine[]): number;
  /** Closes what a crash left open. */
  closeCrashed(): void;
  prune(before: number): void;
  list(query: LedgerQuery): ExchangeRecord[];
  exchange(id: string): { exchange: ExchangeRecord; attempts: AttemptRecord[] } | undefined;
  summary(query: SummaryQuery, by?: LedgerGrouping): LedgerSummary[];
}

const marks = (count: number) => Array(count).fill('?').join(', ');

/** `insert … on conflict update` of whole rows. */
function upsert(table: string, key: string, columns: readonly string[]): string {
  const assigned = columns.map((column) => `${column} = excluded.${column}`).join(', ');
  return `insert into ${table} (${columns.join(', ')}) values (${marks(columns.length)})
    on conflict (${key}) do update set ${assigned}`;
}

const SHARE_KEY = ['endpoint_id', 'day', 'model', 'client', 'lost'];
const SHARE_COLUMNS = [...SHARE_KEY, ...SUM_COLUMNS];

const shareValues = ({ endpointId, day, model, client, lost, sums }: Share) => [
  endpointId,
  day,
  model,
  client,
  lost,
  ...SUM_NAMES.map((name) => sums[name]),
];

function addToDays(): string {
  const added = SUM_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ');
  return `insert into ledger_days (${SHARE_COLUMNS.join(', ')}) values (${marks(SHARE_COLUMNS.length)})
    on conflict (${SHARE_KEY.join(', ')}) do update set ${added}`;
}

/** The statements are prepared once, on tables that are there. */
export function ledgerTables(connection: SqliteDatabase): LedgerTables {
  const saveExchange = connection.prepare(upsert('exchanges', 'id', EXCHANGE_COLUMNS));
  const saveAttempt = connection.prepare(upsert('attempts', 'exchange_id, n', ATTEMPT_COLUMNS));
  const saveShare = connection.prepare(
    `insert or replace into exchange_shares (started_at, exchange_id, ${SHARE_COLUMNS.join(', ')})
     values (${marks(SHARE_COLUMNS.length + 2)})`,
  );
  const dropShare = connection.prepare(
    'delete from exchange_shares where endpoint_id = ? and started_at = ? and exchange_id = ?',
  );
  const addShare = connection.prepare(addToDays());
  const exchangeById = connection.prepare('select * from exchanges where id = ?');
  const exchangesByPrefix = connection.prepare(
    'select * from exchanges where id >= ? and id < ? order by id limit 2',
  );
  const attemptsOf = connection.prepare('select * from attempts where exchange_id = ? order by n');
  const running = connection.prepare(`select id from exchanges where delivery = 'running'`);
  const partOfDay = connection.prepare('select id from exchanges where started_at < ? and day >= ?');
  const pruned = [
    'delete from attempts where exchange_id in (select id from exchanges where started_at < ?)',
    // Those whose exchange never came; an attempt never starts before its exchange.
    'delete from attempts where started_at < ?',
    'delete from exchange_shares where started_at < ?',
    'delete from exchanges where started_at < ?',
  ].map((statement) => connection.prepare(statement));
  const prunedDays = connection.prepare('delete from ledger_days where day < ?');

  function load(id: string): KnownExchange {
    const row = exchangeById.get(id) as Row | undefined;
    const rows = attemptsOf.all(id) as Row[];
    const closed = rows.filter(({ result }) => result !== null).map(readAttempt);
    const begun = rows.filter(({ result }) => result === null).map(readBegun);
    return {
      ...(row === undefined ? {} : { exchange: readExchange(row) }),
      attempts: new Map(closed.map((attempt) => [attempt.n, attempt])),
      begun: new Map(begun.map((attempt) => [attempt.n, attempt])),
    };
  }

  /** Adds the difference, so that a row written twice counts once. */
  function recount(before: readonly Share[], after: readonly Share[]): void {
    const deltas = new Map<string, Share>();
    const add = (share: Share, times: 1 | -1) => {
      const key = [share.endpointId, share.day, share.model, share.client, share.lost].join('\n');
      const sums = addSums(deltas.get(key)?.sums ?? NO_SUMS, share.sums, times);
      deltas.set(key, { ...share, sums });
    };
    for (const share of before) add(share, -1);
    for (const share of after) add(share, 1);
    for (const share of deltas.values())
      if (SUM_NAMES.some((name) => share.sums[name] !== 0)) addShare.run(...shareValues(share));
  }

  function save(id: string, before: KnownExchange, after: KnownExchange): void {
    const { exchange } = after;
    if (exchange !== undefined && exchange !== before.exchange) saveExchange.run(...exchangeValues(exchange));
    for (const [n, attempt] of after.attempts)
      if (before.attempts.get(n) !== attempt) saveAttempt.run(...attemptValues(attempt));
    for (const [n, begun] of after.begun)
      if (before.begun.get(n) !== begun) saveAttempt.run(...begunValues(begun));
    saveShares(id, before, after);
  }

  /** An attempt that was begun at one endpoint and closed at another takes its share along. */
  function saveShares(id: string, before: KnownExchange, after: KnownExchange): void {
    const [had, has] = [sharesOf(before), sharesOf(after)];
    const [hadAt, hasAt] = [before.exchange?.startedAt, after.exchange?.startedAt];
    for (const share of has) saveShare.run(hasAt, id, ...shareValues(share));
    for (const { endpointId } of had) {
      const stays = hadAt === hasAt && has.some((share) => share.endpointId === endpointId);
      if (!stays) dropShare.run(endpointId, hadAt, id);
    }
    recount(had, has);
  }

  /** A row that fits no column must not take the others of its batch with it. */
  function saveApart(id: string, change: (known: KnownExchange) => KnownExchange): boolean {
    connection.exec('savepoint row');
    try {
      const before = load(id);
      save(id, before, change(before));
      connection.exec('release row');
      return true;
    } catch (error) {
      connection.exec('rollback to row; release row');
      if (failureOf(error) !== 'unfit') throw error;
      return false;
    }
  }

  /** What is left of the day in which `before` lies stays counted; whole days before it are forgotten as such. */
  function prune(before: number): void {
    const day = dayOf(before);
    for (const row of partOfDay.all(before, day) as { id: string }[]) recount(sharesOf(load(row.id)), []);
    for (const statement of pruned) statement.run(before);
    prunedDays.run(day);
  }

  return {
    write(lines) {
      let leftOut = 0;
      for (const [id, own] of byExchange(lines))
        if (!saveApart(id, (known) => own.reduce(withLine, known))) leftOut += own.length;
      return leftOut;
    },
    closeCrashed() {
      for (const row of running.all() as { id: string }[]) saveApart(row.id, closedByCrash);
    },
    prune,
    list: (query) => listOf(connection, query),
    exchange(id) {
      const rows = exchangesByPrefix.all(id, `${id}\u{10ffff}`) as Row[];
      const row = rows.find((found) => found.id === id) ?? (rows.length === 1 ? rows[0] : undefined);
      if (id === '' || row === undefined) return undefined;
      const exchange = readExchange(row);
      return { exchange, attempts: [...load(exchange.id).attempts.values()] };
    },
    summary: (query, by) => summaryOf(connection, query, by),
  };
}

function byExchange(lines: readonly LedgerLine[]): Map<string, LedgerLine[]> {
  const groups = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    const id = exchangeIdOf(line);
    const own = groups.get(id);
    if (own === undefined) groups.set(id, [line]);
    else own.push(line);
  }
  return groups;
}
