import { afterEach, describe, expect, it } from 'vitest';
import type { LedgerSummary } from '../../src/domain/ledger.ts';
import { createWatching } from '../../src/gateway/watching.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { memoryStore, NO_SUMS } from '../../src/storage/storage.ts';
import { createFakeClock } from '../doubles/fake-clock.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const HOUR_MS = 3_600_000;

/** The machine's clock, on a machine that can be sent to sleep. */
function sleepyClock(): Clock & { sleepFor(ms: number): void } {
  let ahead = 0;
  return {
    ...systemClock,
    wall: () => systemClock.wall() + ahead,
    sleepFor(ms) {
      ahead += ms;
    },
  };
}

const ask = (url: string, headers: Record<string, string> = {}) =>
  post(`${url}/v1/messages`, ANTHROPIC_REQUEST, headers);

describe('the machine sleeps for some hours, and its monotonic clock does not see them', () => {
  it('an answer is kept for its time from then on, by the calendar', async () => {
    const clock = sleepyClock();
    const store = memoryStore();
    const gateway = await gatewayWith(`replay: { key_ttl: 1h }\n${cluster([await upstream()])}`, {
      clock,
      store,
    });
    clock.sleepFor(5 * HOUR_MS);
    const from = clock.wall();
    const answer = await ask(gateway.url, { 'idempotency-key': 'job' });
    const id = answer.headers.get('x-qcc-request-id') ?? '';
    await answer.text();
    const kept = await store.loadAnswer(id);
    expect(kept?.expiresAt).toBeGreaterThanOrEqual(from + HOUR_MS);
    expect(kept?.expiresAt).toBeLessThanOrEqual(clock.wall() + HOUR_MS);
  });

  it('a request after that stands on the ledger at its instant, and is as long as it was', async () => {
    const clock = sleepyClock();
    const store = memoryStore();
    const gateway = await gatewayWith(cluster([await upstream({ firstEventMs: 50 })]), { clock, store });
    clock.sleepFor(5 * HOUR_MS);
    const from = clock.wall();
    await (await ask(gateway.url)).text();
    await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.endedAt !== undefined);
    const [row] = await store.ledgerList({ limit: 1 });
    const [attempt] = (await store.ledgerExchange(row?.id ?? ''))?.attempts ?? [];
    for (const startedAt of [row?.startedAt, attempt?.startedAt]) {
      expect(startedAt).toBeGreaterThanOrEqual(from - 1_000);
      expect(startedAt).toBeLessThanOrEqual(clock.wall() + 1_000);
    }
    expect((row?.endedAt ?? 0) - (row?.startedAt ?? 0)).toBeLessThan(HOUR_MS);
  });

  it('an endpoint that asked for a pause is asked again after it', async () => {
    const clock = sleepyClock();
    const [limited, other] = [await upstream({ status: 429, retryAfter: '300' }), await upstream()];
    const gateway = await gatewayWith(cluster([limited, other]), { clock });
    await (await ask(gateway.url)).text();
    await (await ask(gateway.url)).text();
    expect(limited.counts().started).toBe(1);
    clock.sleepFor(HOUR_MS);
    await (await ask(gateway.url)).text();
    expect(limited.counts().started).toBe(2);
  });

  it('what is shown of the gateway is of now', async () => {
    const clock = sleepyClock();
    const gateway = await gatewayWith(cluster([await upstream({ status: 500 })]), { clock });
    clock.sleepFor(5 * HOUR_MS);
    const from = clock.wall();
    await (await ask(gateway.url)).text();
    const { endpoints } = await gateway.view();
    expect(endpoints[0]?.lastError?.at).toBeGreaterThanOrEqual(from);
    await gateway.reload();
    expect((await gateway.view()).config.loadedAt).toBeGreaterThanOrEqual(from);
  });

  it('today begins at the midnight that was slept through', async () => {
    const evening = new Date(2026, 10, 30, 23, 0).getTime();
    const clock = createFakeClock(evening);
    const asked: (number | undefined)[] = [];
    const ledgerSummary = async ({ since }: { since?: number }): Promise<readonly LedgerSummary[]> => {
      asked.push(since);
      return [NO_SUMS];
    };
    const watching = createWatching(clock, { ...memoryStore(), ledgerSummary });
    const gateway = {
      fleet: { views: () => [] },
      exchanges: { views: () => [] },
      queue: () => [],
      draining: () => false,
    } as unknown as Parameters<typeof watching.view>[0];
    await watching.view(gateway);
    clock.step(2 * HOUR_MS);
    const { at } = await watching.view(gateway);
    expect(asked).toEqual([new Date(2026, 10, 30).getTime(), new Date(2026, 11, 1).getTime()]);
    expect(at).toBe(evening + 2 * HOUR_MS);
  });
});
