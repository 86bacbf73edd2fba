import { afterEach, expect, it } from 'vitest';
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
import { startWebhook } from '../harness/webhook.ts';

afterEach(closeAll);

interface Told {
  readonly kind: string;
  readonly state: string;
  readonly subject: string;
  readonly title: string;
  readonly text: string;
  readonly facts: Record<string, unknown>;
}

async function receiver() {
  const webhook = await startWebhook();
  closeLater(webhook);
  return { ...webhook, told: () => webhook.posts.map(({ body }) => JSON.parse(body) as Told) };
}

const CHECKED_BY_HAND = 'health: { enabled: false }\n';
const ask = async (url: string) => (await post(`${url}/v1/messages`, ANTHROPIC_REQUEST)).text();

it('a webhook is told that an endpoint is down, and that it is back; each once', async () => {
  const webhook = await receiver();
  const bad = await upstream({ status: 503 });
  const gateway = await gatewayWith(
    `${cluster([bad, await upstream()], (index) => (index === 0 ? ', max_failures: 2' : ''))}${CHECKED_BY_HAND}alerts: [{ webhook: "${webhook.url}/hook" }]\n`,
  );
  for (let i = 0; i < 4; i += 1) await ask(gateway.url);
  await until(() => webhook.posts.length > 0);
  expect(webhook.told()).toMatchObject([
    {
      kind: 'endpoint_down',
      state: 'raised',
      subject: 'e0',
      title: 'QCC: endpoint e0 is down',
      facts: { endpoint: 'e0', detail: expect.stringContaining('503'), flaps: false },
    },
  ]);

  bad.program({});
  await fetch(`${gateway.url}/__qcc__/queue/verify`, { method: 'POST', headers: { 'x-qcc-admin': '1' } });
  await until(() => webhook.posts.length > 1);
  await ask(gateway.url);
  expect(webhook.told().map(({ title }) => title)).toEqual([
    'QCC: endpoint e0 is down',
    'QCC: endpoint e0 is back',
  ]);
});

it('a webhook is told that no endpoint of a cluster is in service, and of the requests that fail', async () => {
  const webhook = await receiver();
  const bad = await upstream({ status: 500 });
  const gateway = await gatewayWith(
    `${cluster([bad], () => ', max_failures: 1')}${CHECKED_BY_HAND}retry: { max: 0 }\nalerts: [{ webhook: "${webhook.url}/hook", on: [cluster_down, error_rate_over], error_rate_over: 50% }]\n`,
  );
  for (let i = 0; i < 25; i += 1) await ask(gateway.url);
  await until(() => webhook.posts.length > 1);
  expect(webhook.told()).toMatchObject([
    { kind: 'cluster_down', state: 'raised', subject: 'main', facts: { endpoints: 1 } },
    {
      kind: 'error_rate_over',
      state: 'raised',
      title: 'QCC: 100 % of the requests fail',
      facts: { requests: 20, failed: 20, cause: 'upstream-error' },
    },
  ]);
});

it('a request is answered while its webhook fails, and the log says so without its secret', async () => {
  const webhook = await receiver();
  webhook.answers[0] = { status: 404, body: 'no team for /services/T0SECRET/B0SECRET' };
  const gateway = await gatewayWith(
    `${cluster([await upstream()])}alerts: [{ webhook: "${webhook.url}/services/T0SECRET/B0SECRET", on: slow_over, slow_over: 1ms }]\n`,
  );
  expect(await ask(gateway.url)).toContain('message');
  const troubles = () =>
    gateway.log.events.flatMap((event) => (event.kind === 'trouble' ? [event.detail] : []));
  await until(() => troubles().length > 0);
  expect(troubles().join()).toMatch(
    /^alert not delivered to 127\.0\.0\.1:\d+ \(slow_over\): HTTP 404: no team for /,
  );
  expect(troubles().join()).not.toContain('SECRET');
  const metrics = await (await fetch(`${gateway.url}/__qcc__/metrics`)).text();
  expect(metrics).toContain('qcc_alert_messages_total{result="failed"} 1');
});

it('an alert that is added while the gateway runs is taken up, and its messages are out before it stops', async () => {
  const webhook = await receiver();
  const yaml = cluster([await upstream()]);
  const gateway = await gatewayWith(yaml);
  await ask(gateway.url);
  await gateway.change(
    `${yaml}alerts: [{ webhook: "${webhook.url}/hook", format: dingtalk, on: slow_over, slow_over: 1ms }]\n`,
  );
  await ask(gateway.url);
  await gateway.stop();
  expect(webhook.posts).toHaveLength(1);
});
