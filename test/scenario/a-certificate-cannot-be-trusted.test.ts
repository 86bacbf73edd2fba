import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
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

/** Made for these tests alone; nobody trusts it. */
const pem = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/self-signed.${name}.pem`, import.meta.url));

async function tlsUpstream() {
  let requests = 0;
  const server = createServer({ key: pem('key'), cert: pem('cert') }, (_, response) => {
    requests += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater({ close: async () => void server.close() });
  const { port } = server.address() as { port: number };
  return { port, requests: () => requests };
}

describe('an upstream whose certificate cannot be trusted', () => {
  it.each(['localhost', '127.0.0.1'])(
    'https://%s, self-signed: refused before a byte of the request',
    async (host) => {
      const own = await tlsUpstream();
      const gateway = await gatewayWith(
        `retry: { max: 0 }\n${cluster([{ url: `https://${host}:${own.port}` }])}`,
      );
      const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
      expect(response.status).toBe(502);
      expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
        cause: 'connect-failed',
        phase: 'tls',
        chargeRisk: 'none',
        detail: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
      });
      expect(own.requests()).toBe(0);
    },
  );

  it('another endpoint answers', async () => {
    const [own, good] = [await tlsUpstream(), await upstream()];
    const gateway = await gatewayWith(cluster([{ url: `https://localhost:${own.port}` }, good]));
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.headers.get('x-qcc-attempts')).toBe('2');
  });

  it('https towards a port that speaks plain HTTP: a failure of TLS', async () => {
    const plain = await upstream();
    const gateway = await gatewayWith(
      `retry: { max: 0 }\n${cluster([{ url: plain.url.replace('http:', 'https:') }])}`,
    );
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(502);
    expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
      cause: 'connect-failed',
      phase: 'tls',
    });
    expect(plain.calls()).toHaveLength(0);
  });
});
