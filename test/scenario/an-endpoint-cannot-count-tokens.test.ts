import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

describe('counting tokens', () => {
  it('an endpoint that can is passed through, unmarked', async () => {
    const gateway = await gatewayWith(cluster([await upstream()]));
    const response = await post(`${gateway.url}/v1/messages/count_tokens?beta=true`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-qcc-estimate')).toBeNull();
    expect(Object.keys((await response.json()) as object)).toEqual(['input_tokens']);
  });

  it('an endpoint that cannot: an estimate, marked as one', async () => {
    const one = await upstream({ missingCountTokens: true });
    const gateway = await gatewayWith(cluster([one]));
    const sizes: number[] = [];
    for (const repeats of [100, 1_000]) {
      const content = 'four '.repeat(repeats);
      const body = { ...ANTHROPIC_REQUEST, messages: [{ role: 'user', content }] };
      const response = await post(`${gateway.url}/v1/messages/count_tokens`, body);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-qcc-estimate')).toBe('true');
      const told = (await response.json()) as { input_tokens: number; qcc_estimate: boolean };
      expect(told.qcc_estimate).toBe(true);
      sizes.push(told.input_tokens);
    }
    expect(sizes[0]).toBeGreaterThan(100);
    expect(sizes[1]).toBeGreaterThan(1_000);
    const [endpoint] = (await gateway.view()).endpoints;
    expect(endpoint).toMatchObject({ consecutiveFailures: 0, inQueue: false });
    expect(one.counts().started).toBe(0);
  });
});
