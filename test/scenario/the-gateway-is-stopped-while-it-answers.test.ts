import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';
import { endsCleanly, postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const STREAM = { ...ANTHROPIC_REQUEST, stream: true };

async function held() {
  let finish: () => void = () => undefined;
  const own = await ownUpstream((_, response) => {
    openMessage(response);
    response.write(MESSAGE_EVENTS.delta('part'));
    finish = () => response.end(MESSAGE_EVENTS.end);
  });
  return { url: own.url, seen: own.seen, finish: () => finish() };
}

describe('the gateway is stopped while it answers', () => {
  it('running streams finish, then it is gone, though clients keep their connections open', async () => {
    const one = await held();
    const gateway = await gatewayWith(`drain: 60s\n${cluster([one])}`);
    const running = await post(`${gateway.url}/v1/messages`, STREAM);
    const idle = rawClient(gateway.url);
    idle.send('HEAD /api/hello HTTP/1.1\r\nhost: g\r\n\r\n');
    const stopped = gateway.stop();
    await until(() => gateway.log.events.some(({ kind }) => kind === 'draining'));
    await until(() =>
      post(`${gateway.url}/v1/messages`, STREAM).then(
        (response) => response.status === 503,
        () => true,
      ),
    );
    one.finish();
    expect((await running.text()).endsWith(MESSAGE_EVENTS.end)).toBe(true);
    await stopped;
    await gateway.stopped;
    expect(gateway.log.events.at(-1)).toEqual({ kind: 'stopped' });
  });

  it('a request on a connection that is still open gets a 503 and a pause', async () => {
    const one = await held();
    const gateway = await gatewayWith(`drain: 60s\n${cluster([one])}`);
    const client = rawClient(gateway.url);
    const body = JSON.stringify(STREAM);
    client.send(postBytes('/v1/messages', body));
    await until(() => client.text().includes('part'));
    const stopped = gateway.stop();
    one.finish();
    client.send(postBytes('/v1/messages', body.replace('Say', 'Do say')));
    await client.closed;
    await stopped;
    const answers = client.text().match(/HTTP\/1\.1 \d+/g);
    expect(answers?.[0]).toBe('HTTP/1.1 200');
    expect(answers?.[1] ?? 'HTTP/1.1 503').toBe('HTTP/1.1 503');
    expect(one.seen).toHaveLength(1);
  });

  it('what outlasts drain is cut, not ended', async () => {
    const one = await held();
    const gateway = await gatewayWith(`drain: 100ms\n${cluster([one])}`);
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', JSON.stringify(STREAM)));
    await until(() => client.text().includes('part'));
    await gateway.stop();
    expect(endsCleanly(await client.closed)).toBe(false);
  });

  it('nothing is running: it stops at once, and stopping twice is as good as once', async () => {
    const gateway = await gatewayWith(`drain: 60s\n${cluster([await upstream()])}`);
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
    await Promise.all([gateway.stop(), gateway.stop()]);
    await expect(fetch(gateway.url)).rejects.toThrow();
  });
});
