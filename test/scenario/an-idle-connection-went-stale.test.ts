import { createServer, type Socket } from 'node:net';
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
import { MESSAGE } from '../harness/own-upstream.ts';

afterEach(closeAll);

const BODY = JSON.stringify(MESSAGE);
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

/** Calls `onRequest` with the how-manieth request of its connection it is. */
async function tcpUpstream(onRequest: (socket: Socket, nth: number) => void) {
  const requests: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let nth = 0;
    let received = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (head < 0 || received.length < head + 4 + length) return;
      received = '';
      nth += 1;
      requests.push(nth);
      onRequest(socket, nth);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, requests, sockets };
}

describe('a kept-alive connection that the upstream gave up', () => {
  it.each([true, false])(
    'reset as the next request arrives (reset %s): it is sent on a fresh one, unnoticed',
    async (reset) => {
      const own = await tcpUpstream((socket, nth) => {
        if (nth === 1) socket.write(ANSWER);
        else if (reset) socket.resetAndDestroy();
        else socket.destroy();
      });
      const gateway = await gatewayWith(cluster([own]));
      for (let turn = 0; turn < 3; turn += 1) {
        const response = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn });
        expect(response.status).toBe(200);
        expect(response.headers.get('x-qcc-attempts')).toBe('1');
      }
      const stale = own.requests.filter((nth) => nth === 2).length;
      expect(stale).toBeGreaterThan(0);
      expect(own.requests).toHaveLength(3 + stale);
      expect(gateway.log.events.some(({ kind }) => kind === 'attempt-failed')).toBe(false);
    },
  );

  it('a fresh connection that breaks is a failure, and nothing is sent again in silence', async () => {
    const own = await tcpUpstream((socket) => socket.destroy());
    const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([own])}`);
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(502);
    expect(own.requests).toEqual([1]);
    expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
      cause: 'reset',
    });
  });

  it('a used connection that breaks in the middle of an answer is a failure, too', async () => {
    const own = await tcpUpstream((socket, nth) => {
      if (nth === 1) socket.write(ANSWER);
      else socket.write(ANSWER.slice(0, -20), () => socket.destroy());
    });
    const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([own])}`);
    expect((await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn: 1 })).status).toBe(200);
    expect((await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn: 2 })).status).toBe(502);
    expect(own.requests).toEqual([1, 2]);
  });

  it('an upstream that closes idle connections: every call is sent once', async () => {
    const one = await upstream({ keepAliveMs: 15 });
    const gateway = await gatewayWith(cluster([one]));
    for (let turn = 0; turn < 12; turn += 1) {
      expect((await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn })).status).toBe(200);
      const endAt = Date.now() + 10 + turn;
      await until(() => Date.now() >= endAt);
    }
    expect(one.counts()).toMatchObject({ started: 12, finished: 12 });
    expect((await gateway.view()).endpoints[0]).toMatchObject({ consecutiveFailures: 0, successRate: 1 });
  });
});
