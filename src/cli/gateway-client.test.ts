import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askGateway, followGateway } from './gateway-client.ts';

let server: Server;
let address: string;
let respond: (response: ServerResponse, body: string, headers: NodeJS.Dict<string | string[]>) => void;

beforeEach(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => respond(response, Buffer.concat(parts).toString('utf8'), request.headers));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

describe('a question', () => {
  it('carries a body as JSON, whole', async () => {
    let got: unknown;
    respond = (response, body, headers) => {
      got = { body: JSON.parse(body), type: headers['content-type'], token: headers['x-qcc-admin-token'] };
      response.end('{"done":true}');
    };
    const text = '524 “é” \u0000 \ud83d\ude00 </html>\r\n'.repeat(9_000);
    const answer = await askGateway(address, 'POST', 'explain', { body: { text }, token: 't' });
    expect(answer).toEqual({ ok: true, value: { done: true } });
    expect(got).toEqual({ body: { text }, type: 'application/json', token: 't' });
  });

  it.each([
    [200, 'no json', 'silent'],
    [500, '<html>', 'silent'],
    [404, '{"error":{"code":"unknown_exchange","message":"no"}}', 'refused'],
    [204, '', 'silent'],
    [403, 'null', 'silent'],
  ])('that is answered %s %j', async (status, body, kind) => {
    respond = (response) => response.writeHead(status).end(body);
    expect(await askGateway(address, 'GET', 'x')).toMatchObject({ ok: false, error: { kind } });
  });
});

describe('a stream', () => {
  const open = (response: ServerResponse): ServerResponse =>
    response.writeHead(200, { 'content-type': 'text/event-stream' });

  async function follow(options: Parameters<typeof followGateway>[2] = {}) {
    const events: (readonly [string, unknown])[] = [];
    const ended = await followGateway(address, 'live', options, (event, data) => events.push([event, data]));
    return { events, ended };
  }

  it('is read event by event, however its bytes are cut', async () => {
    respond = async (response) => {
      open(response);
      const bytes = Buffer.from(
        ': hello\n\nevent: live\ndata: {"a":"é"}\n\nevent: exchange\r\ndata: [1,\r\ndata: 2]\r\n\r\n',
      );
      for (const byte of bytes) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    };
    expect(await follow()).toEqual({
      events: [
        ['live', { a: 'é' }],
        ['exchange', [1, 2]],
      ],
      ended: { ok: true, value: 'ended' },
    });
  });

  it.each([
    ['is no JSON', (response: ServerResponse) => open(response).end('event: live\ndata: {\n\n')],
    ['breaks', (response: ServerResponse) => open(response).write('event: live\n', () => response.destroy())],
    ['falls silent', (response: ServerResponse) => void open(response).flushHeaders()],
    ['is a page of somebody else', (response: ServerResponse) => response.writeHead(502).end('<html>')],
    ['never answers', () => {}],
  ])('that %s is trouble', async (_name, how) => {
    respond = how;
    const { ended } = await follow({ silenceMs: 200 });
    expect(ended).toMatchObject({ ok: false, error: { kind: 'silent' } });
  });

  it('that is refused says why', async () => {
    respond = (response) =>
      response.writeHead(503).end('{"error":{"code":"too_many_readers","message":"full"}}');
    expect((await follow()).ended).toMatchObject({
      ok: false,
      error: { kind: 'refused', status: 503, code: 'too_many_readers' },
    });
  });

  it('ends when it is told to, before and meanwhile, and lets go of the connection', async () => {
    let closed: Promise<void> = Promise.resolve();
    respond = (response) => {
      closed = new Promise((done) => response.on('close', done));
      open(response).write('event: live\ndata: 1\n\n');
    };
    expect((await follow({ signal: AbortSignal.abort() })).ended).toEqual({ ok: true, value: 'aborted' });
    const leaving = new AbortController();
    const ended = followGateway(address, 'live', { signal: leaving.signal }, () => leaving.abort());
    expect(await ended).toEqual({ ok: true, value: 'aborted' });
    await closed;
  });

  it('throws what its listener throws, and is left', async () => {
    let closed: Promise<void> = Promise.resolve();
    respond = (response) => {
      closed = new Promise((done) => response.on('close', done));
      open(response).write('event: live\ndata: 1\n\nevent: live\ndata: 2\n\n');
    };
    const failing = followGateway(address, 'live', {}, (_event, data) => {
      throw new Error(`listener ${data}`);
    });
    await expect(failing).rejects.toThrow('listener 1');
    await closed;
  });
});
