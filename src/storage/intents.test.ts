import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attemptRecord, exchangeRecord, storedAnswer } from '../../test/doubles/ledger-records.ts';
import { type Disk, openIntents, REFUSED_BYTES_MAX } from './intents.ts';
import { attemptText, endText, headText, openingText, parseLine, wholeText } from './ledger-line.ts';
import { segmentsOf } from './segments.ts';
import { connect } from './sqlite-driver.ts';
import { openStore as openWith, refusalTo } from './sqlite-store.ts';
import { startWorker } from './start-worker.ts';
import { openStore, type Store } from './storage.ts';

let folder = '';
let file = '';
let intents = '';
const stores: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qcc-intents-'));
  file = join(folder, 'qcc.db');
  intents = join(folder, 'qcc.intents');
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

async function open(onTrouble: (detail: string) => void = () => {}): Promise<Store> {
  const opened = await openStore(file, { onTrouble });
  if (!opened.ok) throw new Error(opened.error.detail);
  stores.push(opened.value);
  return opened.value;
}

/** A line of the version before, which kept one file of JSON objects. */
const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const segment = (n: number) => `${intents}.${String(n).padStart(6, '0')}`;
/** The lines in all segments that are there, without their marks. */
const linesIn = () =>
  segmentsOf(intents)
    .flatMap((n) => readFileSync(segment(n), 'utf8').split('\n'))
    .map(parseLine)
    .filter((one) => one !== undefined && one.kind !== 'head' && one.kind !== 'end');
const kinds = () => linesIn().map((one) => `${one?.kind} ${one && 'id' in one ? one.id : ''}`);
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** No process has this number. */
const NOBODY = 2 ** 30;
const first = { endpointId: 'e1', startedAt: 3, why: 'priority' };

/** A segment as a process that was killed leaves it. */
function leave(n: number, ...lines: string[]): void {
  writeFileSync(segment(n), [headText(`run ${n}`, NOBODY, true), ...lines, ''].join('\n'));
}

