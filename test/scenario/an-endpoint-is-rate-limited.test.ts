import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  type RunningGateway,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const ask = async (gateway: RunningGateway) => {
  const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  await response.arrayBuffer();
  return response;
};
const first = async (gateway: RunningGateway) => (await gateway.view()).endpoints[0];

describe('an endpoint is rate limited', () => {
  it.each([429, 529])('%i cools it for retry-after, and no failure is counted', async (status) => {
    const [limited, good] = [await upstream({ status, retryAfter: 1 }), await upstream()];
    const gateway = await gatewayWith(cluster([limited, good], () => ', max_failures: 1'));
    expect((await ask(gateway)).status).toBe(200);
    const cooling = await first(gateway);
    expect(cooling).toMatchObject({ health: 'degraded', inQueue: false, consecutiveFailures: 0 });
    expect(gateway.log.events.find((event) => event.kind === 'rate-limited')).toMatchObject({ forMs: 1_000 });
    limited.program({});
    await ask(gateway);
    expect(limited.counts().started).toBe(1);
    await until(() => Date.now() > (cooling?.coolingUntil ?? 0) + 5);
    await ask(gateway);
    expect(limited.counts().started).toBe(2);
    expect((await first(gateway))?.health).toBe('healthy');
  });

  it('health.cooldown where it does not say for how long', async () => {
    const [limited, good] = [await upstream({ status: 429 }), await upstream()];
    const gateway = await gatewayWith(`health: { cooldown: 7s }\n${cluster([limited, good])}`);
    await ask(gateway);
    expect(gateway.log.events.find((event) => event.kind === 'rate-limited')).toMatchObject({ forMs: 7_000 });
  });

  it('30 s where nothing is set', async () => {
    const [limited, good] = [await upstream({ status: 529 }), await upstream()];
    const gateway = await gatewayWith(cluster([limited, good]));
    await ask(gateway);
    expect(gateway.log.events.find((event) => event.kind === 'rate-limited')).toMatchObject({
      forMs: 30_000,
    });
  });

  it('the only endpoint is asked again once its retry-after is over', async () => {
    const limited = await upstream();
    limited.enqueue({ status: 429, retryAfter: 1 });
    const gateway = await gatewayWith(`retry: { base: 1ms, cap: 2ms }\n${cluster([limited])}`);
    const response = await ask(gateway);
    expect(response.status).toBe(200);
    const retry = gateway.log.events.find((event) => event.kind === 'retry');
    expect(retry).toMatchObject({ n: 1 });
    // What was asked for, not the millisecond of the backoff. Timers may fire a little early.
    expect(retry).toHaveProperty('waitedMs');
    expect((retry as { waitedMs: number }).waitedMs).toBeGreaterThan(950);
  });
});

describe('every endpoint is out', () => {
  it('the one that is back soonest is used: never "0 endpoints"', async () => {
    const [one, two] = [
      await upstream({ status: 429, retryAfter: 50 }),
      await upstream({ status: 429, retryAfter: 20 }),
    ];
    const gateway = await gatewayWith(`timeouts: { total: 2s }\n${cluster([one, two])}`);
    expect((await ask(gateway)).status).toBe(429);
    one.program({});
    two.program({});
    const response = await ask(gateway);
    expect(response.status).toBe(200);
    expect([one, two].map((each) => each.counts().finished)).toEqual([0, 1]);
    expect(gateway.log.events.filter((event) => event.kind === 'picked').at(-1)).toMatchObject({
      why: 'least-bad',
    });
  });

  it('also where all circuits are open', async () => {
    const [one, two] = [await upstream({ status: 500 }), await upstream({ status: 500 })];
    const gateway = await gatewayWith(
      `retry: { max: 1 }\nhealth: { interval: 5m }\n${cluster([one, two], () => ', max_failures: 1')}`,
    );
    expect((await ask(gateway)).status).toBe(502);
    expect((await gateway.view()).endpoints.map(({ inQueue }) => inQueue)).toEqual([true, true]);
    one.program({});
    two.program({});
    expect((await ask(gateway)).status).toBe(200);
    expect((await gateway.view()).endpoints.filter(({ inQueue }) => !inQueue)).toHaveLength(1);
  });
});
