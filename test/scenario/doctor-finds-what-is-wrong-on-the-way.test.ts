import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { certificate, DAY_MS } from '../harness/certificates.ts';
import { examine } from '../harness/doctor.ts';
import { closeAll, closeLater, cluster, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
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

/** An address at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Holds everything back by `ms` on its way, in both directions: a way that is so much longer. */
async function longWay(target: string, ms: number): Promise<string> {
  const { port } = new URL(target);
  const later = (from: Socket, to: Socket) => {
    from.on('data', (data) => setTimeout(() => to.writable && to.write(data), ms));
    from.on('end', () => setTimeout(() => to.end(), ms));
    from.on('error', () => to.destroy());
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    later(near, far);
    later(far, near);
  });
  return `http://127.0.0.1:${await listening(server)}`;
}

const only = (url: string, more = '') => cluster([{ url }], () => more);

describe('the doctor finds', () => {
  it('a host that is not there', async () => {
    const { diagnosis, check } = await examine(only('https://nosuch.invalid'));
    expect(check('dns').status).toBe('bad');
    expect(check('tcp')).toMatchObject({ status: 'skipped', summary: 'not tried: DNS comes first' });
    expect(diagnosis.healthy).toBe(false);
    expect(diagnosis.problems).toHaveLength(1);
    expect(diagnosis.headline).toMatch(/^e0: .*nosuch\.invalid/);
  });

  it('a port that refuses', async () => {
    const port = await freePort();
    const { diagnosis, check } = await examine(only(`http://127.0.0.1:${port}`));
    expect(check('tcp').status).toBe('bad');
    expect(diagnosis.problems).toMatchObject([
      { check: 'tcp', severity: 'bad', what: `Nobody listens at 127.0.0.1:${port}: refused` },
    ]);
  });

  const now = Date.now();
  it.each([
    ['a self-signed certificate', {}, /self-signed/],
    [
      'one that has expired',
      { validFrom: now - 30 * DAY_MS, validTo: now - 3.5 * DAY_MS },
      /expired on .* \(days ago: 4\)/,
    ],
    ['one that is not valid yet', { validFrom: now + 2 * DAY_MS }, /only valid from/],
    ['one that ends in 5 days', { validTo: now + 5.5 * DAY_MS }, /days left: 5\)/],
    [
      'one made out to somebody else',
      { names: ['other.example'] },
      /not made out to localhost, but to other\.example/,
    ],
  ])('%s', async (_, wanted, what) => {
    const { key, cert } = certificate({ names: ['localhost', '127.0.0.1'], ...wanted });
    let requests = 0;
    const server = createHttpsServer({ key, cert }, (request, response) => {
      if (request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined)
        requests += 1;
      response.end('{}');
    });
    const port = await listening(server);
    const { diagnosis, check } = await examine(only(`https://localhost:${port}`));
    expect(check('tls').status).toBe('bad');
    expect(diagnosis.problems.map((problem) => problem.what)).toContainEqual(expect.stringMatching(what));
    expect(check('tls').details.join()).toContain('TLSv1.3');
    expect(check('key').status).toBe('skipped');
    expect(requests).toBe(0);
  });

  it('a plain port behind https://', async () => {
    const plain = await upstream();
    const { check } = await examine(only(plain.url.replace('http:', 'https:')));
    expect(check('tls')).toMatchObject({
      status: 'bad',
      summary: expect.stringContaining('does not speak TLS'),
    });
  });

  it('a way that holds packets back for 150 ms each way', async () => {
    const far = await longWay((await upstream({ events: 20, eventMs: 10 })).url, 150);
    const { diagnosis, check } = await examine(only(far), {}, { clock: systemClock });
    expect(check('http').data.roundTripMs).toBeGreaterThan(290);
    expect(diagnosis.problems).toContainEqual(
      expect.objectContaining({ check: 'http', severity: 'warning' }),
    );
    expect(check('streaming').status).toBe('ok');
  });

  it('a proxy that nobody runs', async () => {
    const target = await upstream();
    const port = await freePort();
    const { diagnosis, check } = await examine(
      only(target.url, `, proxy: "http://user:hidden@127.0.0.1:${port}"`),
    );
    expect(check('dns').status).toBe('skipped');
    expect(diagnosis.problems).toMatchObject([{ check: 'proxy', severity: 'bad' }]);
    expect(JSON.stringify(diagnosis)).not.toContain('hidden');
  });

  it('a server that takes connections and never answers', async () => {
    const port = await listening(createServer());
    const stopping = new AbortController();
    const examined = await examine(
      only(`http://127.0.0.1:${port}`),
      {},
      {
        signal: stopping.signal,
        // Half a minute of timeouts in as many hundredths.
        clock: {
          now: performance.now.bind(performance),
          wall: Date.now,
          sleep: async () => undefined,
          timer: hurried,
        },
      },
    );
    expect(examined.check('http')).toMatchObject({ status: 'bad', summary: 'No answer within 10.0 s' });
  });
});

function hurried(ms: number, onFire: () => void) {
  const timer = setTimeout(onFire, ms / 50);
  return { refresh: () => void timer.refresh(), cancel: () => clearTimeout(timer) };
}
