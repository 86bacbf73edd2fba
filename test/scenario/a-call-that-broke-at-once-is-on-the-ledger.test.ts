import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
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

describe('a call on a used connection that breaks at once is sent anew', () => {
  it('and both calls are on the ledger, since the first may have reached the model', async () => {
    const store = memoryStore();
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]), { store });
    const ask = async () => (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).json();
    await ask();
    model.enqueue({ reset: 'before-head' });
    expect(await ask()).toHaveProperty('stop_reason', 'end_turn');
    expect(model.counts()).toMatchObject({ started: 3, charged: 2 });
    await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.delivery === 'delivered');
    const [row] = await store.ledgerList({ limit: 1 });
    expect(row).toMatchObject({ charge: 'charged', lostCalls: 0 });
    const entry = await store.ledgerExchange(row?.id ?? '');
    expect(entry?.attempts).toMatchObject([
      { n: 1, result: 'reset', chargeRisk: 'possible', charge: 'unknown' },
      { n: 2, result: 'answered', charge: 'charged' },
    ]);
  });
});
