import type { StoredAnswer } from '../domain/ledger.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** Kept answers and named states, synchronous: for the worker thread only. */
export interface AnswerTables {
  saveAnswer(answer: StoredAnswer, now: number): void;
  answer(by: 'id' | 'key', value: string, now: number): StoredAnswer | undefined;
  saveState(name: string, json: string): void;
  state(name: string): string | undefined;
}

interface AnswerRow {
  readonly id: string;
  readonly answer_key: string | null;
  readonly client_name: string;
  readonly client_credential: string;
  readonly fingerprint: string;
  readonly protocol: StoredAnswer['protocol'];
  readonly stream: number;
  readonly started_at: number;
  readonly expires_at: number;
  readonly form: StoredAnswer['form'];
  readonly status: number;
  readonly headers: string;
  readonly body: Uint8Array;
}

/** The statements are prepared once, on tables that are there. Bodies beyond `bytesMax` in all push out the oldest. */
export function answerTables(connection: SqliteDatabase, bytesMax: number): AnswerTables {
  // `or replace` also drops the row that has the same key under another id.
  const save = connection.prepare(
    `insert or replace into answers (id, answer_key, client_name, client_credential, fingerprint, protocol, stream,
       started_at, expires_at, form, status, headers, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const deleteExpired = connection.prepare('delete from answers where expires_at <= ?');
  const byId = connection.prepare('select * from answers where id = ?');
  const byKey = connection.prepare('select * from answers where answer_key = ?');
  const bytes = connection.prepare('select coalesce(sum(length(body)), 0) as bytes from answers');
  // `rowid` is in the order in which they were saved.
  const sizes = connection.prepare(
    'select rowid, length(body) as bytes from answers order by rowid limit 100',
  );
  const deleteUpTo = connection.prepare('delete from answers where rowid <= ?');
  const saveState = connection.prepare('insert or replace into named_states (name, json) values (?, ?)');
  const state = connection.prepare('select json from named_states where name = ?');

  const sumUp = () => (bytes.get() as { bytes: number }).bytes;
  /** At least what is there: replaced and expired ones are counted until it is summed up again. */
  let counted = sumUp();

  /** Down to nine tenths, so that summing up is not needed with every answer. */
  function bound(): void {
    if (counted <= bytesMax) return;
    counted = sumUp();
    if (counted <= bytesMax) return;
    while (counted > bytesMax * 0.9) {
      const oldest = sizes.all() as { rowid: number; bytes: number }[];
      let last: number | undefined;
      for (const { rowid, bytes: size } of oldest) {
        if (counted <= bytesMax * 0.9) break;
        last = rowid;
        counted -= size;
      }
      if (last === undefined) return;
      deleteUpTo.run(last);
    }
  }

  return {
    saveAnswer(answer, now) {
      deleteExpired.run(now);
      const { id, key, clientName, clientCredential, fingerprint, protocol, stream } = answer;
      const { startedAt, expiresAt, form, status, headers, body } = answer;
      const who = [id, key ?? null, clientName, clientCredential, fingerprint, protocol, stream ? 1 : 0];
      save.run(...who, startedAt, expiresAt, form, status, JSON.stringify(headers), body);
      counted += body.length;
      bound();
    },
    answer(by, value, now) {
      const row = (by === 'id' ? byId : byKey).get(value) as AnswerRow | undefined;
      if (row === undefined || row.expires_at > now) return row && readAnswer(row);
      deleteExpired.run(now);
      return undefined;
    },
    saveState: (name, json) => void saveState.run(name, json),
    state: (name) => (state.get(name) as { json: string } | undefined)?.json,
  };
}

function readAnswer(row: AnswerRow): StoredAnswer {
  return {
    id: row.id,
    ...(row.answer_key === null ? {} : { key: row.answer_key }),
    clientName: row.client_name,
    clientCredential: row.client_credential,
    fingerprint: row.fingerprint,
    protocol: row.protocol,
    stream: row.stream === 1,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    form: row.form,
    status: row.status,
    headers: JSON.parse(row.headers) as string[],
    body: Buffer.from(row.body),
  };
}
