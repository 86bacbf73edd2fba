/** The part of `node:sqlite` that is used; `@photostructure/sqlite` has the same shape. */
interface SqliteStatement {
  all(...parameters: readonly unknown[]): unknown[];
  get(...parameters: readonly unknown[]): unknown;
  run(...parameters: readonly unknown[]): unknown;
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (file: string) => SqliteDatabase;
}

/**
 * Node's own SQLite where it is there without a flag (22.13 on), else the prebuilt package.
 * Asked of the process instead of imported: bundlers and Node 20 don't know `node:sqlite`.
 */
async function loadSqlite(): Promise<SqliteModule> {
  const builtin: unknown = process.getBuiltinModule('node:sqlite');
  return (builtin ?? (await import('@photostructure/sqlite'))) as SqliteModule;
}

/** Opens a connection. Throws what the driver throws: see `failureOf`. */
export async function connect(file: string): Promise<SqliteDatabase> {
  const { DatabaseSync } = await loadSqlite();
  return new DatabaseSync(file);
}
