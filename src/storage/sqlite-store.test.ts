import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptRecord, exchangeRecord, storedAnswer } from '../../test/doubles/ledger-records.ts';
import type { HealthEvent } from '../domain/health.ts';
import type { LedgerQuery } from '../domain/ledger.ts';
import { openIntents } from './intents.ts';
import type { LastingLink } from './lasting-link.ts';
import { MIGRATIONS, migrate } from './migrations.ts';
import { connect, type SqliteDatabase } from './sqlite-driver.ts';
import { openStore, storeOver } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { Refusal } from './worker-link.ts';
import type { Ask } from './worker-messages.ts';

let folder = '';
let file = '';
const stores: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-sqlite-'));
  file = join(folder, 'qcc.db');
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

async function open(): Promise<Store> {
  const opened = await openStore(file);
  if (!opened.ok) throw new Error(opened.error.detail);
  stores.push(opened.value);
  return opened.value;
}

const one = { requests: 1, successes: 1, failures: 0, durationMs: 2 };
const event = (n: number): HealthEvent => ({ at: n, endpointId: 'a', kind: 'opened', detail: String(n) });

/** An exchange as the version before wrote it: its rows, and what it adds to the sums. */
function addFormer(database: SqliteDatabase, id: string, startedAt: number, asked: readonly string[]): void {
  const insert = (table: string, row: Readonly<Record<string, string | number>>, more = '') =>
    database
      .prepare(
        `insert into ${table} (${Object.keys(row).join(', ')}) values (${Object.keys(row).map(() => '?')}) ${more}`,
      )
      .run(...Object.values(row));
  const about = { day: '2026-03-01', model: 'opus', client: 'ann' };
  insert('exchanges', {
    ...{ ...about, id, started_at: startedAt, endpoint_id: asked.at(-1) ?? '', attempt_count: asked.length },
    ...{
      path: '/',
      protocol: 'openai-chat',
      operation: 'generate',
      stream: 1,
      listener: 'main',
      cluster: 'default',
    },
    ...{ scenario: 'chat', request_bytes: 1, joined: 0, charge: 'charged', lost_calls: 0, saved_calls: 0 },
    ...{ delivery: 'delivered', cost_micro_usd: 5, input_tokens: 3 },
  });
  const times = { started_at: startedAt, longest_silence_ms: 0, total_ms: 5 };
  const charged = {
    result: 'answered',
    charge_risk: 'certain',
    charge: 'charged',
    why: 'x',
    cost_micro_usd: 5,
  };
  for (const [index, endpoint_id] of asked.entries())
    insert('attempts', { exchange_id: id, n: index + 1, endpoint_id, ...times, ...charged });
  const none = { output_tokens: 0, unknown_cost: 0, lost_micro_usd: 0, lost_calls: 0, saved_micro_usd: 0 };
  for (const endpoint_id of ['', ...asked]) {
    const attempts = endpoint_id === '' ? asked.length : 1;
    const sums = {
      exchanges: 1,
      attempts,
      delivered: 1,
      input_tokens: 3,
      cost_micro_usd: 5,
      saved_calls: 0,
      ...none,
    };
    insert('exchange_shares', {
      endpoint_id,
      started_at: startedAt,
      exchange_id: id,
      ...about,
      lost: 0,
      ...sums,
    });
    const added = Object.keys(sums).map((column) => `${column} = ${column} + excluded.${column}`);
    insert('ledger_days', { endpoint_id, ...about, lost: 0, ...sums }, `on conflict do update set ${added}`);
  }
}

