import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Circuit, EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import { type AnswerTables, answerTables } from './answer-tables.ts';
import { CHUNK_BYTES, createIntentsReader, type IntentsReader, type ReadStep } from './intents-reader.ts';
import type { LedgerPruner } from './ledger-prune.ts';
import { type LedgerTables, ledgerTables } from './ledger-tables.ts';
import { failureOf, messageOf, UnusableDatabase } from './open-failure.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { intentsFileOf } from './segments.ts';
import { connect, type SqliteDatabase } from './sqlite-driver.ts';
import { HISTORY_MAX, NO_TOTALS, type Totals } from './store.ts';
import type { WriteBatch } from './write-batch.ts';

/** How long a statement waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 5_000;

/** The check reads the whole file, about 1 s per GB: above this size SQLite's own checks must do. */
const CHECKED_BYTES_MAX = 64 * 1024 * 1024;

/** The open database, synchronous: for the worker thread only. Methods throw the driver's errors. */
export interface Database {
  /** In one transaction, together with a chunk of the intents file. */
  write(batch: WriteBatch): void;
  /** Puts a chunk of the intents file on record, in a transaction of its own. */
  readOn(): ReadStep;
  readonly intents: Omit<IntentsReader, 'step' | 'tidy' | 'close'>;
  endpoints(): EndpointSnapshot[];
  history(endpointId: string, limit: number): HealthEvent[];
  totals(): Totals;
  readonly ledger: Pick<LedgerTables, 'list' | 'points' | 'attempts' | 'exchange' | 'summary'>;
  readonly pruner: LedgerPruner;
  readonly answers: Pick<AnswerTables, 'answer' | 'state'>;
  close(): void;
}

/** What a thread is given: the database's file, whose lines it reads, and what its owner set. */
export interface DatabaseOptions {
  readonly file: string;
  /** This run of a store, and all that are open in this process. */
  readonly run: string;
  readonly openRuns: readonly string[];
  /** Bodies of kept answers, in all; beyond, the oldest go. */
  readonly answerBytesMax: number;
}

/**
 * Opens the file, makes it where it is missing, brings its tables up to date. A corrupt file is moved aside
 * and a fresh one made; `notes` then says so. Throws where the file can't be used: see `failureOf`.
 */
export async function openDatabase(
  options: DatabaseOptions,
): Promise<{ database: Database; notes: string[] }> {
  const { file } = options;
  try {
    return { database: await openOn(options), notes: [] };
  } catch (error) {
    if (failureOf(error) !== 'corrupt') throw error;
    const aside = moveAside(file);
    const note = `${basename(file)} was corrupt (${messageOf(error)}): moved to ${basename(aside)}, and a fresh one begun.`;
    return { database: await openOn(options), notes: [note] };
  }
}

