import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, cluster, gatewayWith, post, until, upstream } from '../harness/gateway.ts';
import { ownUpstream } from '../harness/own-upstream.ts';
import { endsCleanly, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

describe('what is no generation is passed through', () => {
  const PATHS: readonly [string, string, Record<string, string>][] = [
    ['HEAD', '/', {}],
    ['GET', '/', {}],
    ['HEAD', '/api/hello', { 'user-agent': 'claude-cli/2.1.330' }],
    ['GET', '/v1/models', {}],
    ['GET', '/v1/models?limit=1000', { 'anthropic-version': '2023-06-01' }],
    ['GET', '/v1/models/gpt-test', {}],
    ['DELETE', '/v1/files/file-1', {}],
    ['PUT', '/v1/anything?x=1', {}],
    ['PATCH', '/v1/anything', {}],
    ['OPTIONS', '/v1/messages', {}],
    ['GET', '/v1/responses/resp_1', {}],
    ['POST', '/v1/responses/resp_1/cancel', {}],
    ['POST', '/v1/messages/batches', {}],
    ['POST', '/v1/embeddings', {}],
  ];
  it.each(PATHS)('%s %s', async (method, path, headers) => {
    const own = await ownUpstream((_, response) =>
      response.writeHead(207, { 'content-type': 'text/odd', 'x-odd': 'yes' }).end('as it is'),
    );
    const gateway = await gatewayWith(cluster([own]));
    const body = method === 'POST' || method === 'PUT' ? 'not json at all' : undefined;
    const response = await fetch(gateway.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(207);
    expect(response.headers.get('x-odd')).toBe('yes');
    expect(response.headers.get('x-qcc-attempts')).toBe('1');
    expect(await response.text()).toBe(method === 'HEAD' ? '' : 'as it is');
    expect(own.seen).toHaveLength(1);
    expect(own.seen[0]).toMatchObject({ method, url: path });
    expect(own.seen[0]?.body.toString()).toBe(body ?? '');
    expect(own.seen[0]?.headers.authorization).toBe('Bearer key-0');
  });

  it('models come from the endpoint there is, whatever it speaks', async () => {
    for (const protocols of ['anthropic-messages', 'openai-chat', 'openai-responses']) {
      const gateway = await gatewayWith(cluster([await upstream()], () => `, protocols: ${protocols}`));
      const response = await fetch(`${gateway.url}/v1/models`);
      expect([protocols, response.status]).toEqual([protocols, 200]);
    }
  });

  it('a listing fails over like anything else, and says nothing of the models', async () => {
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const gateway = await gatewayWith(cluster([bad, good], () => ', max_failures: 1'));
    const response = await fetch(`${gateway.url}/v1/models`);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-qcc-attempts')).toBe('2');
    expect((await gateway.view()).endpoints[0]).toMatchObject({ inQueue: false });
  });

  it('a large body goes out while it comes in', async () => {
    const piece = 'x'.repeat(100_000);
    let sendNext: () => void = () => undefined;
    const own = await ownUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.flushHeaders();
      let sent = 0;
      sendNext = () => {
        sent += 1;
        if (sent === 5) response.end(piece);
        else response.write(piece);
      };
    });
    const gateway = await gatewayWith(cluster([own]));
    const client = rawClient(gateway.url);
    client.send('GET /v1/files/f/content HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n');
    for (let i = 1; i <= 5; i += 1) {
      await until(() => own.seen.length === 1 && client.text().split('x').length > (i - 1) * piece.length);
      sendNext();
    }
    expect(endsCleanly(await client.closed)).toBe(true);
    expect(client.text().split('x'.repeat(1_000)).length).toBeGreaterThan(400);
  });

  it('one that breaks off is cut, not ended', async () => {
    const own = await ownUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('half of it', () => setTimeout(() => response.destroy(), 20));
    });
    const gateway = await gatewayWith(cluster([own]));
    await expect(
      fetch(`${gateway.url}/v1/files/f/content`).then((answer) => answer.text()),
    ).rejects.toThrow();
  });

  it.each(['/v2/messages', '/nothing', '/api/other', '/v1'])('%s is no path of ours: 404', async (path) => {
    const own = await ownUpstream((_, response) => response.end());
    const gateway = await gatewayWith(cluster([own]));
    const response = await post(gateway.url + path, {});
    expect(response.status).toBe(404);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(((await response.json()) as { error: { code: string } }).error.code).toBe('unknown_path');
    expect(own.seen).toHaveLength(0);
  });
});
