import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  closeLater,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const ask = (url: string, headers: Record<string, string> = {}) =>
  post(`${url}/v1/messages`, ANTHROPIC_REQUEST, headers);

describe('a changed configuration', () => {
  it('holds for new requests, and a running stream keeps its own', async () => {
    let finish: () => void = () => undefined;
    const before = await ownUpstream((_, response) => {
      openMessage(response);
      response.write(MESSAGE_EVENTS.delta('from before'));
      finish = () => response.end(MESSAGE_EVENTS.end);
    });
    const after = await upstream({ text: 'from after' });
    const gateway = await gatewayWith(cluster([before]));
    const running = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true });
    expect(await gateway.change(cluster([after]))).toEqual({
      ok: true,
      value: { clusters: 1, endpoints: 1 },
    });
    expect(await (await ask(gateway.url)).text()).toContain('from after');
    expect(before.seen).toHaveLength(1);
    finish();
    const text = await running.text();
    expect(text).toContain('from before');
    expect(text.endsWith(MESSAGE_EVENTS.end)).toBe(true);
    expect((await gateway.view()).endpoints).toHaveLength(1);
  });

  it('leaves the health of endpoints that stay', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const yaml = (weight: number) => cluster([bad, good], () => `, max_failures: 1, weight: ${weight}`);
    const gateway = await gatewayWith(yaml(100));
    await ask(gateway.url);
    await gateway.change(yaml(50));
    const view = await gateway.view();
    expect(view.endpoints[0]).toMatchObject({ inQueue: true, weight: 50, requests: 1 });
    await ask(gateway.url);
    expect(bad.counts().started).toBe(1);
  });

  it('with a mistake in it changes nothing', async () => {
    const one = await upstream();
    const gateway = await gatewayWith(cluster([one]));
    const changed = await gateway.change(
      'clusters: { main: { endpoints: [{ base_url: "ftp://nowhere" }] } }\n',
    );
    expect(changed.ok).toBe(false);
    expect((await ask(gateway.url)).status).toBe(200);
    const { config } = await gateway.view();
    expect(config.problem).toMatch(/http/);
    expect(gateway.log.events.some(({ kind }) => kind === 'reload-failed')).toBe(true);
    await gateway.change(cluster([one]));
    expect((await gateway.view()).config.problem).toBeUndefined();
  });

  it('opens listeners that are added and closes those that go, without cutting what runs there', async () => {
    const one = await upstream({ firstByteMs: 150 });
    const port = await freePort();
    const two = `listen: ["127.0.0.1:0", "127.0.0.1:${port}"]\n${cluster([one])}`;
    const gateway = await gatewayWith(cluster([one]));
    await gateway.change(two);
    const added = `http://127.0.0.1:${port}`;
    expect(gateway.addresses).toContain(added);
    const running = ask(added);
    await until(() => one.counts().started === 1);
    await gateway.change(cluster([one]));
    expect((await running).status).toBe(200);
    await until(() =>
      ask(added).then(
        () => false,
        () => true,
      ),
    );
    expect((await ask(gateway.url)).status).toBe(200);
  });

  it('a listener that cannot be had: the running configuration stays, with the listeners it had', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    closeLater({ close: async () => void blocker.close() });
    const taken = (blocker.address() as { port: number }).port;
    const free = await freePort();
    const [one, other] = [await upstream(), await upstream()];
    const gateway = await gatewayWith(cluster([one]));
    const changed = await gateway.change(
      `listen: ["127.0.0.1:0", "127.0.0.1:${free}", "127.0.0.1:${taken}"]\n${cluster([other])}`,
    );
    expect(changed).toMatchObject({ ok: false, error: { detail: expect.stringContaining(`${taken}`) } });
    expect((await ask(gateway.url)).status).toBe(200);
    expect(other.counts().started).toBe(0);
    expect(gateway.addresses).toHaveLength(1);
  });

  it('keys and body limits hold from the next request on', async () => {
    const one = await upstream();
    const gateway = await gatewayWith(cluster([one]));
    await gateway.change(
      `auth: { keys: [{ name: team, key: team-key-1 }] }\nmax_body: 1KiB\n${cluster([one])}`,
    );
    expect((await ask(gateway.url)).status).toBe(401);
    const key = { 'x-api-key': 'team-key-1' };
    expect((await ask(gateway.url, key)).status).toBe(200);
    const large = { ...ANTHROPIC_REQUEST, padding: 'x'.repeat(2_000) };
    expect((await post(`${gateway.url}/v1/messages`, large, key)).status).toBe(413);
  });

  describe('from several sides at once', () => {
    const listening = (ports: readonly number[], one: { url: string }) =>
      `listen: [${['127.0.0.1:0', ...ports.map((port) => `127.0.0.1:${port}`)].map((at) => `"${at}"`).join(', ')}]\n${cluster([one])}`;
    const answers = (port: number) =>
      ask(`http://127.0.0.1:${port}`).then(
        ({ status }) => status === 200,
        () => false,
      );

    it('two reloads lose no listener', async () => {
      const one = await upstream();
      const [a, b] = [await freePort(), await freePort()];
      const gateway = await gatewayWith(cluster([one]));
      const all = await Promise.all([
        gateway.change(listening([a, b], one)),
        gateway.reload(),
        gateway.reload(),
      ]);
      expect(all.map(({ ok }) => ok)).toEqual([true, true, true]);
      expect(gateway.addresses).toHaveLength(3);
      expect([await answers(a), await answers(b)]).toEqual([true, true]);
    });

    it('an edit through the admin API and a signal lose no listener, and the last text holds', async () => {
      const one = await upstream();
      const [a, b] = [await freePort(), await freePort()];
      const gateway = await gatewayWith(cluster([one]));
      const { version } = (await (await fetch(`${gateway.url}/__qcc__/config`)).json()) as {
        version: string;
      };
      const edit = fetch(`${gateway.url}/__qcc__/config/apply`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: listening([a, b], one), version }),
      });
      const reloads = Array.from({ length: 20 }, async (_, n) => {
        await new Promise((resolve) => setTimeout(resolve, n));
        return gateway.reload();
      });
      expect((await edit).status).toBe(200);
      await Promise.all(reloads);
      expect(gateway.addresses).toHaveLength(3);
      expect([await answers(a), await answers(b)]).toEqual([true, true]);
    });

    it('a reload while it stops opens nothing', async () => {
      const one = await upstream();
      const port = await freePort();
      const gateway = await gatewayWith(cluster([one]));
      const changed = gateway.change(listening([port], one));
      const stopped = gateway.stop();
      expect((await changed).ok).toBe(false);
      expect((await gateway.reload()).ok).toBe(false);
      await stopped;
      expect(await answers(port)).toBe(false);
      expect(gateway.log.events.at(-1)).toEqual({ kind: 'stopped' });
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
