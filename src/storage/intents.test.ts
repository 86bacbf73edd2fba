import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptRecord, exchangeRecord } from '../../test/doubles/ledger-records.ts';
import { openIntents, readIntents } from './intents.ts';
import { connect } from './sqlite-driver.ts';
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

async function open(): Promise<Store> {
  const opened = await openStore(file);
  if (!opened.ok) throw new Error(opened.error.detail);
  stores.push(opened.value);
  return opened.value;
}

const linesIn = (path: string) => readFileSync(path, 'utf8').split('\n').length - 1;
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

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
    expect(statSync(intents).size).toBe(0);
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

  it('is read past lines that are torn or no lines of the ledger', async () => {
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
    store.openExchange(exchangeRecord('a'));
    store.openAttempt('a', 1, 'e1', 3, 'priority');
    expect(readIntents(intents)).toHaveLength(2);
    store.closeAttempt(attemptRecord('a', 1));
    store.closeExchange(exchangeRecord('a', { delivery: 'delivered' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(readIntents(intents)).toEqual([
      { exchange: exchangeRecord('a') },
      { begun: { exchangeId: 'a', n: 1, endpointId: 'e1', startedAt: 3, why: 'priority' } },
      { exchange: exchangeRecord('a', { delivery: 'delivered' }), attempt: attemptRecord('a', 1) },
    ]);
    expect(statSync(intents).mode & 0o777).toBe(0o600);
  });

  it('holds an exchange and its first attempt as one line, and an end of the attempt alone a turn later', async () => {
    const store = await open();
    const first = { endpointId: 'e1', startedAt: 3, why: 'priority' };
    store.openExchange(exchangeRecord('a'), first);
    const opened = { exchange: exchangeRecord('a'), begun: { ...first, exchangeId: 'a', n: 1 } };
    expect(readIntents(intents)).toEqual([opened]);
    store.closeAttempt(attemptRecord('a', 1));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(readIntents(intents)).toEqual([opened, { attempt: attemptRecord('a', 1) }]);
    store.closeAttempt(attemptRecord('a', 2));
    store.openAttempt('a', 3, 'e1', 9, 'priority');
    expect(readIntents(intents)).toHaveLength(4);
  });

  it('begins again with what waits, once it is large', () => {
    const small = openIntents(intents, 50);
    small.append('{"first":1}');
    small.compact([]);
    expect(linesIn(intents)).toBe(1);
    small.append('{"second":"beyond the size at which it is compacted"}');
    small.compact(['{"waiting":1}']);
    small.append('{"after":1}');
    expect(readFileSync(intents, 'utf8')).toBe('{"waiting":1}\n{"after":1}\n');
    small.appendSoon('{"held":1}');
    small.append('{"in":"order"}');
    small.appendSoon('{"held":2}');
    small.close();
    small.appendSoon('late');
    expect(small.append('late')).toBe(false);
    expect(readFileSync(intents, 'utf8').split('\n').slice(2)).toEqual([
      '{"held":1}',
      '{"in":"order"}',
      '{"held":2}',
      '',
    ]);
  });

  it('stays bounded while exchanges come and go, and loses none', async () => {
    const store = await open();
    const path = 'x'.repeat(3_000);
    for (let round = 0; round < 5; round += 1) {
      for (let n = 0; n < 150; n += 1) store.openExchange(exchangeRecord(`${round}-${n}`, { path }));
      await store.flush();
      expect(statSync(intents).size).toBeLessThan(2 * 1024 * 1024);
    }
    expect(linesIn(intents)).toBeLessThan(5 * 150);
    expect(await store.ledgerList({ limit: 1_000 })).toHaveLength(5 * 150);
  });

  it('that can not be made is a failure in words', async () => {
    const { mkdirSync } = await import('node:fs');
    mkdirSync(intents);
    const opened = await openStore(file);
    expect(opened.ok ? 'opened' : opened.error.detail).toMatch(/can't be (opened|used)/);
  });
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
