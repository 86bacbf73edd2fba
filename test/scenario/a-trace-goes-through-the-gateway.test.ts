import { afterEach, describe, expect, it } from 'vitest';
import { otlpSettings } from '../../src/telemetry/telemetry.ts';
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

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SENT = { traceparent: `00-${TRACE}-${PARENT}-01` };

async function collector() {
  const webhook = await startWebhook();
  closeLater(webhook);
  webhook.answers[0] = { status: 200, body: '{}' };
  const of = (path: string) =>
    webhook.posts.filter((one) => one.path === path).map(({ body }) => JSON.parse(body) as never);
  const spans = () =>
    (of('/v1/traces') as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }[]).flatMap((message) =>
      message.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    );
  return { ...webhook, of, spans };
}

const otlpTo = (url: string, more: Record<string, string> = {}) =>
  otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...more }) ?? expect.fail('no settings');

const attributeOf = (span: Span | undefined, key: string) =>
  span?.attributes.find((attribute) => attribute.key === key)?.value;

describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('an exchange is a span under the client’s, and each attempt one under it, which the upstream is told', async () => {
    const receiver = await collector();
    const bad = await upstream({ status: 503 });
    const good = await upstream();
    const gateway = await gatewayWith(cluster([bad, good]), { otlp: otlpTo(receiver.url) });
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, SENT)).text();
    await gateway.stop();

    const [exchange, first, second] = receiver.spans();
    expect([exchange, first, second]).toMatchObject([
      { traceId: TRACE, parentSpanId: PARENT, kind: 2, name: 'chat claude-test', status: {} },
      { traceId: TRACE, parentSpanId: exchange?.spanId, kind: 3, status: { code: 2 } },
      { traceId: TRACE, parentSpanId: exchange?.spanId, kind: 3, status: {} },
    ]);
    expect(bad.calls()[0]?.headers.traceparent).toBe(`00-${TRACE}-${first?.spanId}-01`);
    expect(good.calls()[0]?.headers.traceparent).toBe(`00-${TRACE}-${second?.spanId}-01`);
    expect(attributeOf(first, 'error.type')).toEqual({ stringValue: 'upstream-error' });
    expect(attributeOf(first, 'http.response.status_code')).toEqual({ intValue: '503' });
    expect(attributeOf(second, 'qcc.endpoint')).toEqual({ stringValue: 'e1' });
    expect(attributeOf(exchange, 'gen_ai.usage.output_tokens')).toHaveProperty('intValue');
    expect(Number(exchange?.endTimeUnixNano)).toBeGreaterThan(Number(exchange?.startTimeUnixNano));
  });

  it('a client that sends no traceparent begins a trace of its own', async () => {
    const receiver = await collector();
    const simulator = await upstream();
    const gateway = await gatewayWith(cluster([simulator]), { otlp: otlpTo(receiver.url) });
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
    await gateway.stop();
    const [exchange, attempt] = receiver.spans();
    expect(exchange?.parentSpanId).toBeUndefined();
    expect(exchange?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(simulator.calls()[0]?.headers.traceparent).toBe(`00-${exchange?.traceId}-${attempt?.spanId}-01`);
  });

  it('a trace that the client does not keep is neither exported nor touched', async () => {
    const receiver = await collector();
    const simulator = await upstream();
    const gateway = await gatewayWith(cluster([simulator]), { otlp: otlpTo(receiver.url) });
    const traceparent = `00-${TRACE}-${PARENT}-00`;
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { traceparent })).text();
    await gateway.stop();
    expect(receiver.spans()).toEqual([]);
    expect(simulator.calls()[0]?.headers.traceparent).toBe(traceparent);
  });

  it('metrics go out, too, with the headers asked for', async () => {
    const receiver = await collector();
    const settings = otlpTo(receiver.url, {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20otlp-secret-token',
      OTEL_SERVICE_NAME: 'house gateway',
      OTEL_TRACES_EXPORTER: 'none',
    });
    const gateway = await gatewayWith(cluster([await upstream()]), { otlp: settings });
    await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
    await gateway.stop();
    expect(receiver.posts.map(({ path }) => path)).toEqual(['/v1/metrics']);
    expect(receiver.posts[0]?.headers.authorization).toBe('Bearer otlp-secret-token');
    const text = receiver.posts[0]?.body ?? '';
    for (const name of ['gen_ai.client.operation.duration', 'gen_ai.client.token.usage', 'qcc.attempts'])
      expect(text).toContain(`"name":"${name}"`);
    expect(text).toContain('{"key":"service.name","value":{"stringValue":"house gateway"}}');
  });

  it('a receiver that is away costs no request, is told of once, and what it missed is counted', async () => {
    const simulator = await upstream();
    const away = await startWebhook();
    await away.close();
    const settings = otlpTo(away.url, { OTEL_METRICS_EXPORTER: 'none' });
    const gateway = await gatewayWith(cluster([simulator]), { otlp: settings });
    for (let n = 0; n < 3; n += 1)
      expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
    await gateway.stop();
    const troubles = gateway.log.events.filter((event) => event.kind === 'trouble');
    expect(troubles).toEqual([
      {
        kind: 'trouble',
        detail: `OTLP: traces could not be sent to ${new URL(away.url).host}: ECONNREFUSED`,
      },
    ]);
  });
});

it('without it, a traceparent passes through as it came, and none is added', async () => {
  const simulator = await upstream();
  const gateway = await gatewayWith(cluster([simulator]));
  await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, SENT)).text();
  await (await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).text();
  await until(() => simulator.calls().length === 2);
  expect(simulator.calls().map(({ headers }) => headers.traceparent)).toEqual([SENT.traceparent, undefined]);
});
