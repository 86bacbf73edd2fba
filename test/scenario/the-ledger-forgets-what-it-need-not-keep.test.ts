import { afterEach, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
import { exchangeRecord } from '../doubles/ledger-records.ts';
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

const DAY_MS = 86_400_000;

/** A ledger with a request of each of these ages. */
function ledgerOf(...days: number[]) {
  const store = memoryStore();
  for (const age of days)
    store.closeExchange(
      exchangeRecord(`req-${age}-days`, { startedAt: Date.now() - age * DAY_MS, delivery: 'delivered' }),
    );
  return store;
}

async function listed(url: string): Promise<string[]> {
  const rows = (await (await fetch(`${url}/__qcc__/ledger`)).json()) as { id: string }[];
  return rows.map(({ id }) => id);
}

it('deletes what is older than ledger.keep as it starts, says so, and keeps what comes', async () => {
  const e0 = await upstream();
  const gateway = await gatewayWith(`ledger: { keep: 90d }\n${cluster([e0])}`, {
    store: ledgerOf(400, 91, 89),
  });
  await until(async () => (await listed(gateway.url)).length === 1);
  await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  await until(async () => (await listed(gateway.url)).length === 2);
  expect((await listed(gateway.url)).at(-1)).toBe('req-89-days');
  expect(gateway.log.events).toContainEqual({ kind: 'ledger-pruned', exchanges: 2 });
});

it('keeps everything where nothing is said', async () => {
  const gateway = await gatewayWith(cluster([await upstream()]), { store: ledgerOf(4_000, 1) });
  await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  await until(async () => (await listed(gateway.url)).length === 3);
  expect(await listed(gateway.url)).toContain('req-4000-days');
});
