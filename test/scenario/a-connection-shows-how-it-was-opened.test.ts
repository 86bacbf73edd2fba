import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { AttemptRecord } from '../../src/domain/ledger.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import { ANTHROPIC_REQUEST, closeAll, closeLater, cluster, gatewayWith, post } from '../harness/gateway.ts';
import { MESSAGE } from '../harness/own-upstream.ts';

const trusted = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
afterEach(async () => {
  if (trusted === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  else process.env.NODE_TLS_REJECT_UNAUTHORIZED = trusted;
  await closeAll();
});

const pem = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/self-signed.${name}.pem`, import.meta.url));

async function listening(server: ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({ close: async () => void server.close() });
  return (server.address() as { port: number }).port;
}

const answer = (_: unknown, response: { end(body: string): unknown }) =>
  response.end(JSON.stringify(MESSAGE));

/** The attempts of two requests, one after the other. */
async function twice(url: string, more = ''): Promise<AttemptRecord[]> {
  const store = memoryStore();
  const gateway = await gatewayWith(`retry: { max: 0 }\n${cluster([{ url }], () => more)}`, { store });
  for (let i = 0; i < 2; i += 1) await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
  const rows = await store.ledgerList({ limit: 2 });
  const entries = await Promise.all(rows.map(({ id }) => store.ledgerExchange(id)));
  return entries.reverse().flatMap((entry) => entry?.attempts ?? []);
}

/** Names of the parts that were measured. */
const partsOf = (attempt: AttemptRecord | undefined) =>
  (['dnsMs', 'tcpMs', 'tlsMs'] as const).filter((name) => attempt?.[name] !== undefined);

describe('a connection shows how it was opened', () => {
  it.each([
    ['a name and TLS', 'https://localhost', ['dnsMs', 'tcpMs', 'tlsMs']],
    ['an address and TLS', 'https://127.0.0.1', ['tcpMs', 'tlsMs']],
    ['a name', 'http://localhost', ['dnsMs', 'tcpMs']],
  ])('%s: on the first call, and on no later one', async (_name, origin, parts) => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const server = origin.startsWith('https')
      ? createServer({ key: pem('key'), cert: pem('cert') }, answer)
      : createPlainServer(answer);
    const [first, second] = await twice(`${origin}:${await listening(server)}`);
    expect([first?.result, second?.result]).toEqual(['answered', 'answered']);
    expect(partsOf(first)).toEqual(parts);
    expect(partsOf(second)).toEqual([]);
    const opening = (first?.dnsMs ?? 0) + (first?.tcpMs ?? 0) + (first?.tlsMs ?? 0);
    expect(opening).toBeGreaterThan(0);
    expect(opening).toBeLessThanOrEqual(first?.sentMs ?? 0);
  });

  it('TLS that hangs counts until our timer ends it', async () => {
    const mute = createTcpServer((socket) => socket.on('error', () => undefined));
    const [first] = await twice(
      `https://127.0.0.1:${await listening(mute)}`,
      ', timeouts: { connect: 150ms }',
    );
    expect(first).toMatchObject({ result: 'timeout', phase: 'tls', timer: { name: 'connect', ms: 150 } });
    expect(partsOf(first)).toEqual(['tcpMs', 'tlsMs']);
    expect(first?.tlsMs).toBeGreaterThan(first?.tcpMs ?? Number.POSITIVE_INFINITY);
  });

  it('through a proxy, the tunnel is one part', async () => {
    const target = await listening(createPlainServer(answer));
    const proxy = createPlainServer();
    proxy.on('connect', (_request, socket) => {
      const through = connect(target, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      socket.pipe(through).pipe(socket);
      for (const one of [socket, through]) one.on('error', () => undefined);
    });
    const [first] = await twice('http://model.test', `, proxy: "http://127.0.0.1:${await listening(proxy)}"`);
    expect(first?.result).toBe('answered');
    expect(partsOf(first)).toEqual(['tcpMs']);
  });
});
