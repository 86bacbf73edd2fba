import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import { HISTORY_MAX, memoryStore, NO_TOTALS, openStore, type Store } from './storage.ts';

let folder = '';
let store: Store;

async function openSqlite(): Promise<Store> {
  const opened = await openStore(join(folder, 'qcc.db'));
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

const event = (endpointId: string, n: number): HealthEvent => ({
  at: 1_700_000_000_000.25 + n,
  endpointId,
  kind: 'opened',
  detail: `HTTP 504 “${n}”`,
});

const bare: EndpointSnapshot = {
  endpointId: '1e3e69eb',
  circuit: { kind: 'closed' },
  consecutiveFailures: 0,
  coolingUntil: 0,
  successes: 0,
  failures: 0,
};
const full: EndpointSnapshot = {
  endpointId: '0f4a80fc',
  circuit: { kind: 'open', since: 10, nextCheckAt: 70_010.5, checks: 2 },
  consecutiveFailures: 3,
  coolingUntil: 99,
  successes: 7,
  failures: 5,
  lastError: { at: 9, detail: 'ECONNREFUSED 127.0.0.1:9' },
  lastSuccessAt: 8,
  lastModel: 'claude-haiku-4-5',
};

/** What both stores owe. */
describe.each([
  ['memory', async () => memoryStore()],
  ['sqlite', openSqlite],
])('the %s store', (_name, open) => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qcc-store-'));
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('begins empty, without remarks', async () => {
    expect(await store.loadEndpoints()).toEqual([]);
    expect(await store.healthHistory('1e3e69eb', 10)).toEqual([]);
    expect(await store.loadTotals()).toEqual(NO_TOTALS);
    expect(store.notes).toEqual([]);
  });

  it('gives snapshots back as they were, in order of their ids', async () => {
    const halfOpen: EndpointSnapshot = {
      ...bare,
      endpointId: 'aa',
      circuit: { kind: 'half-open', since: 1, checks: 1 },
    };
    store.saveEndpoints([halfOpen, bare, Object.freeze(full)]);
    expect(await store.loadEndpoints()).toEqual([full, bare, halfOpen]);
  });

  it('keeps the last snapshot of an endpoint, and those of the others', async () => {
    store.saveEndpoints([bare, full]);
    await store.flush();
    store.saveEndpoints([{ ...bare, failures: 1 }]);
    store.saveEndpoints([{ ...bare, failures: 2 }]);
    expect(await store.loadEndpoints()).toEqual([full, { ...bare, failures: 2 }]);
  });

  it('gives history newest first, per endpoint, across batches', async () => {
    store.appendHealthEvents([event('a', 1), event('b', 1), event('a', 2)]);
    await store.flush();
    store.appendHealthEvents([event('a', 3)]);
    expect(await store.healthHistory('a', 10)).toEqual([event('a', 3), event('a', 2), event('a', 1)]);
    expect(await store.healthHistory('b', 10)).toEqual([event('b', 1)]);
  });

  it('takes any limit', async () => {
    store.appendHealthEvents([1, 2, 3].map((n) => event('a', n)));
    const found = (limit: number) => store.healthHistory('a', limit).then((events) => events.length);
    const limits = [2, 1.7, 0, -1, Number.MAX_SAFE_INTEGER];
    expect(await Promise.all(limits.map(found))).toEqual([2, 1, 0, 0, 3]);
  });

  it('keeps the newest 1000 events of each endpoint', async () => {
    store.appendHealthEvents([event('b', 0)]);
    store.appendHealthEvents(Array.from({ length: 600 }, (_, n) => event('a', n)));
    await store.flush();
    store.appendHealthEvents(Array.from({ length: 500 }, (_, n) => event('a', 600 + n)));
    const history = await store.healthHistory('a', 5_000);
    expect(history).toHaveLength(HISTORY_MAX);
    expect(history[0]).toEqual(event('a', 1_099));
    expect(history.at(-1)).toEqual(event('a', 100));
    expect(await store.healthHistory('b', 5)).toEqual([event('b', 0)]);
  });

  it('adds totals up', async () => {
    store.addTotals({ requests: 2, successes: 1, failures: 1, durationMs: 1_500.5 });
    store.addTotals({ requests: 1, successes: 1, failures: 0, durationMs: 0.25 });
    await store.flush();
    store.addTotals({ requests: 2 ** 40, successes: 0, failures: 0, durationMs: 0 });
    expect(await store.loadTotals()).toEqual({
      requests: 2 ** 40 + 3,
      successes: 2,
      failures: 1,
      durationMs: 1_500.75,
    });
  });

  it('closes twice without complaint', async () => {
    store.addTotals({ requests: 1, successes: 1, failures: 0, durationMs: 1 });
    await store.close();
    await store.close();
  });
});
