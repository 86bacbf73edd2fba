import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { explanationOf, firstFinding, lastExchange } from '../harness/explanation.ts';
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

/** A way to the upstream on which each second connection gets lost. */
async function lossyWay(): Promise<string> {
  let asked = 0;
  const proxy = createServer();
  proxy.on('connect', ({ url = '' }, socket) => {
    asked += 1;
    socket.on('error', () => socket.destroy());
    if (asked % 2 === 0) return;
    const [host, port] = url.split(':');
    const through = connect({ host: host ?? '', port: Number(port) }, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
    socket.on('close', () => through.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closeLater({
    close: async () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

it('connections that come about only now and then are the network’s', async () => {
  // Each call opens a connection of its own.
  const model = await upstream({ keepAliveMs: 1 });
  const proxy = await lossyWay();
  const gateway = await gatewayWith(
    `timeouts: { connect: 1s }\nretry: { max: 0 }\n${cluster([model], () => `, proxy: "${proxy}", max_failures: 50`)}`,
  );
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    statuses.push((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  expect(statuses).toEqual([200, 504, 200, 504]);

  const explanation = await explanationOf(gateway, (await lastExchange(gateway, 4)).id);
  const finding = firstFinding(explanation, 'network-bad');
  expect(finding).toMatchObject({ certainty: 'sure', attempts: [1] });
  expect(finding.evidence).toContain(
    '2 of 4 calls to e0 got no connection in the hour around, 2 were answered.',
  );
  expect(finding.config).toContain('proxy:');
  expect(explanation.money).toBe('Nothing was charged.');
});
