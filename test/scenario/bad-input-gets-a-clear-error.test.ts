import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  PROTOCOL_CALLS,
  post,
  upstream,
} from '../harness/gateway.ts';
import { rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const ready = async (yaml = '') => {
  const one = await upstream();
  return { one, gateway: await gatewayWith(yaml + cluster([one])) };
};
const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe('bad input gets a clear error, and the gateway goes on', () => {
  it.each(['{', '', '[]', '"text"', 'null', '{"model":"x"', '{"model":}', '{model:1}', '\u0000', '<html>'])(
    'malformed JSON %j: 400 in each protocol',
    async (body) => {
      const { one, gateway } = await ready();
      for (const { path } of PROTOCOL_CALLS) {
        const response = await post(gateway.url + path, body);
        expect(response.status).toBe(400);
        expect(response.headers.get('x-should-retry')).toBe('false');
        expect(await codeOf(response)).toBe('bad_json');
      }
      expect(one.calls()).toHaveLength(0);
      expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
    },
  );

  it.each([
    ['x-qcc-scenario', 'fast'],
    ['x-qcc-timeout', 'soon'],
    ['x-qcc-timeout', '0'],
    ['content-encoding', 'zstd'],
  ])('header %s: %s: 400 that says what is expected', async (name, value) => {
    const { gateway } = await ready();
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { [name]: value });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('bad_header');
    expect(error.message).toContain(value);
    expect(error.message).toContain('expected');
  });

  it('a compressed request is read, and goes on unpacked', async () => {
    const { one, gateway } = await ready();
    const text = JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true });
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      body: gzipSync(text),
    });
    expect(response.status).toBe(200);
    expect(one.calls()[0]?.body.toString()).toBe(text);
    expect(one.calls()[0]?.headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ['broken', Buffer.from('no gzip at all'), 400, 'bad_request'],
    ['too large once unpacked', gzipSync(Buffer.alloc(5_000, ' ')), 413, 'body_too_large'],
  ] as const)('a compressed request that is %s', async (_, body, status, code) => {
    const { gateway } = await ready('max_body: 2KB\n');
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await codeOf(response)).toBe(code);
  });

  it('over max_body by its length, or as it comes: 413', async () => {
    const { one, gateway } = await ready('max_body: 1KiB\n');
    const padded = JSON.stringify({ ...ANTHROPIC_REQUEST, padding: 'x'.repeat(2_000) });
    const announced = await post(`${gateway.url}/v1/messages`, padded);
    expect(announced.status).toBe(413);
    expect(await codeOf(announced)).toBe('body_too_large');
    const client = rawClient(gateway.url);
    client.send('POST /v1/messages HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\n');
    client.send(`7d0\r\n${'x'.repeat(2_000)}\r\n`);
    expect(await client.closed).toMatch(/^HTTP\/1\.1 413 /);
    expect(one.calls()).toHaveLength(0);
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
  });

  it('a body far over the limit: the client reads its 413 although it was still sending', async () => {
    const { gateway } = await ready('max_body: 1KiB\n');
    const response = await post(`${gateway.url}/v1/messages`, 'x'.repeat(20_000_000));
    expect(response.status).toBe(413);
  });

  it('a half request, and a body that stops coming: 408', async () => {
    const { gateway } = await ready('request_timeout: 100ms\n');
    const half = rawClient(gateway.url);
    half.send('POST /v1/messages HTTP/1.1\r\nhost: g\r\n');
    const stopped = rawClient(gateway.url);
    stopped.send('POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: 100\r\n\r\n{"model":');
    expect(await half.closed).toMatch(/^HTTP\/1\.1 408 /);
    const told = await stopped.closed;
    expect(told).toMatch(/^HTTP\/1\.1 408 /);
    expect(told).toContain('"request_timeout"');
  });

  it('a slow body that keeps coming is waited for', async () => {
    const { gateway } = await ready('request_timeout: 200ms\n');
    const body = JSON.stringify(ANTHROPIC_REQUEST);
    const client = rawClient(gateway.url);
    client.send(
      `POST /v1/messages HTTP/1.1\r\nhost: g\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    for (let at = 0; at < body.length; at += 12) {
      client.send(body.slice(at, at + 12));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(await client.closed).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['garbage', '\u0000\u0001\u0002 not http at all\r\n\r\n', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: g\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and chunks',
      'POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('%s: %i, as JSON, and the connection is closed', async (_, bytes, status) => {
    const { gateway } = await ready();
    const client = rawClient(gateway.url);
    client.send(Buffer.from(bytes as string, 'latin1'));
    const received = await client.closed;
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(received.slice(received.indexOf('\r\n\r\n') + 4)).error.code).toBe('bad_request');
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
  });

  it('a CONNECT and an upgrade leave it running', async () => {
    const { gateway } = await ready();
    for (const bytes of [
      'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n',
      'GET /v1/models HTTP/1.1\r\nhost: g\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n',
    ]) {
      const client = rawClient(gateway.url);
      client.send(bytes);
      await client.closed;
    }
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
  });
});

describe('auth.keys', () => {
  const KEYS = 'auth: { keys: [{ name: ci, key: ci-key-12345 }, { name: team, key: team-key-12345 }] }\n';

  it.each([
    ['no key', {}, 401],
    ['a wrong key', { 'x-api-key': 'wrong' }, 401],
    ['part of a key', { 'x-api-key': 'ci-key-1234' }, 401],
    [
      'a wrong key from Claude Code',
      { 'x-api-key': 'wrong', 'user-agent': 'claude-cli/2.1.330 (external, cli)' },
      403,
    ],
    [
      'a wrong Bearer from Claude Code',
      { authorization: 'Bearer wrong', 'user-agent': 'claude-code/2.2' },
      403,
    ],
    ['x-api-key', { 'x-api-key': 'ci-key-12345' }, 200],
    ['Bearer', { authorization: 'Bearer team-key-12345' }, 200],
    ['bearer in lower case', { authorization: 'bearer team-key-12345' }, 200],
    ['api-key', { 'api-key': 'team-key-12345' }, 200],
  ] as const)('%s: %j → %i', async (_, headers, status) => {
    const { one, gateway } = await ready(KEYS);
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(ANTHROPIC_REQUEST),
    });
    expect(response.status).toBe(status);
    if (status !== 200) {
      expect(await codeOf(response)).toBe('bad_client_key');
      expect(response.headers.get('x-should-retry')).toBe('false');
      expect(one.calls()).toHaveLength(0);
    }
  });

  it('a large body with a wrong key: the answer is read all the same', async () => {
    const { gateway } = await ready(KEYS);
    const response = await post(`${gateway.url}/v1/messages`, 'x'.repeat(20_000_000));
    expect(response.status).toBe(401);
  });

  it('names the key in the log, and never shows it', async () => {
    const { gateway } = await ready(KEYS);
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-api-key': 'ci-key-12345' });
    expect(gateway.log.events.find(({ kind }) => kind === 'request')).toMatchObject({ client: 'ci' });
    expect(JSON.stringify(gateway.log.events)).not.toContain('ci-key-12345');
  });
});