describe('a store on disk', () => {
  it('remembers across close and open, in files only their owner may read', async () => {
    const first = await open();
    first.addTotals(one);
    first.appendHealthEvents([event(1)]);
    await first.flush();
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    first.addTotals(one);
    await first.close();

    const second = await open();
    expect(await second.loadTotals()).toEqual({ requests: 2, successes: 2, failures: 0, durationMs: 4 });
    expect(await second.healthHistory('a', 5)).toEqual([event(1)]);
    expect(second.notes).toEqual([]);
  });

  it('brings a ledger of the version before up to date', async () => {
    const database = await connect(file);
    const { '2026-11-c-evidence': _evidence, '2026-12-a-hours': _hours, ...earlier } = MIGRATIONS;
    await migrate(database, earlier);
    const common = `path, protocol, operation, stream, client, listener, cluster, scenario, request_bytes, joined,
      charge, lost_calls, saved_calls`;
    const values = `'/v1/messages', 'anthropic-messages', 'generate', 1, 'ann', 'main', 'default', 'chat', 10, 0,
      'unknown', 0, 0`;
    for (const [id, from, to, delivery, status, error] of [
      ['good', 1_000, 31_000, 'delivered', 200, null],
      ['cut', 2_000, 3_000, 'broken', null, null],
      ['full', 3_000, 3_500, 'refused', 503, 'queue_full'],
      ['gone', 500, 600, 'left', null, null],
      ['wrong', 400, 500, 'delivered', 400, null],
      ['now', 300, null, 'running', null, null],
    ] as const)
      database
        .prepare(
          `insert into exchanges (id, started_at, day, ended_at, delivery, status, error, ${common})
           values (?, ?, '1970-01-01', ?, ?, ?, ?, ${values})`,
        )
        .all(id, from, to, delivery, status, error);
    for (const [n, endpoint, result] of [
      [1, 'e1', 'edge-timeout'],
      [2, 'e2', 'truncated'],
    ])
      database
        .prepare(
          `insert into attempts (exchange_id, n, endpoint_id, started_at, longest_silence_ms, total_ms, result,
             charge_risk, charge, why) values ('cut', ?, ?, 2000, 0, 5, ?, 'likely', 'unknown', 'priority')`,
        )
        .all(n, endpoint, result);
    database.close();

    const store = await open();
    const ids = async (query: Partial<LedgerQuery>) =>
      (await store.ledgerList({ limit: 9, ...query })).map(({ id }) => id);
    expect(await ids({ failed: true })).toEqual(['full', 'cut', 'gone', 'wrong', 'now']);
    expect(await ids({ cause: 'client-left' })).toEqual(['gone']);
    expect(await ids({ cause: 'rejected' })).toEqual(['wrong']);
    // It was running as the program before ended.
    expect(await ids({ failed: true, until: 400 })).toEqual(['now']);
    expect(await ids({ slowMs: 20_000 })).toEqual(['good']);
    expect(await store.ledgerList({ limit: 1, cause: 'truncated' })).toMatchObject([
      { id: 'cut', failed: true, attemptCount: 2, endpointId: 'e2' },
    ]);
    expect(await ids({ cause: 'queue_full' })).toEqual(['full']);
    expect((await store.ledgerExchange('good'))?.exchange).not.toHaveProperty('failed');
    expect(await store.ledgerPoints({ limit: 1 })).toEqual([
      { id: 'full', startedAt: 3_000, durationMs: 500, failed: true, cause: 'queue_full' },
    ]);
    store.closeExchange(exchangeRecord('next', { failed: true, heartbeats: 2 }));
    expect(await ids({ failed: true, limit: 1 })).toEqual(['next']);
  });

  it('takes over the sums of the version before, and who was asked', async () => {
    const database = await connect(file);
    const { '2026-12-a-hours': _hours, ...earlier } = MIGRATIONS;
    await migrate(database, earlier);
    const at = new Date(2026, 2, 1, 12, 30).getTime();
    addFormer(database, 'one', at, ['e1']);
    addFormer(database, 'two', at + 3_600_000, ['e1', 'e2']);
    database.close();

    const store = await open();
    const ids = async (query: Partial<LedgerQuery>) =>
      (await store.ledgerList({ limit: 9, ...query })).map(({ id }) => id);
    expect(await ids({ endpointId: 'e1' })).toEqual(['two', 'one']);
    expect(await ids({ endpointId: 'e2' })).toEqual(['two']);
    const span = { endpointId: 'e1', since: at, until: at + 9e6, limit: 9 };
    expect((await store.ledgerAttempts(span)).map(({ exchangeId }) => exchangeId)).toEqual(['two', 'one']);
    expect(await store.ledgerSummary({})).toMatchObject([{ exchanges: 2, attempts: 3, costMicroUsd: 10 }]);
    // An hour from what hours added up to, and the rest of it from its rows.
    expect(await store.ledgerSummary({ since: at + 1 })).toMatchObject([{ exchanges: 1, attempts: 2 }]);
    expect(await store.ledgerSummary({ until: at + 1 })).toMatchObject([{ exchanges: 1, attempts: 1 }]);
    expect(await store.pruneLedger({ before: at + 1 })).toBe(1);
    expect(await store.ledgerSummary({ since: at - 9e6 })).toMatchObject([{ exchanges: 1, inputTokens: 3 }]);
    expect(await store.ledgerSummary({}, 'endpoint')).toMatchObject([
      { group: 'e1', exchanges: 1 },
      { group: 'e2', exchanges: 1 },
    ]);
  });

  it('keeps answers up to a size in all: the oldest go', async () => {
    const opened = await openStore(file, { answerBytesMax: 10_000 });
    if (!opened.ok) throw new Error(opened.error.detail);
    const store = opened.value;
    stores.push(store);
    const kept = async () => {
      const found = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => store.loadAnswer(id)));
      return found.flatMap((answer) => answer?.id ?? []).join('');
    };
    for (const id of ['a', 'b', 'c']) store.saveAnswer(storedAnswer({ id, body: Buffer.alloc(3_000) }));
    await store.flush();
    expect(await kept()).toBe('abc');
    store.saveAnswer(storedAnswer({ id: 'a', body: Buffer.alloc(3_500) }));
    await store.flush();
    expect(await kept()).toBe('abc');
    store.saveAnswer(storedAnswer({ id: 'd', body: Buffer.alloc(2_000) }));
    await store.flush();
    expect(await kept()).toBe('acd');
    store.saveAnswer(storedAnswer({ id: 'e', body: Buffer.alloc(20_000) }));
    await store.flush();
    expect(await kept()).toBe('');
  });

  it('deletes old exchanges step by step, and lets others in between', async () => {
    const store = await open();
    for (let n = 0; n < 2_500; n += 1)
      store.closeExchange(
        exchangeRecord(`req-${String(n).padStart(5, '0')}`, { startedAt: Math.floor(n / 1_500) }),
      );
    await store.flush();
    const order: string[] = [];
    await Promise.all([
      store.pruneLedger({ before: 1 }).then((deleted) => order.push(`deleted ${deleted}`)),
      store.loadTotals().then(() => order.push('asked meanwhile')),
    ]);
    expect(order).toEqual(['asked meanwhile', 'deleted 1500']);
    expect(await store.ledgerSummary({})).toMatchObject([{ exchanges: 1_000 }]);
    expect(await store.pruneLedger({})).toBe(0);
    expect(await store.pruneLedger({ before: 2 }, () => false)).toBe(0);
    expect(await store.pruneLedger({ before: 2 })).toBe(1_000);
    expect(await store.ledgerSummary({}, 'day')).toEqual([]);
    expect(await store.ledgerOldest()).toBeUndefined();
  });

  it('deletes the oldest exchanges until what is stored fits', async () => {
    const store = await open();
    const fill = (from: number) => {
      for (let n = from; n < from + 4_000; n += 1) {
        const id = `req-${String(n).padStart(5, '0')}`;
        store.closeExchange(exchangeRecord(id, { startedAt: n }));
        store.closeAttempt(attemptRecord(id, 1, { startedAt: n }));
      }
    };
    fill(0);
    const full = await store.ledgerBytes();
    expect(full).toBeGreaterThan(4_000 * 200);
    expect(await store.pruneLedger({ maxBytes: full })).toBe(0);
    const deleted = await store.pruneLedger({ maxBytes: Math.round(full / 2) });
    expect(deleted).toBeGreaterThan(1_500);
    expect(deleted).toBeLessThan(4_000);
    expect(await store.ledgerBytes()).toBeLessThanOrEqual(full / 2);
    expect(await store.ledgerOldest()).toBe(deleted);
    const answer = storedAnswer({ body: Buffer.alloc(full) });
    store.saveAnswer(answer);
    expect(await store.ledgerBytes()).toBeLessThan(full * 0.75);
    expect(await store.pruneLedger({ maxBytes: Math.round(full * 0.75) })).toBe(0);
    expect(await store.pruneLedger({ maxBytes: 1 })).toBe(4_000 - deleted);
    expect((await store.loadAnswer(answer.id))?.body.equals(answer.body)).toBe(true);
  });

  it('writes soon without being asked to flush', async () => {
    const writer = await open();
    const reader = await open();
    writer.addTotals(one);
    await vi.waitFor(async () => expect((await reader.loadTotals()).requests).toBe(1), { timeout: 10_000 });
  });

  it('lets two write to one file', async () => {
    const [a, b] = await Promise.all([open(), open()]);
    for (let n = 0; n < 30; n += 1) {
      a.addTotals(one);
      b.addTotals(one);
      await Promise.all([a.flush(), b.flush()]);
    }
    expect((await a.loadTotals()).requests).toBe(60);
  });

  it.each([
    ['to make its tables', async () => void (await open())],
    ['to write', async (store: Store) => store.flush()],
  ])('waits %s while another process has the file to itself', async (what, act) => {
    const store = await open();
    if (what === 'to make its tables') file = join(folder, 'other.db');
    const other = await connect(file);
    other.exec('begin exclusive');
    let released = false;
    setTimeout(() => {
      released = true;
      other.exec('commit');
    }, 300);
    store.addTotals(one);
    await act(store);
    expect(released).toBe(true);
    other.close();
  });
});

