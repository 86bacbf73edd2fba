import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPoster } from './post.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function postTo(listener: RequestListener, more: { url?: string; timeoutMs?: number } = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const poster = createPoster();
  closing.push(
    () => poster.close(),
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const url = more.url ?? `http://127.0.0.1:${port}/hook/hunter22`;
  return poster.post({ url, headers: { 'x-a': 'b' }, body: 'hello', timeoutMs: more.timeoutMs ?? 5_000 });
}

describe('post', () => {
  it('gives what was answered', async () => {
    const result = await postTo((request, response) => {
      request.on('data', (part: Buffer) => {
        response.writeHead(201, { 'retry-after': '3' });
        response.end(`${request.method} ${request.url} ${String(request.headers['x-a'])} ${part}`);
      });
    });
    expect(result).toMatchObject({
      kind: 'answered',
      answer: { status: 201, headers: { 'retry-after': '3' }, body: 'POST /hook/hunter22 b hello' },
    });
  });

  it('does not follow a redirect, which could lead anywhere', async () => {
    let asked = 0;
    const result = await postTo((_request, response) => {
      asked += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect([result.kind === 'answered' && result.answer.status, asked]).toEqual([307, 1]);
  });

  it('is given up when it is closed meanwhile, and says so', async () => {
    const poster = createPoster();
    let asked: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = createServer(() => asked());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const posting = poster.post({ url, headers: {}, body: 'hello', timeoutMs: 10_000 });
    await arrived;
    await poster.close();
    expect(await posting).toEqual({ kind: 'failed', detail: 'given up, since the gateway stops' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('reads no more of an answer than it may', async () => {
    const result = await postTo((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    });
    expect(result.kind === 'answered' && result.answer.body.length).toBe(65_536);
  });

  it.each<[string, RequestListener, { url?: string; timeoutMs?: number }, RegExp]>([
    ['that says nothing', () => undefined, { timeoutMs: 100 }, /^no answer within 100 ms$/],
    [
      'that stops in the middle',
      (_request, response) => void response.write('x'),
      { timeoutMs: 100 },
      /^no answer within 100 ms$/,
    ],
    ['that hangs up', (request) => void request.socket.destroy(), {}, /^[A-Z_]+$/],
    ['that is not there', () => undefined, { url: 'http://127.0.0.1:9/hook/hunter22' }, /^ECONNREFUSED$/],
  ])('fails at a receiver %s, without its address', async (_name, listener, more, words) => {
    const result = await postTo(listener, more);
    expect(result.kind === 'failed' && result.detail).toMatch(words);
  });
});
