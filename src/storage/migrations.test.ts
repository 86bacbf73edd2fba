import type { Kysely } from 'kysely';
import { expect, it } from 'vitest';
import { MIGRATIONS, migrate } from './migrations.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { connect, type SqliteDatabase } from './sqlite-driver.ts';

const tables = (database: SqliteDatabase) =>
  database
    .prepare(`select name from sqlite_master where type = 'table' order by name`)
    .all()
    .map((row) => (row as { name: string }).name);

it('makes the tables, and changes nothing the second time', async () => {
  const database = await connect(':memory:');
  await migrate(database);
  const made = tables(database);
  expect(made).toEqual(expect.arrayContaining(['endpoint_states', 'health_events', 'totals']));
  await migrate(database);
  expect(tables(database)).toEqual(made);
  database.close();
});

it('tells the file how many migrations it has seen', async () => {
  const database = await connect(':memory:');
  await migrate(database);
  expect(Object.keys(MIGRATIONS)).toHaveLength(SCHEMA_VERSION);
  expect(database.prepare('pragma user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
  database.close();
});

it('leaves nothing half done when a migration fails', async () => {
  const database = await connect(':memory:');
  const migrations = {
    '1': {
      up: (db: Kysely<unknown>) => db.schema.createTable('one').addColumn('a', 'text').execute(),
    },
    '2': { up: () => Promise.reject(new Error('no luck')) },
  };
  await expect(migrate(database, migrations)).rejects.toThrow('no luck');
  expect(tables(database)).toEqual([]);
  database.close();
});