describe('what a crash left open', () => {
  it('is unknown, possibly charged, and lost', async () => {
    const begun = { exchangeId: 'b', n: 2, endpointId: 'e2', startedAt: 5, why: 'priority' };
    const refused = attemptRecord('b', 1, {
      result: 'rate-limited',
      charge: 'not-charged',
      chargeRisk: 'none',
    });
    writeFileSync(
      intents,
      line({ exchange: exchangeRecord('a') }) +
        line({ exchange: exchangeRecord('b', { startedAt: 1_700_000_000_001 }) }) +
        line({ begun: { ...begun, n: 1 } }) +
        line({ attempt: refused }) +
        line({ begun }),
    );
    const store = await open();
    const crashed = { delivery: 'unknown', charge: 'unknown', lostCalls: 1, failed: true } as const;
    expect(await store.ledgerList({ limit: 5 })).toEqual([
      exchangeRecord('b', {
        ...crashed,
        startedAt: 1_700_000_000_001,
        attemptCount: 2,
        endpointId: 'e2',
        cause: 'reset',
      }),
      exchangeRecord('a', { ...crashed, attemptCount: 0 }),
    ]);
    const attempts = (await store.ledgerExchange('b'))?.attempts;
    expect(attempts).toEqual([
      refused,
      expect.objectContaining({ n: 2, endpointId: 'e2', charge: 'unknown', chargeRisk: 'likely' }),
    ]);
    expect(await store.ledgerSummary({})).toMatchObject([
      { exchanges: 2, attempts: 2, lostCalls: 2, unknownCost: 2 },
    ]);
    expect(existsSync(intents)).toBe(false);
  });

  it('lost nothing where it only counted tokens', async () => {
    writeFileSync(intents, line({ exchange: exchangeRecord('a', { operation: 'count-tokens' }) }));
    expect(await (await open()).ledgerList({ limit: 5 })).toMatchObject([
      { delivery: 'unknown', charge: 'not-charged', lostCalls: 0 },
    ]);
  });

  it('is also what the database says is running', async () => {
    const before = await open();
    before.openExchange(exchangeRecord('a'));
    before.openAttempt('a', 1, 'e1', 3, 'priority');
    await before.flush();
    const other = await connect(file);
    const after = await open();
    expect(await after.ledgerList({ limit: 5 })).toMatchObject([
      { id: 'a', delivery: 'unknown', lostCalls: 1 },
    ]);
    // The first one was alive after all: what it says last counts.
    before.closeAttempt(attemptRecord('a', 1));
    before.closeExchange(exchangeRecord('a', { delivery: 'delivered', charge: 'charged' }));
    await before.flush();
    expect(await after.ledgerSummary({})).toMatchObject([
      { exchanges: 1, attempts: 1, delivered: 1, lostCalls: 0 },
    ]);
    other.close();
  });

  it('is read past lines that are torn or no lines of the ledger, and they are told of', async () => {
    const told: string[] = [];
    leave(
      3,
      '["o1","tor',
      '',
      'null',
      '{"other":1}',
      '["o1","odd"]',
      openingText(exchangeRecord('a'), first),
      'x'.repeat(2_500_000),
      openingText(exchangeRecord('b'), first),
    );
    appendFileSync(segment(3), openingText(exchangeRecord('c'), first).slice(0, 40));
    const store = await open((detail) => told.push(detail));
    await store.flush();
    expect((await store.ledgerList({ limit: 5 })).map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(told.join()).toMatch(/ledger lines can't be read and were left out/);
    const counts = told.map((detail) => Number.parseInt(detail, 10));
    expect(counts.reduce((sum, n) => sum + n)).toBe(5);
    expect(existsSync(segment(3))).toBe(false);
  });

  it('is read past lines of the version before that are torn', async () => {
    writeFileSync(
      intents,
      `{"exchange":{"id":"tor\n\nnull\n{"other":1}\n${line({ exchange: { id: 'odd' } })}` +
        line({ exchange: exchangeRecord('a') }),
    );
    appendFileSync(intents, line({ exchange: exchangeRecord('b') }).slice(0, 40));
    expect((await (await open()).ledgerList({ limit: 5 })).map(({ id }) => id)).toEqual(['a']);
  });

  it('finds its way into a fresh database where the old one was corrupt', async () => {
    writeFileSync(file, 'no database at all\n'.repeat(500));
    writeFileSync(intents, line({ exchange: exchangeRecord('a') }));
    const store = await open();
    expect(store.notes).toHaveLength(1);
    expect(await store.ledgerList({ limit: 5 })).toHaveLength(1);
  });
});

describe('the intents file', () => {
  it('holds what opens when the call returns, and what closes a turn later, for its owner alone', async () => {
    const store = await open();
    store.openExchange(exchangeRecord('a'), first);
    store.openAttempt('a', 2, 'e1', 3, 'priority');
    expect(kinds()).toEqual(['opened a', 'begun a']);
    store.closeAttempt(attemptRecord('a', 1));
    store.closeExchange(exchangeRecord('a', { delivery: 'delivered' }));
    expect(linesIn()).toHaveLength(2);
    await turn();
    expect(kinds()).toEqual(['opened a', 'begun a', 'attempt a', 'closed a']);
    store.closeExchange(exchangeRecord('a', { delivery: 'undelivered' }));
    store.openExchange(exchangeRecord('b'));
    expect(kinds().slice(4)).toEqual(['whole a', 'opened b']);
    for (const n of segmentsOf(intents)) expect(statSync(segment(n)).mode & 0o777).toBe(0o600);
  });

  it('says all of an exchange that closes otherwise than it was opened', async () => {
    const store = await open();
    store.openExchange(exchangeRecord('a', { model: 'opus' }));
    store.closeExchange(exchangeRecord('a', { model: 'gpt', delivery: 'delivered' }));
    expect(await store.ledgerList({ limit: 2, model: 'gpt' })).toMatchObject([
      { id: 'a', delivery: 'delivered' },
    ]);
    expect(await store.ledgerList({ limit: 2, model: 'opus' })).toEqual([]);
  });

  it('goes on in another segment once one is large, and says so in the one before', () => {
    const small = openIntents(intents, 'mine', { segmentBytes: 100 });
    small.append('["first"]');
    small.append(JSON.stringify(['x'.repeat(100)]));
    small.appendSoon('["held"]');
    const other = openIntents(intents, 'other');
    small.rotate();
    small.append('["after"]');
    small.close();
    small.appendSoon('late');
    expect(small.append('late')).toBe(false);
    other.close();
    const head = (run: string, begins: boolean) => headText(run, process.pid, begins);
    expect(segmentsOf(intents).map((n) => readFileSync(segment(n), 'utf8').trimEnd().split('\n'))).toEqual([
      [head('mine', true), '["first"]', JSON.stringify(['x'.repeat(100)]), endText(2)],
      [head('mine', false), endText(4)],
      [head('other', true), endText(undefined)],
      [head('mine', false), '["held"]', '["after"]', endText(undefined)],
    ]);
  });

  it('stays bounded while exchanges come and go, and is gone once the store is closed', async () => {
    const store = await open();
    const path = 'x'.repeat(900);
    for (let round = 0; round < 5; round += 1) {
      for (let n = 0; n < 3_000; n += 1) store.openExchange(exchangeRecord(`${round}-${n}`, { path }));
      await store.flush();
      // What was written and read since the last segment began.
      expect(segmentsOf(intents).length).toBeLessThanOrEqual(2);
    }
    expect(segmentsOf(intents).at(-1)).toBeGreaterThan(1);
    expect(await store.ledgerSummary({})).toMatchObject([{ exchanges: 15_000 }]);
    expect(await store.ledgerList({ limit: 1e6 })).toHaveLength(15_000);
    await store.close();
    expect(readdirSync(folder)).toEqual(['qcc.db']);
  }, 30_000);

  it('counts nothing twice that was read before the gateway died, though the file still has it', async () => {
    leave(7, openingText(exchangeRecord('a'), first));
    const before = readFileSync(segment(7));
    const store = await open();
    store.closeExchange(exchangeRecord('b', { delivery: 'delivered' }));
    expect(await store.ledgerSummary({})).toMatchObject([{ exchanges: 2, attempts: 1, lostCalls: 1 }]);
    await store.close();
    const database = await connect(file);
    // As if it had died between the commit and letting go of the file.
    writeFileSync(segment(7), before);
    database.exec(`insert into intents_read (segment, run, offset) values (7, 'run 7', ${before.length})`);
    database.close();
    const again = await open();
    expect(await again.ledgerSummary({})).toMatchObject([{ exchanges: 2, attempts: 1, lostCalls: 1 }]);
    await again.flush();
    expect(existsSync(segment(7))).toBe(false);
    await again.close();
    // The number is taken anew by another run: the old position means nothing to it.
    const stale = await connect(file);
    stale.exec(`insert into intents_read (segment, run, offset) values (1, 'run 7', 100000)`);
    stale.close();
    const third = await open();
    third.openExchange(exchangeRecord('c'));
    expect(await third.ledgerSummary({})).toMatchObject([{ exchanges: 3 }]);
  });

  it('that a process left is read while another one goes on with its own', async () => {
    const first_ = await open();
    first_.openExchange(exchangeRecord('running'));
    await first_.flush();
    leave(
      2,
      openingText(exchangeRecord('left'), first),
      wholeText(exchangeRecord('over', { delivery: 'delivered' })),
    );
    leave(3, attemptText(attemptRecord('left', 2)));
    const second = await open();
    const found = async () =>
      (await second.ledgerList({ limit: 9 })).map(({ id, delivery }) => `${id} ${delivery}`).sort();
    expect(await found()).toEqual(['left unknown', 'over delivered', 'running unknown']);
    await second.flush();
    expect(segmentsOf(intents)).toEqual([1, 4]);
    first_.closeExchange(exchangeRecord('running', { delivery: 'delivered' }));
    await first_.flush();
    expect(await found()).toEqual(['left unknown', 'over delivered', 'running delivered']);
    expect(await second.ledgerSummary({})).toMatchObject([{ exchanges: 3, delivered: 2 }]);
  });

  it('whose segment somebody deletes goes on in another one', async () => {
    const store = await open();
    store.openExchange(exchangeRecord('a'));
    await store.flush();
    rmSync(segment(1));
    store.openExchange(exchangeRecord('b'));
    await vi.waitFor(() => expect(segmentsOf(intents)).not.toEqual([]), { timeout: 10_000 });
    store.openExchange(exchangeRecord('c'));
    expect(kinds()).toContain('opened c');
    expect(await store.ledgerList({ limit: 5 })).toHaveLength(3);
  });

  it('is put on record without being asked', async () => {
    const [writer, database] = [await open(), await connect(file)];
    const rows = () => (database.prepare('select count(*) as n from exchanges').get() as { n: number }).n;
    for (let n = 1; n <= 3; n += 1) {
      writer.openExchange(exchangeRecord(`r${n}`));
      await vi.waitFor(() => expect(rows()).toBe(n), { timeout: 10_000 });
      // Long enough for the thread to fall asleep.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    }
    database.close();
  });

  it('keeps nobody waiting who looks up an answer or saves one, however long it is', async () => {
    const lines: string[] = [];
    for (let n = 0; n < 60_000; n += 1) lines.push(openingText(exchangeRecord(`r${n}`), first));
    leave(1, ...lines);
    const store = await open();
    const order: string[] = [];
    const caughtUp = store.flush().then(() => order.push('caught up'));
    store.saveAnswer(storedAnswer({ id: 'a', key: 'k' }));
    store.saveState('s', '1');
    expect((await store.loadAnswerByKey('k'))?.id).toBe('a');
    expect(await store.loadAnswer('none')).toBeUndefined();
    const [summary] = await store.ledgerSummary({});
    expect(summary?.exchanges).toBeLessThan(60_000);
    order.push('looked up');
    await caughtUp;
    expect(order).toEqual(['looked up', 'caught up']);
    expect(await store.ledgerSummary({})).toMatchObject([
      { exchanges: 60_000, attempts: 60_000, lostCalls: 60_000 },
    ]);
  }, 60_000);

  it('that can not be made is a failure in words', async () => {
    // The database’s companions have names of the greatest length, the segments longer ones.
    const opened = await openStore(join(folder, `${'x'.repeat(248)}.db`));
    expect(opened.ok ? 'opened' : opened.error.detail).toMatch(/can't be (opened|used)/);
  });

  it('keeps lines that the disk refuses until it takes them, and says so once each', async () => {
    const told: string[] = [];
    let room = 20;
    const disk: Disk = (fd, text) => writeSync(fd, Buffer.from(text).subarray(0, room));
    const refused = openIntents(intents, 'run', {
      onRefusal: refusalTo((detail) => told.push(detail)),
      disk,
    });
    const lines = ['a', 'b', 'c'].map((id) => openingText(exchangeRecord(id), first));
    expect(refused.append(lines[0] ?? '')).toBe(false);
    refused.appendSoon(lines[1] ?? '');
    expect(refused.flush()).toBe(false);
    room = Number.POSITIVE_INFINITY;
    expect(refused.append(lines[2] ?? '')).toBe(true);
    refused.close();
    expect(told).toEqual([
      'The ledger can not be made safe against a crash: the disk refuses.',
      'The ledger is safe against a crash again.',
    ]);
    expect(kinds()).toEqual(['opened a', 'opened b', 'opened c']);
  });

  it('lets go of lines that can wait no longer, and says how many', () => {
    const told: string[] = [];
    let full = true;
    const disk: Disk = (fd, text) => {
      if (full) throw new Error('no room');
      return writeSync(fd, text);
    };
    const refused = openIntents(intents, 'run', {
      onRefusal: refusalTo((detail) => told.push(detail)),
      disk,
    });
    const long = 'x'.repeat(REFUSED_BYTES_MAX / 4);
    for (let n = 0; n < 5; n += 1) refused.append(JSON.stringify([n, long]));
    full = false;
    refused.append('["last"]');
    expect(told[1]).toBe(
      'The ledger is safe against a crash again. 2 lines could not wait so long, and are lost.',
    );
    refused.close();
  });
});

describe('a storage thread that dies', () => {
  it('is told of and started again, without losing a line; questions under way are refused in words', async () => {
    const told: string[] = [];
    const threads: Worker[] = [];
    const opened = await openWith(file, { onTrouble: (detail) => told.push(detail) }, (start) => {
      const thread = startWorker(start);
      threads.push(thread);
      return thread;
    });
    if (!opened.ok) throw new Error(opened.error.detail);
    const store = opened.value;
    stores.push(store);
    store.openExchange(exchangeRecord('a'), first);
    await store.flush();
    store.openExchange(exchangeRecord('b'), first);
    const asked = store.ledgerList({ limit: 5 }).catch((error: Error) => error.message);
    store.addTotals({ requests: 1, successes: 1, failures: 0, durationMs: 1 });
    void threads[0]?.terminate();
    expect(await asked).toMatch(/storage thread has ended/);
    await vi.waitFor(() => expect(told.at(-1)).toMatch(/runs again/), { timeout: 20_000 });
    expect(told[0]).toMatch(/storage thread has ended\. It is started again/);
    store.closeExchange(exchangeRecord('a', { delivery: 'delivered' }));
    expect(
      (await store.ledgerList({ limit: 5 })).map(({ id, delivery }) => `${id} ${delivery}`).sort(),
    ).toEqual(['a delivered', 'b running']);
    expect(await store.ledgerSummary({})).toMatchObject([{ exchanges: 2, attempts: 2, delivered: 1 }]);
    await vi.waitFor(async () => expect((await store.loadTotals()).requests).toBe(1), { timeout: 10_000 });
    expect(threads).toHaveLength(2);
  }, 40_000);
});

const KILLED_PROGRAM = `
import { writeSync } from 'node:fs';
import { openStore } from ${JSON.stringify(new URL('./storage.ts', import.meta.url).href)};
const opened = await openStore(process.argv[1]);
if (!opened.ok) throw new Error(opened.error.detail);
const store = opened.value;
const exchange = ${JSON.stringify(exchangeRecord(''))};
const attempt = ${JSON.stringify(attemptRecord('', 1))};
const closed = [];
const say = (text) => {
  for (;;) {
    try {
      return writeSync(1, text);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error; // The pipe is full: its reader is slower than we are.
    }
  }
};
for (let n = Number(process.argv[2]); ; n += 1) {
  const id = 'req-' + n;
  store.openExchange({ ...exchange, id, path: 'x'.repeat(500) });
  store.openAttempt(id, 1, 'e1', n, 'priority');
  say('opened ' + n + '\\n');
  if (n % 3 > 0) store.closeAttempt({ ...attempt, exchangeId: id });
  if (n % 3 > 1) {
    store.closeExchange({ ...exchange, id, delivery: 'delivered', charge: 'charged', costMicroUsd: 7 });
    closed.push(n);
  }
  if (n % 20 > 0) continue;
  await new Promise((resolve) => setTimeout(resolve, 1));
  for (const done of closed.splice(0)) say('closed ' + done + '\\n');
}`;

/** Runs the program until it has opened `count` exchanges, kills it mid-traffic; returns what it acknowledged. */
async function trafficAndKill(from: number, count: number): Promise<{ opened: number[]; closed: number[] }> {
  const flags = ['--import', 'tsx', '--input-type=module', '-e', KILLED_PROGRAM];
  const child = spawn(process.execPath, [...flags, file, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const opened: number[] = [];
  const closed: number[] = [];
  for await (const text of createInterface(child.stdout)) {
    const [what, n] = text.split(' ');
    (what === 'opened' ? opened : closed).push(Number(n));
    if (opened.length === count) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return { opened, closed };
}

describe('kill -9 in the middle of traffic', () => {
  it('loses no exchange that was opened and no close that was acknowledged', async () => {
    const acknowledged = { opened: [] as number[], closed: [] as number[] };
    for (const count of [5, 700, 3_000]) {
      const run = await trafficAndKill((acknowledged.opened.at(-1) ?? 0) + 10, count);
      acknowledged.opened.push(...run.opened);
      acknowledged.closed.push(...run.closed);
    }
    const store = await open();
    await store.flush();
    const found = new Map(
      (await store.ledgerList({ limit: 1e6 })).map((exchange) => [exchange.id, exchange]),
    );
    expect(acknowledged.opened.filter((n) => !found.has(`req-${n}`))).toEqual([]);
    const closed = acknowledged.closed.map((n) => found.get(`req-${n}`));
    expect(
      closed.filter((exchange) => exchange?.delivery !== 'delivered' || exchange.costMicroUsd !== 7),
    ).toEqual([]);
    const unfinished = [...found.values()].filter(({ delivery }) => delivery !== 'delivered');
    expect(unfinished.every(({ delivery, lostCalls }) => delivery === 'unknown' && lostCalls === 1)).toBe(
      true,
    );
    expect(unfinished.length).toBeGreaterThan(acknowledged.opened.length / 2);
    const [summary] = await store.ledgerSummary({});
    expect(summary).toMatchObject({
      exchanges: found.size,
      delivered: found.size - unfinished.length,
      lostCalls: unfinished.length,
    });
  }, 90_000);
});
