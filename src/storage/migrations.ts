import {
  Kysely,
  type Migration,
  Migrator,
  type SqliteDatabase as PlainDatabase,
  SqliteDialect,
  sql,
} from 'kysely';
import { HOURS } from './hours-schema.ts';
import { EVIDENCE, LEDGER_TABLES } from './ledger-schema.ts';
import { UnusableDatabase } from './open-failure.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** In the order of their names. A released migration is never changed: the next one corrects it. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '2026-11-a-endpoint-health': {
    async up(db) {
      await db.schema
        .createTable('endpoint_states')
        .addColumn('endpoint_id', 'text', (column) => column.primaryKey())
        .addColumn('snapshot', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('health_events')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('endpoint_id', 'text', (column) => column.notNull())
        .addColumn('at', 'real', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('health_events_by_endpoint')
        .on('health_events')
        .columns(['endpoint_id', 'id'])
        .execute();
      await db.schema
        .createTable('totals')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('requests', 'real', (column) => column.notNull())
        .addColumn('successes', 'real', (column) => column.notNull())
        .addColumn('failures', 'real', (column) => column.notNull())
        .addColumn('duration_ms', 'real', (column) => column.notNull())
        .execute();
    },
  },
  '2026-11-b-ledger': {
    async up(db) {
      for (const statement of LEDGER_TABLES) await sql.raw(statement).execute(db);
    },
  },
  '2026-11-c-evidence': {
    async up(db) {
      for (const statement of EVIDENCE) await sql.raw(statement).execute(db);
    },
  },
  '2026-12-a-hours': {
    async up(db) {
      for (const statement of HOURS) await sql.raw(statement).execute(db);
    },
  },
};

/** kysely's SQLite dialect over `node:sqlite`, which spreads parameters and says of no statement whether it reads. */
function plainDatabase(database: SqliteDatabase): PlainDatabase {
  return {
    close: () => {}, // The connection is the caller's.
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        reader: true, // `all` runs any statement, and gives no rows for one that has none.
        all: (parameters) => statement.all(...parameters),
        run: () => ({ changes: 0, lastInsertRowid: 0 }),
        iterate: (parameters) => statement.all(...parameters)[Symbol.iterator](),
      };
    },
  };
}

/**
 * Brings the tables up to date. All in one immediate transaction: a second process waits for it, and a
 * killed one leaves nothing half done. Throws the driver's errors and `UnusableDatabase`.
 */
export async function migrate(
  database: SqliteDatabase,
  migrations: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: plainDatabase(database) }) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  database.exec('begin immediate');
  try {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined)
      throw isFromNewer(error) ? new UnusableDatabase('foreign', error.message) : error;
    database.exec(`pragma user_version = ${Object.keys(migrations).length}`);
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}

/** The database has seen a migration that is not known here. */
function isFromNewer(error: unknown): error is Error {
  return error instanceof Error && /previously executed migration .* is missing/.test(error.message);
}
