import { A, addLine, type HeldExchange, isRunning, nothingHeld, X } from './held-exchange.ts';
import {
  ATTEMPT,
  attemptRow,
  CLOSING,
  columnsOf,
  EXCHANGE,
  exchangeRow,
  OPENING,
  placeOf,
  type Row,
  type Value,
} from './ledger-columns.ts';
import type { LedgerLine } from './ledger-line.ts';
import { dayOf, type Share, sharesOf } from './ledger-shares.ts';
import { addSharesSql, SHARE_KEY } from './shares-sql.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** Running exchanges that are remembered; reading the rows of one back costs as much as writing them. About 20 MB. */
const REMEMBERED_MAX = 10_000;

/** Writes the rows of exchanges, and what they add up to. In a transaction of the caller's. */
export interface HeldRows {
  /** To be called as a transaction begins: another process may have written since. */
  lookUp(): void;
  /** Adds lines of one exchange. Throws where a row fits no column. */
  save(id: string, lines: readonly LedgerLine[]): void;
  /** Writes what sums have changed by: once for many rows, since most are of one hour and model. */
  addUp(): void;
  /** What was written is not there: the transaction, or a part of it, was rolled back. */
  forget(): void;
}

const DAY_KEY = SHARE_KEY.filter((column) => column !== 'hour');
const marks = (count: number) => Array(count).fill('?').join(', ');

/** Values behind these columns are rare: most rows are written without them, since each costs some 0.2 µs. */
const EXCHANGE_USUAL = placeOf(EXCHANGE, 'reasoning_tokens');
const ATTEMPT_USUAL = placeOf(ATTEMPT, 'reasoning_tokens');

const isUsual = (values: readonly Value[], usual: number): boolean => {
  for (let at = values.length - 1; at >= usual; at -= 1) if (values[at] !== null) return false;
  return true;
};

/** Statements that write whole exchanges: the first `count` columns, after their day. */
function exchangeStatements(connection: SqliteDatabase, count: number) {
  const columns = ['day', ...columnsOf(EXCHANGE).slice(0, count)];
  const insert = `insert into exchanges (${columns.join(', ')}) values (${marks(columns.length)})`;
  return connection.prepare(`${insert} on conflict (id) do nothing`);
}

