import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  closeLater,
  cluster,
  gatewayWith,
  post,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const RETRY = 'retry: { base: 5ms, cap: 10ms }\n';
const ask = (url: string, turn = 0) =>
  post(`${url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true, turn });
const through = (proxy: string) => () => `, proxy: "${proxy}"`;

async function listening(server: Server, sockets: Set<Socket>): Promise<number> {
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as { port: number }).port;
}

function join(client: Socket, host: string, port: number, ready: () => void): void {
  const target = connect(port, host, () => {
    ready();
    client.pipe(target).pipe(client);
  });
  target.on('error', () => client.destroy());
  client.on('close', () => target.destroy());
}

/** An HTTP proxy that tunnels by CONNECT; `status` refuses instead. */
async function connectProxy(status = 200) {
  const seen: { authority: string; authorization: string | undefined }[] = [];
  const server = createHttpServer();
  server.on('connect', (request, socket: Socket) => {
    const authority = request.url ?? '';
    seen.push({ authority, authorization: request.headers['proxy-authorization'] });
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host = '', port = ''] = authority.split(':');
    join(socket, host, Number(port), () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
  });
  return { port: await listening(server, new Set()), seen };
}

/** A SOCKS5 proxy (RFC 1928), with a user name and password (RFC 1929) where given. */
async function socksProxy(user?: string) {
  const seen: string[] = [];
  const server = createServer((socket) => {
    let stage: 'hello' | 'login' | 'request' | 'joined' = 'hello';
    socket.on('data', (data) => {
      if (stage === 'hello') {
        stage = user === undefined ? 'request' : 'login';
        return void socket.write(Buffer.from([5, user === undefined ? 0 : 2]));
      }
      if (stage === 'login') {
        stage = 'request';
        const name = data.subarray(2, 2 + (data[1] ?? 0)).toString();
        return void socket.write(Buffer.from([1, name === user ? 0 : 1]));
      }
      if (stage !== 'request') return;
      stage = 'joined';
      const isName = data[3] === 3;
      const length = isName ? (data[4] ?? 0) : 4;
      const start = isName ? 5 : 4;
      const address = data.subarray(start, start + length);
      const host = isName ? address.toString() : address.join('.');
      const port = data.readUInt16BE(start + length);
      seen.push(`${host}:${port}`);
      join(socket, host, port, () => socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])));
    });
  });
  return { port: await listening(server, new Set()), seen };
}

describe('an endpoint is reached through a proxy', () => {
  it('HTTP: a CONNECT tunnel, kept for the next request', async () => {
    const [proxy, one] = [await connectProxy(), await upstream({ text: 'through it' })];
    const gateway = await gatewayWith(RETRY + cluster([one], through(`http://127.0.0.1:${proxy.port}`)));
    for (const turn of [1, 2]) {
      const response = await ask(gateway.url, turn);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('message_stop');
    }
    expect(proxy.seen).toEqual([{ authority: `127.0.0.1:${one.port}`, authorization: undefined }]);
    expect(one.counts().finished).toBe(2);
  });

  it('HTTP with a user name and password', async () => {
    const [proxy, one] = [await connectProxy(), await upstream()];
    const url = `http://us%40er:pass%3Aword@127.0.0.1:${proxy.port}`;
    const gateway = await gatewayWith(RETRY + cluster([one], through(url)));
    expect((await ask(gateway.url)).status).toBe(200);
    const credential = Buffer.from('us@er:pass:word').toString('base64');
    expect(proxy.seen[0]?.authorization).toBe(`Basic ${credential}`);
    expect(one.calls()[0]?.headers['proxy-authorization']).toBeUndefined();
    expect(JSON.stringify(gateway.log.events)).not.toContain('pass');
  });

  it.each(['socks5', 'socks5h'])('%s', async (scheme) => {
    const [proxy, one] = [await socksProxy(), await upstream()];
    const gateway = await gatewayWith(RETRY + cluster([one], through(`${scheme}://127.0.0.1:${proxy.port}`)));
    expect((await ask(gateway.url)).status).toBe(200);
    expect(proxy.seen).toEqual([`127.0.0.1:${one.port}`]);
  });

  it('socks5 with a user name and password', async () => {
    const [proxy, one] = [await socksProxy('user'), await upstream()];
    const gateway = await gatewayWith(
      RETRY + cluster([one], through(`socks5://user:pw@127.0.0.1:${proxy.port}`)),
    );
    expect((await ask(gateway.url)).status).toBe(200);
  });

  it.each(['http', 'https', 'socks5'])(
    '%s: where no proxy is there, another endpoint answers',
    async (scheme) => {
      const [one, two] = [await upstream(), await upstream()];
      const viaDead = (index: number) => (index === 0 ? through(`${scheme}://127.0.0.1:1`)() : '');
      const gateway = await gatewayWith(RETRY + cluster([one, two], viaDead));
      const response = await ask(gateway.url);
      expect(response.headers.get('x-qcc-attempts')).toBe('2');
      expect(two.counts().finished).toBe(1);
      expect(one.counts().started).toBe(0);
      expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
        cause: 'connect-failed',
        chargeRisk: 'none',
      });
    },
  );

  it('a proxy that refuses: its status is said, its credential is not', async () => {
    const [proxy, one] = [await connectProxy(407), await upstream()];
    const url = `http://name:secret-word@127.0.0.1:${proxy.port}`;
    const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([one], through(url))}`);
    const response = await ask(gateway.url);
    expect(response.status).toBe(502);
    const text = (await response.text()) + JSON.stringify(gateway.log.events);
    expect(text).toContain('407');
    expect(text).not.toContain('secret-word');
  });

  it('an https proxy is spoken to in TLS', async () => {
    const firstBytes: number[] = [];
    const server = createServer((socket) => {
      socket.once('data', (data) => {
        firstBytes.push(data[0] ?? 0);
        socket.destroy();
      });
    });
    const port = await listening(server, new Set());
    const gateway = await gatewayWith(
      `retry: { max: 0 }\n${cluster([await upstream()], through(`https://127.0.0.1:${port}`))}`,
    );
    expect((await ask(gateway.url)).status).toBe(502);
    // 22: a TLS handshake record.
    expect(firstBytes).toEqual([22]);
  });
});