describe('a file that can not be used', () => {
  it.each([
    ['a missing folder', () => join(folder, 'nowhere', 'qcc.db'), /folder .*nowhere is not there.*QCC_HOME/],
    ['a folder in its place', () => folder, /can't be opened for writing.*Check the permissions/],
    [
      'a file where its folder should be',
      () => {
        writeFileSync(join(folder, 'plain'), '');
        return join(folder, 'plain', 'qcc.db');
      },
      /folder .*plain is not there/,
    ],
  ])('%s is a failure in words', async (_name, place, words) => {
    const opened = await openStore(place());
    expect(opened.ok ? 'opened' : opened.error.detail).toMatch(words);
  });

  it('written by a newer version is left alone', async () => {
    await (await open()).close();
    const database = await connect(file);
    database.exec(`insert into kysely_migration values ('2999-01-z', '2999'); pragma user_version = 99`);
    database.close();
    const opened = await openStore(file);
    expect(opened.ok ? 'opened' : opened.error.detail).toMatch(/written by a newer QCC/);
    expect(readdirSync(folder).sort()).toEqual(['qcc.db']);
  });

  it('corrupt from its first byte is moved aside, and a fresh one begun', async () => {
    writeFileSync(file, 'no database at all\n'.repeat(500));
    const store = await open();
    expect(store.notes).toEqual([
      expect.stringMatching(/^qcc\.db was corrupt .*moved to qcc\.db\.corrupt-\d{17}/),
    ]);
    store.addTotals(one);
    expect(await store.loadTotals()).toEqual(one);
    const aside = readdirSync(folder).find((name) => name.startsWith('qcc.db.corrupt-')) ?? '';
    expect(readFileSync(join(folder, aside), 'utf8')).toMatch(/^no database at all/);
  });

  it('corrupt in the middle is found while opening', async () => {
    const before = await open();
    before.appendHealthEvents(Array.from({ length: 900 }, (_, n) => event(n)));
    await before.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, 4096 * 4, 4096 * 8));
    const store = await open();
    expect(store.notes).toHaveLength(1);
    expect(await store.healthHistory('a', 1)).toEqual([]);
  });
});

