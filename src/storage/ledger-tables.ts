import type {
  AttemptRecord,
  AttemptsQuery,
  ExchangeRecord,
  LedgerGrouping,
  LedgerPoint,
  LedgerQuery,
  LedgerSummary,
} from '../domain/ledger.ts';
import {
  closedByCrash,
  exchangeIdOf,
  type KnownExchange,
  type LedgerLine,
  NOTHING_KNOWN,
  withLine,
} from './ledger-line.ts';
import { attemptsIn, listOf, pointsOf } from './ledger-lists.ts';
import { type LedgerPruner, ledgerPruner } from './ledger-prune.ts';
import {
  ATTEMPT_COLUMNS,
  attemptValues,
  begunValues,
  CHANGING_COLUMNS,
  changingValues,
  EXCHANGE_COLUMNS,
  exchangeValues,
  isFoundAlike,
  type Row,
  readAttempt,
  readBegun,
  readExchange,
} from './ledger-rows.ts';
import { SUM_COLUMNS, type SummaryQuery, summaryOf } from './ledger-selects.ts';
import { addSums, NO_SUMS, type Share, SUM_NAMES, sharesOf } from './ledger-shares.ts';
import { failureOf } from './open-failure.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** The ledger's tables, synchronous: for the worker thread only. Writes belong in a transaction of the caller's. */
export interface LedgerTables {
  /** Adds lines in order. Lines that fit no column are left out, and counted in what is returned. */
  write(lines: readonly LedgerLine[]): number;
  /** Closes what a crash left open. */
  closeCrashed(): void;
  readonly pruner: LedgerPruner;
  list(query: LedgerQuery): ExchangeRecord[];
  points(query: LedgerQuery): LedgerPoint[];
  attempts(query: AttemptsQuery): AttemptRecord[];
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
  const changeExchange = connection.prepare(
    `update exchanges set ${CHANGING_COLUMNS.map((column) => `${column} = ?`).join(', ')} where id = ?`,
  );
  const addExchange = connection.prepare(
    `insert into exchanges (${EXCHANGE_COLUMNS.join(', ')}) values (${marks(EXCHANGE_COLUMNS.length)})
     on conflict (id) do nothing`,
  );
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

  /** What the days' sums grow by with the writes under way; added at once, since most are of one day and model. */
  let deltas = new Map<string, Share>();

  /** Notes the difference, so that a row written twice counts once. */
  function recount(before: readonly Share[], after: readonly Share[]): void {
    const add = (share: Share, times: 1 | -1) => {
      const key = `${share.endpointId}\n${share.day}\n${share.model}\n${share.client}\n${share.lost}`;
      const sums = addSums(deltas.get(key)?.sums ?? NO_SUMS, share.sums, times);
      deltas.set(key, { ...share, sums });
    };
    for (const share of before) add(share, -1);
    for (const share of after) add(share, 1);
  }

  function addDeltas(): void {
    const shares = deltas;
    deltas = new Map();
    for (const share of shares.values())
      if (SUM_NAMES.some((name) => share.sums[name] !== 0)) addShare.run(...shareValues(share));
  }

  function save(id: string, before: KnownExchange, after: KnownExchange): void {
    const { exchange } = after;
    if (exchange !== undefined && exchange !== before.exchange) {
      if (before.exchange !== undefined && isFoundAlike(before.exchange, exchange))
        changeExchange.run(...changingValues(exchange), id);
      else saveExchange.run(...exchangeValues(exchange));
    }
    saveAttempts(before, after);
    saveShares(id, before, after);
  }

  function saveAttempts(before: KnownExchange, after: KnownExchange): void {
    for (const [n, attempt] of after.attempts)
      if (before.attempts.get(n) !== attempt) saveAttempt.run(...attemptValues(attempt));
    for (const [n, begun] of after.begun)
      if (before.begun.get(n) !== begun) saveAttempt.run(...begunValues(begun));
  }

  /** An exchange the database does not know yet, as most are: nothing has to be read. False: it does know it. */
  function saveFresh(id: string, after: KnownExchange): boolean {
    const { exchange } = after;
    if (exchange === undefined || attemptsOf.all(id).length > 0) return false;
    const { changes } = addExchange.run(...exchangeValues(exchange)) as { changes: number };
    if (changes === 0) return false;
    saveAttempts(NOTHING_KNOWN, after);
    saveShares(id, NOTHING_KNOWN, after);
    return true;
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

  function saveChange(id: string, change: (known: KnownExchange) => KnownExchange): void {
    const before = load(id);
    save(id, before, change(before));
  }

  /** All or, where one fits no column, none: then they are saved apart. */
  function saveTogether(groups: ReadonlyMap<string, readonly LedgerLine[]>): boolean {
    return whole(() => {
      for (const [id, own] of groups)
        if (!saveFresh(id, own.reduce(withLine, NOTHING_KNOWN)))
          saveChange(id, (known) => own.reduce(withLine, known));
      addDeltas();
    });
  }

  /** A row that fits no column must not take the others of its batch with it. */
  function saveApart(id: string, change: (known: KnownExchange) => KnownExchange): boolean {
    return whole(() => {
      saveChange(id, change);
      addDeltas();
    });
  }

  /** Does all of it or, where a row fits no column, nothing. */
  function whole(work: () => void): boolean {
    connection.exec('savepoint rows');
    try {
      work();
      connection.exec('release rows');
      return true;
    } catch (error) {
      deltas = new Map();
      connection.exec('rollback to rows; release rows');
      if (failureOf(error) !== 'unfit') throw error;
      return false;
    }
  }

  return {
    write(lines) {
      const groups = byExchange(lines);
      if (saveTogether(groups)) return 0;
      let leftOut = 0;
      for (const [id, own] of groups)
        if (!saveApart(id, (known) => own.reduce(withLine, known))) leftOut += own.length;
      return leftOut;
    },
    closeCrashed() {
      for (const row of running.all() as { id: string }[]) saveApart(row.id, closedByCrash);
    },
    pruner: ledgerPruner(connection),
    list: (query) => listOf(connection, query),
    points: (query) => pointsOf(connection, query),
    attempts: (query) => attemptsIn(connection, query),
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
