import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeView } from '../../src/domain/view.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

describe('a running request shows its deadline', () => {
  it.each([
    ['the scenario’s', {}, 300_000],
    ['the one that its client names', { 'x-qcc-timeout': '45s' }, 45_000],
  ])('%s', async (_whose, headers, totalMs) => {
    const model = await upstream({ firstEventMs: 60_000 });
    const gateway = await gatewayWith(cluster([model]));
    const asked = post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, headers).catch(() => undefined);
    const running = async (): Promise<readonly ExchangeView[]> =>
      (await (await fetch(`${gateway.url}/__qcc__/exchanges`)).json()) as ExchangeView[];
    await expect.poll(running).toHaveLength(1);
    const [exchange] = await running();
    expect(exchange!.deadlineAt).toBe(exchange!.startedAt + totalMs);
    await gateway.stop();
    await asked;
  });
});