async function openOn(options: DatabaseOptions): Promise<Database> {
  const connection = await openFile(options.file);
  try {
    return statementsOf(connection, options);
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function openFile(file: string): Promise<SqliteDatabase> {
  // Made here for its mode, which SQLite copies to -wal and -shm; and the system's errors say more than SQLite's.
  closeSync(openSync(file, 'a', 0o600));
  const connection = await connect(file);
  try {
    connection.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    enterWalMode(connection);
    // Each batch is synced: a few a second, in a thread of its own, can afford to survive a power cut.
    connection.exec('pragma synchronous = full');
    // Ids are random: 16 MB hold the leaves that the next rows go to, and a checkpoint every 16 MB writes each once.
    connection.exec('pragma cache_size = -16000');
    connection.exec('pragma wal_autocheckpoint = 4000');
    checkWhole(file, connection);
    await updateTables(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function updateTables(connection: SqliteDatabase): Promise<void> {
  const row = connection.prepare('pragma user_version').get() as { user_version: number };
  if (row.user_version === SCHEMA_VERSION) return;
  const { migrate } = await import('./migrations.ts');
  await migrate(connection);
}

/** Entering WAL needs the file alone, and SQLite gives up at once where two processes try: hence the loop. */
function enterWalMode(connection: SqliteDatabase): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const giveUpAt = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      connection.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (failureOf(error) !== 'locked' || performance.now() > giveUpAt) throw error;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}

function checkWhole(file: string, connection: SqliteDatabase): void {
  if (statSync(file).size > CHECKED_BYTES_MAX) return;
  const row = connection.prepare('pragma quick_check(1)').get() as Record<string, unknown> | undefined;
  const verdict = String(row === undefined ? 'no answer' : Object.values(row)[0]);
  if (verdict !== 'ok') throw new UnusableDatabase('corrupt', verdict);
}

/** Renames the file and its companions; the moment stands in the name. Returns the file's name from now on. */
function moveAside(file: string): string {
  const aside = `${file}.corrupt-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}`;
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(file + suffix, aside + suffix);
    } catch (error) {
      if (suffix === '' || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return aside;
}

/** The statements are prepared once: parsing SQL costs more than running it. */
function statementsOf(connection: SqliteDatabase, options: DatabaseOptions): Database {
  const ledger = ledgerTables(connection);
  const { run, openRuns, answerBytesMax } = options;
  const intents = intentsFileOf(options.file);
  const reader = createIntentsReader({ connection, ledger, intents, run, openRuns });
  const answerRows = answerTables(connection, answerBytesMax);
  const saveEndpoint = connection.prepare(
    `insert into endpoint_states (endpoint_id, snapshot) values (?, ?)
     on conflict (endpoint_id) do update set snapshot = excluded.snapshot`,
  );
  const appendEvent = connection.prepare(
    'insert into health_events (endpoint_id, at, kind, detail) values (?, ?, ?, ?)',
  );
  const trimHistory = connection.prepare(
    `delete from health_events where endpoint_id = ? and id <= (
       select id from health_events where endpoint_id = ? order by id desc limit 1 offset ${HISTORY_MAX})`,
  );
  const addTotals = connection.prepare(
    `insert into totals (id, requests, successes, failures, duration_ms) values (1, ?, ?, ?, ?)
     on conflict (id) do update set requests = requests + excluded.requests,
       successes = successes + excluded.successes, failures = failures + excluded.failures,
       duration_ms = duration_ms + excluded.duration_ms`,
  );
  const endpoints = connection.prepare('select snapshot from endpoint_states order by endpoint_id');
  const history = connection.prepare(
    'select at, endpoint_id, kind, detail from health_events where endpoint_id = ? order by id desc limit ?',
  );
  const totals = connection.prepare('select requests, successes, failures, duration_ms from totals');

  function writeRows(batch: WriteBatch): void {
    for (const snapshot of batch.snapshots) saveEndpoint.run(snapshot.endpointId, JSON.stringify(snapshot));
    for (const { endpointId, at, kind, detail } of batch.events)
      appendEvent.run(endpointId, at, kind, detail);
    for (const id of new Set(batch.events.map((event) => event.endpointId))) trimHistory.run(id, id);
    const { requests, successes, failures, durationMs } = batch.totals;
    addTotals.run(requests, successes, failures, durationMs);
    for (const answer of batch.answers) answerRows.saveAnswer(answer, Date.now());
    for (const [name, json] of batch.states) answerRows.saveState(name, json);
    // With much to catch up with, who writes waits for no more than he brings.
    if (!reader.idle && reader.backlog() <= CHUNK_BYTES) reader.step();
  }

  /** What was read since the last commit is read again after a rollback. */
  function withLedger<T>(work: () => T): T {
    try {
      return inTransaction(connection, work);
    } catch (error) {
      ledger.rolledBack();
      reader.begin();
      throw error;
    }
  }

  return {
    write: (batch) => withLedger(() => writeRows(batch)),
    readOn() {
      if (reader.idle) return 'nothing';
      const step = withLedger(reader.step);
      reader.tidy();
      return step;
    },
    intents: reader,
    ledger,
    pruner: {
      ...ledger.pruner,
      step: (limits) => inTransaction(connection, () => ledger.pruner.step(limits)),
    },
    answers: answerRows,
    endpoints: () => endpoints.all().flatMap((row) => readSnapshot((row as { snapshot: string }).snapshot)),
    history: (endpointId, limit) => history.all(endpointId, limit).map(readEvent),
    totals() {
      const row = totals.get() as (Totals & { duration_ms: number }) | undefined;
      if (row === undefined) return NO_TOTALS;
      const { requests, successes, failures, duration_ms: durationMs } = row;
      return { requests, successes, failures, durationMs };
    },
    close() {
      reader.close();
      connection.close();
    },
  };
}

function inTransaction<T>(connection: SqliteDatabase, work: () => T): T {
  connection.exec('begin immediate');
  try {
    const value = work();
    connection.exec('commit');
    return value;
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

/** SQLite may have rolled back by itself (a full disk); a second rollback is then an error of no interest. */
function rollBack(connection: SqliteDatabase): void {
  try {
    connection.exec('rollback');
  } catch {}
}

function readEvent(row: unknown): HealthEvent {
  const { at, endpoint_id, kind, detail } = row as Omit<HealthEvent, 'endpointId'> & { endpoint_id: string };
  return { at, endpointId: endpoint_id, kind, detail };
}

/** A row that is no snapshot (edited by hand, or of another time) is left out: its endpoint starts afresh. */
function readSnapshot(text: string): EndpointSnapshot[] {
  try {
    const snapshot = JSON.parse(text) as EndpointSnapshot;
    return isSnapshot(snapshot) ? [snapshot] : [];
  } catch {
    return [];
  }
}

function isSnapshot(value: Partial<EndpointSnapshot> | null): boolean {
  return (
    typeof value?.endpointId === 'string' &&
    isCircuit(value.circuit) &&
    [value.consecutiveFailures, value.coolingUntil, value.successes, value.failures].every(Number.isFinite)
  );
}

function isCircuit(circuit: Circuit | undefined): boolean {
  if (circuit?.kind === 'closed') return true;
  if (circuit?.kind === 'half-open') return [circuit.since, circuit.checks].every(Number.isFinite);
  return (
    circuit?.kind === 'open' && [circuit.since, circuit.nextCheckAt, circuit.checks].every(Number.isFinite)
  );
}
