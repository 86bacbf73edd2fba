import { afterEach, describe, expect, it } from 'vitest';
import type { HealthEvent } from '../../src/domain/health.ts';
import { memoryStore } from '../../src/storage/storage.ts';
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

const RETRY = 'retry: { base: 5ms, cap: 10ms }\n';

const ask = async (gateway: RunningGateway) => {
  const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
  await response.arrayBuffer();
  return response;
};
const endpointOf = async (gateway: RunningGateway, index = 0) => {
  const endpoint = (await gateway.view()).endpoints[index];
  if (!endpoint) throw new Error('no such endpoint');
  return endpoint;
};
const historyOf = async (gateway: RunningGateway, id: string): Promise<HealthEvent[]> =>
  (await (await fetch(`${gateway.url}/__qcc__/endpoints/${id}/history`)).json()) as HealthEvent[];

describe('max_failures in a row', () => {
  it.each([1, 2, 4])(
    'max_failures %i: so many open the circuit, and it is asked no more',
    async (maxFailures) => {
      const [bad, good] = [await upstream({ status: 500 }), await upstream()];
      const gateway = await gatewayWith(RETRY + cluster([bad, good], () => `, max_failures: ${maxFailures}`));
      for (let i = 0; i < maxFailures + 2; i += 1) expect((await ask(gateway)).status).toBe(200);
      expect(bad.counts().started).toBe(maxFailures);
      expect(await endpointOf(gateway)).toMatchObject({ inQueue: true, health: 'unhealthy' });
      const queue = (await (await fetch(`${gateway.url}/__qcc__/queue`)).json()) as { lastError: string }[];
      expect(queue).toHaveLength(1);
      expect(queue[0]?.lastError).toBe('HTTP 500');
    },
  );

  it('a success in between starts the count anew', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const gateway = await gatewayWith(RETRY + cluster([bad, good], () => ', max_failures: 2'));
    await ask(gateway);
    bad.program({});
    await ask(gateway);
    bad.program({ status: 500 });
    await ask(gateway);
    expect(await endpointOf(gateway)).toMatchObject({ inQueue: false, consecutiveFailures: 1 });
  });
});

describe('the failure queue is worked off by conversations', () => {
  it('the right code brings the endpoint back, and the history tells it', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const health = 'health: { interval: 80ms, max_interval: 200ms, model: claude-cheap }\n';
    const gateway = await gatewayWith(health + RETRY + cluster([bad, good], () => ', max_failures: 1'));
    await ask(gateway);
    expect((await endpointOf(gateway)).inQueue).toBe(true);
    bad.program({});
    await until(async () => !(await endpointOf(gateway)).inQueue);

    const verification = bad.calls().at(-1);
    const asked = JSON.parse(verification?.body.toString() ?? '');
    expect(verification?.path).toBe('/v1/messages');
    expect(verification?.key).toBe('key-0');
    expect(asked).toMatchObject({ model: 'claude-cheap', max_tokens: 20 });
    expect(asked.messages.length).toBeGreaterThan(1);

    await ask(gateway);
    expect(good.counts().started).toBe(1);
    const endpoint = await endpointOf(gateway);
    expect(endpoint).toMatchObject({ health: 'healthy', consecutiveFailures: 0 });
    const kinds = (await historyOf(gateway, endpoint.id)).map(({ kind }) => kind);
    expect(kinds[0]).toBe('opened');
    expect(kinds.at(-1)).toBe('verified');
    const logged = gateway.log.events.map(({ kind }) => kind);
    expect(logged).toEqual(expect.arrayContaining(['circuit-open', 'verify-start', 'verified']));
  });

  it('a wrong code keeps it out, with pauses that grow up to max_interval', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const health = 'health: { interval: 20ms, max_interval: 70ms }\n';
    const gateway = await gatewayWith(health + RETRY + cluster([bad, good], () => ', max_failures: 1'));
    await ask(gateway);
    bad.program({ wrongCode: true });
    const failed = () => gateway.log.events.filter((event) => event.kind === 'verify-failed');
    await until(() => failed().filter(({ detail }) => detail.includes('code')).length >= 4);
    expect((await endpointOf(gateway)).inQueue).toBe(true);
    const pauses = failed().map(({ nextCheckMs }) => nextCheckMs);
    expect(pauses.slice(0, 4).map(Math.round)).toEqual([40, 70, 70, 70]);
    const { id } = await endpointOf(gateway);
    const rows = (await historyOf(gateway, id)).filter(({ kind }) => kind === 'verification-failed');
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(bad.counts().charged).toBeGreaterThanOrEqual(4);
  });

  it('health.timeout bounds a verification', async () => {
    const [bad, good] = [await upstream({ hang: 'before-head' }), await upstream()];
    const health = 'timeouts: { first_byte: 50ms }\nhealth: { interval: 30ms, timeout: 60ms }\n';
    const gateway = await gatewayWith(
      health + RETRY + cluster([bad, good], () => ', max_failures: 1, timeout: 50ms'),
    );
    await ask(gateway);
    await until(() => gateway.log.events.some((event) => event.kind === 'verify-failed'));
    expect(gateway.log.events.find((event) => event.kind === 'verify-failed')).toMatchObject({
      detail: 'timer total: 60 ms, set by health.timeout',
    });
  });

  it('health.enabled: false asks nobody; a request after the pause is the trial', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const health = 'health: { enabled: false, interval: 100ms }\n';
    const gateway = await gatewayWith(health + RETRY + cluster([bad, good], () => ', max_failures: 1'));
    await ask(gateway);
    bad.program({});
    const { circuit } = await endpointOf(gateway);
    await until(() => circuit.kind === 'open' && Date.now() > circuit.nextCheckAt + 5);
    expect(bad.counts().started).toBe(1);
    await ask(gateway);
    expect(bad.counts()).toMatchObject({ started: 2, finished: 1 });
    expect((await endpointOf(gateway)).inQueue).toBe(false);
  });

  it('an endpoint is verified by the model last seen working there, where none is set', async () => {
    const [bad, good] = [await upstream(), await upstream()];
    const health = 'health: { interval: 30ms }\n';
    const gateway = await gatewayWith(health + RETRY + cluster([bad, good], () => ', max_failures: 1'));
    await ask(gateway);
    bad.enqueue({ status: 500 });
    await ask(gateway);
    await until(async () => !(await endpointOf(gateway)).inQueue);
    expect(JSON.parse(bad.calls().at(-1)?.body.toString() ?? '')).toMatchObject({ model: 'claude-test' });
  });

  it('is remembered over a restart', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const store = memoryStore();
    const yaml = RETRY + cluster([bad, good], () => ', max_failures: 1');
    const before = await gatewayWith(yaml, { store });
    await ask(before);
    await before.stop();
    const after = await gatewayWith(yaml, { store });
    expect(await endpointOf(after)).toMatchObject({ inQueue: true, requests: 1 });
    await ask(after);
    expect(bad.counts().started).toBe(1);
    expect((await after.view()).lifetime).toMatchObject({ requests: 2, successes: 2 });
  });
});