const KILLED_PROGRAM = `
import { openStore } from ${JSON.stringify(new URL('./storage.ts', import.meta.url).href)};
const opened = await openStore(process.argv[1]);
if (!opened.ok) throw new Error(opened.error.detail);
const store = opened.value;
for (let n = Number(process.argv[2]); ; n += 1) {
  store.appendHealthEvents([{ at: n, endpointId: 'a', kind: 'opened', detail: 'x'.repeat(200) }]);
  store.addTotals({ requests: 1, successes: 0, failures: 0, durationMs: 0 });
  await store.flush();
  process.stdout.write(n + '\\n');
}`;

/** Runs the program until it has acknowledged `count` writes, kills it, returns the last one acknowledged. */
async function writeAndKill(from: number, count: number): Promise<number> {
  const flags = ['--import', 'tsx', '--input-type=module', '-e', KILLED_PROGRAM];
  const child = spawn(process.execPath, [...flags, file, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = from - 1;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    if (last === from + count) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return last;
}

describe('kill -9', () => {
  it('loses nothing that was flushed and breaks nothing, time after time', async () => {
    let next = 0;
    for (const count of [3, 40, 17]) next = (await writeAndKill(next, count)) + 1;
    const store = await open();
    expect(store.notes).toEqual([]);
    const { requests } = await store.loadTotals();
    const [newest] = await store.healthHistory('a', 1);
    // One write of each run may have been on disk before it could be acknowledged.
    expect(requests).toBeGreaterThanOrEqual(next);
    expect(requests).toBeLessThanOrEqual(next + 3);
    expect(newest?.at).toBeGreaterThanOrEqual(next - 1);
    expect(await store.healthHistory('a', 1_000)).toHaveLength(requests);
  }, 90_000);
});

/** A storage thread that refuses as long as it is told to. */
function fakeLink(): LastingLink & { refuse: Error | undefined; readonly written: Ask[] } {
  const written: Ask[] = [];
  return {
    notes: [],
    refuse: undefined,
    written,
    async ask(question) {
      if (this.refuse !== undefined) throw this.refuse;
      if (question.kind === 'write') written.push(question);
      return undefined;
    },
    tell: () => {},
    close: async () => {},
  };
}

describe('a disk that refuses', () => {
  it('is told once, loses nothing, and is told when it works again', async () => {
    const told: string[] = [];
    const link = fakeLink();
    const store = storeOver(
      link,
      { onTrouble: (detail) => told.push(detail) },
      openIntents(`${file}.intents`, 'run'),
    );
    link.refuse = new Refusal('no room', false);
    store.addTotals(one);
    store.appendHealthEvents([event(1)]);
    await expect(store.flush()).rejects.toThrow('no room');
    store.addTotals(one);
    store.appendHealthEvents([event(2)]);
    await expect(store.flush()).rejects.toThrow('no room');
    expect(told).toEqual(['State is not being saved: no room']);

    link.refuse = undefined;
    await store.flush();
    expect(told[1]).toBe('State is being saved again.');
    expect(link.written).toMatchObject([
      { kind: 'write', batch: { events: [event(1), event(2)], totals: { requests: 2 } } },
    ]);
    await store.close();
  });

  it('does not try values again that fit no column', async () => {
    const told: string[] = [];
    const opened = await openStore(file, { onTrouble: (detail) => told.push(detail) });
    if (!opened.ok) throw new Error(opened.error.detail);
    const store = opened.value;
    stores.push(store);
    store.addTotals({ ...one, requests: Number.NaN });
    store.openExchange(exchangeRecord('in-the-same-batch'));
    await expect(store.flush()).rejects.toThrow(/left out/);
    await store.flush();
    expect(await store.ledgerList({ limit: 5 })).toHaveLength(1);
    store.addTotals(one);
    await store.flush();
    expect(await store.loadTotals()).toEqual(one);
    expect(told).toHaveLength(2);
  });

  it('leaves out ledger lines that fit no column, and keeps the others of their batch', async () => {
    const told: string[] = [];
    const opened = await openStore(file, { onTrouble: (detail) => told.push(detail) });
    if (!opened.ok) throw new Error(opened.error.detail);
    stores.push(opened.value);
    opened.value.openExchange(exchangeRecord('odd', { requestBytes: Number.NaN }));
    opened.value.openExchange(exchangeRecord('good'));
    await opened.value.flush();
    expect((await opened.value.ledgerList({ limit: 5 })).map(({ id }) => id)).toEqual(['good']);
    expect(told).toEqual(["1 ledger lines don't fit their columns and were left out."]);
  });

  it('never keeps close from ending', async () => {
    const told: string[] = [];
    const link = fakeLink();
    link.refuse = new Error('The storage thread has ended.');
    const store = storeOver(
      link,
      { onTrouble: (detail) => told.push(detail) },
      openIntents(`${file}.intents`, 'run'),
    );
    store.addTotals(one);
    await store.close();
    expect(told).toEqual(['State is not being saved: The storage thread has ended.']);
  });

  it('refuses reads in words once closed', async () => {
    const store = await open();
    await store.close();
    await expect(store.loadTotals()).rejects.toThrow('closed');
  });
});

it('leaves an open store, idle, in nobody’s way at the end of a process', async () => {
  const program = `
    import { openStore } from ${JSON.stringify(new URL('./storage.ts', import.meta.url).href)};
    const opened = await openStore(${JSON.stringify(file)});
    opened.value.addTotals({ requests: 5, successes: 0, failures: 0, durationMs: 0 });`;
  const flags = ['--import', 'tsx', '--input-type=module', '-e', program];
  const child = spawn(process.execPath, flags, { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect((await (await open()).loadTotals()).requests).toBe(5);
});