/** The statements are prepared once, on tables that are there. */
export function createHeldRows(connection: SqliteDatabase): HeldRows {
  const insertUsual = exchangeStatements(connection, EXCHANGE_USUAL);
  const insertWhole = exchangeStatements(connection, EXCHANGE.length);
  const assigned = (columns: readonly string[]) => columns.map((column) => `${column} = ?`).join(', ');
  const update = connection.prepare(
    `update exchanges set ${assigned(['day', ...columnsOf(EXCHANGE)])} where id = ?`,
  );
  const close = connection.prepare(`update exchanges set ${assigned(columnsOf(CLOSING))} where id = ?`);
  // Whole rows: `replace` of a row without a rowid is no dearer than an insert.
  const attemptStatement = (count: number) =>
    connection.prepare(
      `insert or replace into attempts (${columnsOf(ATTEMPT).slice(0, count).join(', ')}) values (${marks(count)})`,
    );
  const saveUsualAttempt = attemptStatement(ATTEMPT_USUAL);
  const saveAttempt = attemptStatement(ATTEMPT.length);
  const addHour = connection.prepare(addSharesSql('ledger_hours', SHARE_KEY, `values (${marks(17)})`));
  const addDay = connection.prepare(addSharesSql('ledger_days', DAY_KEY, `values (${marks(16)})`));
  const addAsked = connection.prepare(
    'insert or ignore into asked_before (endpoint_id, started_at, exchange_id) values (?, ?, ?)',
  );
  const dropAsked = connection.prepare(
    'delete from asked_before where endpoint_id = ? and started_at = ? and exchange_id = ?',
  );
  const exchangeById = connection.prepare('select * from exchanges where id = ?');
  const attemptsOf = connection.prepare('select * from attempts where exchange_id = ? order by n');
  const dataVersion = connection.prepare('pragma data_version');

  const running = new Map<string, HeldExchange>();
  let version = -1;
  let changes = new Map<string, Change>();

  function load(id: string): HeldExchange {
    const row = exchangeById.get(id) as Row | undefined;
    if (row === undefined) return nothingHeld();
    return {
      exchange: exchangeRow(row),
      attempts: (attemptsOf.all(id) as Row[]).map(attemptRow),
    };
  }

  function remember(id: string, held: HeldExchange): void {
    running.delete(id);
    if (!isRunning(held)) return;
    running.set(id, held);
    if (running.size > REMEMBERED_MAX)
      for (const oldest of running.keys()) return void running.delete(oldest);
  }

  function insertExchange(exchange: readonly Value[]): boolean {
    const day = dayOf(Number(exchange[X.startedAt]));
    const { changes: inserted } = (
      isUsual(exchange, EXCHANGE_USUAL)
        ? insertUsual.run(day, ...exchange.slice(0, EXCHANGE_USUAL))
        : insertWhole.run(day, ...exchange)
    ) as { changes: number };
    return inserted > 0;
  }

  function saveAttempts(before: readonly Value[][], after: readonly Value[][]): void {
    for (const attempt of after) {
      if (before.includes(attempt as Value[])) continue;
      if (isUsual(attempt, ATTEMPT_USUAL)) saveUsualAttempt.run(...attempt.slice(0, ATTEMPT_USUAL));
      else saveAttempt.run(...attempt);
    }
  }

  /** An exchange the database does not know yet, as most are: nothing has to be read. False: it does know it. */
  function saveFresh(id: string, lines: readonly LedgerLine[]): boolean {
    const held = nothingHeld();
    for (const line of lines) addLine(held, line);
    if (held.exchange === undefined || !insertExchange(held.exchange)) return false;
    saveAttempts([], held.attempts);
    saveAsked(id, [], held);
    count(sharesOf(held), 1);
    remember(id, held);
    return true;
  }

  function saveChange(id: string, lines: readonly LedgerLine[]): void {
    const held = running.get(id) ?? load(id);
    const before = { exchange: held.exchange, attempts: held.attempts.slice() };
    const [shares, asked] = [sharesOf(held), askedBefore(held)];
    for (const line of lines) addLine(held, line);
    const { exchange } = held;
    if (exchange === undefined) return;
    if (before.exchange === undefined) insertExchange(exchange);
    else if (exchange !== before.exchange) saveExchange(id, before.exchange, exchange);
    saveAttempts(before.attempts, held.attempts);
    saveAsked(id, asked, held, before.exchange?.[X.startedAt]);
    count(shares, -1);
    count(sharesOf(held), 1);
    remember(id, held);
  }

  /** What an exchange was opened with stays, mostly: then the indexes it is found by need no touching. */
  function saveExchange(id: string, before: readonly Value[], after: readonly Value[]): void {
    const sameOpening = OPENING.every((_field, place) => before[place] === after[place]);
    if (sameOpening) close.run(...after.slice(OPENING.length), id);
    else update.run(dayOf(Number(after[X.startedAt])), ...after, id);
  }

  function saveAsked(id: string, before: readonly Value[], held: HeldExchange, startedBefore?: Value): void {
    const after = askedBefore(held);
    if (before.length + after.length === 0) return;
    const startedAt = held.exchange?.[X.startedAt] ?? null;
    for (const endpointId of before) dropAsked.run(endpointId, startedBefore, id);
    for (const endpointId of after) addAsked.run(endpointId, startedAt, id);
  }

  function count(shares: readonly Share[], times: 1 | -1): void {
    const [whole] = shares;
    if (whole === undefined) return;
    const { hour, day, model, client, lost } = whole.about;
    const group = `${hour}\n${day}\n${model}\n${client}\n${lost}\n`;
    for (const share of shares) {
      const key = group + share.endpointId;
      const change = changes.get(key);
      if (change !== undefined) addTo(change.sums, share.sums, times);
      else changes.set(key, { share, sums: share.sums.map((sum) => times * sum) });
    }
  }

  return {
    lookUp() {
      const { data_version: now } = dataVersion.get() as { data_version: number };
      if (now !== version) running.clear();
      version = now;
    },
    save(id, lines) {
      const opens = lines[0]?.kind === 'opened' || lines[0]?.kind === 'whole';
      if (opens && !running.has(id) && saveFresh(id, lines)) return;
      saveChange(id, lines);
    },
    addUp() {
      for (const { share, sums } of changes.values()) {
        const { endpointId } = share;
        const { hour, day, model, client, lost } = share.about;
        if (sums.some((sum) => sum !== 0)) addHour.run(endpointId, hour, day, model, client, lost, ...sums);
      }
      for (const { share, sums } of ofDays(changes)) {
        const { endpointId } = share;
        const { day, model, client, lost } = share.about;
        if (sums.some((sum) => sum !== 0)) addDay.run(endpointId, day, model, client, lost, ...sums);
      }
      changes = new Map();
    },
    forget() {
      running.clear();
      changes = new Map();
    },
  };
}

/** What a group's sums grow by with the writes under way. */
interface Change {
  readonly share: Share;
  readonly sums: number[];
}

function addTo(sums: number[], added: readonly number[], times: number): void {
  for (let index = 0; index < sums.length; index += 1)
    sums[index] = (sums[index] ?? 0) + times * (added[index] ?? 0);
}

function ofDays(changes: ReadonlyMap<string, Change>): Iterable<Change> {
  const days = new Map<string, Change>();
  for (const { share, sums } of changes.values()) {
    const { day, model, client, lost } = share.about;
    const key = `${share.endpointId}\n${day}\n${model}\n${client}\n${lost}`;
    const change = days.get(key);
    if (change === undefined) days.set(key, { share, sums: sums.slice() });
    else addTo(change.sums, sums, 1);
  }
  return days.values();
}

/** The endpoints that an exchange asked, but for the one that it names as its last. */
function askedBefore({ exchange, attempts }: HeldExchange): Value[] {
  if (exchange === undefined) return [];
  const last = exchange[X.endpointId];
  const [only] = attempts;
  if (attempts.length === 1 && only?.[A.endpointId] === last) return [];
  const asked = new Set<Value>();
  for (const attempt of attempts)
    if (attempt[A.endpointId] !== last) asked.add(attempt[A.endpointId] ?? null);
  return [...asked];
}
