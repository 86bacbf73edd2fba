import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeView } from '../../src/domain/view.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, until, upstream } from '../harness/gateway.ts';
import { postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

async function running(script: Parameters<typeof upstream>[0]) {
  const gateway = await gatewayWith(cluster([await upstream(script)]));
  const body = JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true });
  rawClient(gateway.url).send(postBytes('/v1/messages', body, ['x-api-key: k']));
  return async () => ((await (await fetch(`${gateway.url}/__qcc__/exchanges`)).json()) as ExchangeView[])[0];
}

describe('a running exchange shows its pace', () => {
  it('in tokens a second, estimated from its bytes, while the answer flows', async () => {
    const view = await running({ events: 10_000, eventMs: 10 });
    await until(async () => (await view())?.state === 'streaming');
    await until(async () => ((await view())?.estimatedTokensPerS ?? 0) > 1);
    // 100 events a second at most: a burst must not look like thousands.
    expect((await view())?.estimatedTokensPerS).toBeLessThan(300);
  });

  it('not at all while it is waited for', async () => {
    const view = await running({ hang: 'before-head' });
    await until(async () => (await view())?.state === 'attempting');
    expect(await view()).not.toHaveProperty('estimatedTokensPerS');
  });
});
