import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { ExchangeRecord } from '../domain/ledger.ts';
import type { LedgerSettings } from '../domain/settings.ts';
import { memoryStore, type Store } from '../storage/storage.ts';
import type { LogEvent } from '../telemetry/telemetry.ts';
import { startRetention } from './retention.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START = 1_000 * HOUR_MS;

const recordOf = (id: string, startedAt: number): ExchangeRecord => ({
  id,
  startedAt,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'local',
  listener: 'main',
  cluster: 'default',
  scenario: 'chat',
  requestBytes: 1_000,
  delivery: 'delivered',
  joined: 0,
  usage: {},
  charge: 'unknown',
  lostCalls: 0,
  savedCalls: 0,
});

type Limits = Parameters<Store['pruneLedger']>[0];

/** A retention over `store`, with what it asked of it and what it logged. */
function retaining(first: LedgerSettings, store: Store = memoryStore()) {
  const clock = createFakeClock(START);
  const asked: Limits[] = [];
  const logged: LogEvent[] = [];
  let settings = first;
  let goOn: (() => boolean) | undefined;
  const retention = startRetention({
    clock,
    settings: () => settings,
    log: { write: (event) => void logged.push(event) },
    store: {
      pruneLedger(limits, wanted) {
        asked.push(limits);
        goOn = wanted;
        return store.pruneLedger(limits, wanted);
      },
    },
  });
  return {
    clock,
    asked,
    logged,
    retention,
    goesOn: () => goOn?.(),
    change(to: LedgerSettings) {
      settings = to;
      retention.apply();
    },
    /** What was begun has ended. */
    settled: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
}

it('keeps everything for good where nothing is said', async () => {
  const { clock, asked, settled } = retaining({});
  clock.advance(10 * HOUR_MS);
  await settled();
  expect(asked).toEqual([]);
});

it('deletes what is older than keep, at the start and as time goes by, and says how much', async () => {
  const store = memoryStore();
  for (const hours of [100, 90, 80, 1])
    store.closeExchange(recordOf(`req-${hours}`, START - hours * HOUR_MS));
  const { clock, logged, settled } = retaining({ keepMs: 85 * HOUR_MS }, store);
  const left = async () => (await store.ledgerList({ limit: 9 })).map(({ id }) => id);
  await settled();
  expect(await left()).toEqual(['req-1', 'req-80']);
  expect(logged).toEqual([{ kind: 'ledger-pruned', exchanges: 2 }]);
  for (let hour = 0; hour < 6; hour += 1) {
    clock.advance(HOUR_MS);
    await settled();
  }
  expect(await left()).toEqual(['req-1']);
  expect(logged).toHaveLength(2);
});

it('asks for the size that is set', async () => {
  const { asked, settled } = retaining({ maxBytes: 5_000 });
  await settled();
  expect(asked).toEqual([{ maxBytes: 5_000 }]);
});

it('takes a change of the settings up a minute later, and the last of several', async () => {
  const { clock, asked, change, settled } = retaining({});
  change({ keepMs: HOUR_MS });
  clock.advance(MINUTE_MS - 1);
  change({ keepMs: 9 * HOUR_MS });
  clock.advance(MINUTE_MS - 1);
  expect(asked).toEqual([]);
  clock.advance(1);
  expect(asked).toEqual([{ before: clock.now() - 9 * HOUR_MS }]);
  await settled();
  change({ keepMs: 9 * HOUR_MS });
  clock.advance(MINUTE_MS);
  expect(asked).toHaveLength(1);
  change({});
  clock.advance(3 * HOUR_MS);
  expect(asked).toHaveLength(1);
});

it('goes no further by settings that hold no more', async () => {
  const { clock, asked, change, goesOn, settled } = retaining({ keepMs: HOUR_MS });
  expect(goesOn()).toBe(true);
  change({ keepMs: 2 * HOUR_MS });
  expect(goesOn()).toBe(false);
  await settled();
  clock.advance(MINUTE_MS);
  expect(asked).toHaveLength(2);
  expect(goesOn()).toBe(true);
});

it('prunes once at a time', async () => {
  let end: (deleted: number) => void = () => undefined;
  const store: Store = {
    ...memoryStore(),
    pruneLedger: () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  };
  const { clock, asked, settled } = retaining({ keepMs: HOUR_MS }, store);
  clock.advance(3 * HOUR_MS);
  expect(asked).toHaveLength(1);
  end(0);
  await settled();
  clock.advance(HOUR_MS);
  expect(asked).toHaveLength(2);
});

it('says so when the disk refuses, and tries again', async () => {
  const store: Store = { ...memoryStore(), pruneLedger: () => Promise.reject(new Error('the disk is full')) };
  const { clock, asked, logged, settled } = retaining({ keepMs: HOUR_MS }, store);
  await settled();
  expect(logged).toEqual([
    { kind: 'trouble', detail: 'Old requests could not be deleted from the ledger: the disk is full' },
  ]);
  clock.advance(HOUR_MS);
  expect(asked).toHaveLength(2);
});

it('ends with the gateway', async () => {
  const { clock, asked, retention, goesOn, settled } = retaining({ keepMs: HOUR_MS });
  await settled();
  retention.stop();
  expect(goesOn()).toBe(false);
  clock.advance(5 * HOUR_MS);
  expect(asked).toHaveLength(1);
});
