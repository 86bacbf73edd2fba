import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  PROTOCOL_CALLS,
  until,
  upstream,
} from '../harness/gateway.ts';
import { postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const CANCEL = 'disconnect: { policy: cancel }\n';

describe('a client closes its connection', () => {
  it.each(PROTOCOL_CALLS)(
    '$protocol, in mid-stream: the upstream call is cancelled',
    async ({ path, body }) => {
      const one = await upstream({ eventMs: 20, events: 500 });
      const gateway = await gatewayWith(CANCEL + cluster([one]));
      const client = rawClient(gateway.url);
      client.send(postBytes(path, JSON.stringify({ ...body, stream: true })));
      await until(() => client.text().includes('alpha'));
      client.socket.destroy();
      await until(() => one.counts().cancelled === 1);
      expect(one.counts()).toMatchObject({ started: 1, finished: 0 });
      await until(() => gateway.log.events.some(({ kind }) => kind === 'client-left'));
      const view = await gateway.view();
      expect(view.running).toBe(0);
      expect(view.endpoints[0]).toMatchObject({ inFlight: 0, consecutiveFailures: 0, health: 'unknown' });
      expect(view).toMatchObject({ successes: 0, failures: 0 });
    },
  );

  it('before the first byte: the call is cancelled, and nobody else is asked', async () => {
    const [one, two] = [await upstream({ firstByteMs: 60_000 }), await upstream()];
    const gateway = await gatewayWith(CANCEL + cluster([one, two]));
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true })));
    await until(() => one.counts().started === 1);
    client.socket.destroy();
    await until(() => one.counts().cancelled === 1);
    await until(async () => (await gateway.view()).running === 0);
    expect(two.counts().started).toBe(0);
  });

  it('during the pause before a retry: no further attempt is made', async () => {
    const one = await upstream({ status: 429, retryAfter: 100 });
    const gateway = await gatewayWith(CANCEL + cluster([one]));
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', JSON.stringify(ANTHROPIC_REQUEST)));
    await until(() => one.counts().rejected === 1);
    client.socket.destroy();
    await until(() => gateway.log.events.some(({ kind }) => kind === 'client-left'));
    await until(async () => (await gateway.view()).running === 0);
    expect(one.counts().started).toBe(1);
  });

  it('while its request is still coming: nothing is asked', async () => {
    const one = await upstream();
    const gateway = await gatewayWith(CANCEL + cluster([one]));
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', JSON.stringify(ANTHROPIC_REQUEST)).slice(0, -20));
    await until(() => client.socket.bytesWritten > 0);
    client.socket.destroy();
    await client.closed;
    const after = await fetch(`${gateway.url}/v1/models`);
    expect(after.status).toBe(200);
    expect(one.counts().started).toBe(0);
    expect((await gateway.view()).running).toBe(0);
  });
});
