import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorScript } from '../../src/simulator/simulator.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  closeLater,
  cluster,
  gatewayWith,
  PROTOCOL_CALLS,
  post,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const RETRY = 'retry: { base: 5ms, cap: 10ms }\n';
const STREAM = { ...ANTHROPIC_REQUEST, stream: true };

interface Told {
  readonly status: number;
  readonly code: string | null;
  readonly message: string;
  readonly headers: Headers;
}

async function told(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Told> {
  const response = await post(`${url}/v1/messages`, body, headers);
  const { error } = (await response.json()) as { error: { message: string; code: string } };
  expect(error.code).toBe(response.headers.get('x-qcc-error'));
  return { status: response.status, code: error.code, message: error.message, headers: response.headers };
}

describe('time ran out: 504, with the timer, its ms and whose setting it is', () => {
  const hang: SimulatorScript = { hang: 'before-head' };
  const rows: readonly [string, string, string, Record<string, string>, string, number, string][] = [
    ['first_byte of an endpoint', '', ', timeout: 60ms', {}, 'first_byte', 60, 'endpoint e'],
    [
      'first_byte of a scenario',
      'scenarios: { chat: { first_byte: 70ms } }\n',
      '',
      {},
      'first_byte',
      70,
      'scenario chat',
    ],
    ['first_byte for all', 'timeouts: { first_byte: 80ms }\n', '', {}, 'first_byte', 80, 'timeouts'],
    ['total of a scenario', 'scenarios: { chat: { total: 90ms } }\n', '', {}, 'total', 90, 'scenario chat'],
    ['total for all', 'timeouts: { total: 100ms }\n', '', {}, 'total', 100, 'timeouts'],
    ['total of the client', '', '', { 'x-qcc-timeout': '110ms' }, 'total', 110, 'header x-qcc-timeout'],
    [
      'total, before the client gives up',
      '',
      '',
      { 'x-stainless-timeout': '0.2', 'x-qcc-resume': 'never' },
      'total',
      190,
      'header x-stainless-timeout',
    ],
    [
      'first_byte of a route',
      'routes: [{ name: slow, match: { stream: true }, timeouts: { first_byte: 65ms } }]\n',
      '',
      {},
      'first_byte',
      65,
      'route slow',
    ],
  ];
  it.each(rows)('%s', async (_, yaml, endpoint, headers, timer, ms, setBy) => {
    const [one, two] = [await upstream(hang), await upstream(hang)];
    const gateway = await gatewayWith(RETRY + yaml + cluster([one, two], () => endpoint));
    const { status, code, message } = await told(gateway.url, STREAM, headers);
    expect(status).toBe(504);
    expect(code).toBe(`${timer}_timeout`);
    expect(message).toContain(`${ms} ms (timer ${timer}, set by ${setBy}`);
  });

  it('idle: a stream falls silent before its content', async () => {
    const ping: SimulatorScript = { hang: 0 };
    const gateway = await gatewayWith(`${RETRY}timeouts: { idle: 60ms }\n${cluster([await upstream(ping)])}`);
    const { status, code, message } = await told(gateway.url, STREAM);
    expect([status, code]).toEqual([504, 'idle_timeout']);
    expect(message).toContain('60 ms in the middle of its answer (timer idle, set by timeouts)');
  });

  it('total, when it runs out in a later attempt: the whole of it is named, not the rest', async () => {
    const upstreams = [await upstream({ status: 500, firstByteMs: 20 }), await upstream(hang)];
    const gateway = await gatewayWith(`${RETRY}timeouts: { total: 1s }\n${cluster(upstreams)}`);
    const { status, message } = await told(gateway.url, STREAM);
    expect(status).toBe(504);
    expect(message).toContain('1000 ms (timer total, set by timeouts)');
    expect(message).toContain('Attempts: 2');
  });

  it('connect: nobody takes the connection', async () => {
    // A proxy that accepts and never answers: the connection to the endpoint never stands.
    const proxy = createServer(() => undefined);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closeLater({ close: async () => void proxy.close() });
    const { port } = proxy.address() as { port: number };
    const via = () => `, proxy: "http://127.0.0.1:${port}", timeouts: { connect: 70ms }`;
    const gateway = await gatewayWith(RETRY + cluster([await upstream()], via));
    const { status, code, message } = await told(gateway.url, STREAM);
    expect([status, code]).toEqual([504, 'connect_timeout']);
    expect(message).toContain('within 70 ms (timer connect, set by endpoint e0)');
  });
});

describe('otherwise', () => {
  it.each(PROTOCOL_CALLS)('502 in the shape of $protocol', async ({ path, body, protocol }) => {
    const gateway = await gatewayWith(RETRY + cluster([await upstream({ status: 503 })]));
    const response = await post(`${gateway.url}${path}`, body);
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-qcc-request-id')).toMatch(/^req-/);
    expect(response.headers.get('x-should-retry')).toBeNull();
    const told = await response.json();
    const message = expect.stringMatching(
      /No endpoint of cluster "main" answered\. Attempts: 3\. Last: HTTP 503/,
    );
    expect(told).toEqual(
      protocol === 'anthropic-messages'
        ? {
            type: 'error',
            error: { type: 'api_error', message, code: 'all_attempts_failed' },
            request_id: response.headers.get('x-qcc-request-id'),
          }
        : { error: { message, type: 'server_error', param: null, code: 'all_attempts_failed' } },
    );
  });

  it('502 that asking again cannot mend, where every key was refused', async () => {
    const upstreams = [await upstream({ status: 401 }), await upstream({ status: 403 })];
    const gateway = await gatewayWith(RETRY + cluster(upstreams));
    const { status, code, headers } = await told(gateway.url, ANTHROPIC_REQUEST);
    expect([status, code]).toEqual([502, 'bad_upstream_key']);
    expect(headers.get('x-should-retry')).toBe('false');
    expect(upstreams.map((one) => one.counts().started)).toEqual([1, 1]);
  });

  it('429 with the shortest retry-after, where everybody is rate limited', async () => {
    const upstreams = [
      await upstream({ status: 429, retryAfter: 40 }),
      await upstream({ status: 529, retryAfter: 20 }),
    ];
    const gateway = await gatewayWith(`${RETRY}timeouts: { total: 5s }\n${cluster(upstreams)}`);
    const { status, code, headers } = await told(gateway.url, ANTHROPIC_REQUEST);
    expect([status, code]).toEqual([429, 'rate_limited']);
    expect(headers.get('retry-after')).toBe('20');
    expect(headers.get('x-should-retry')).toBeNull();
  });

  it('503 where no endpoint speaks the protocol', async () => {
    const gateway = await gatewayWith(RETRY + cluster([await upstream()], () => ', protocols: openai-chat'));
    const { status, code, headers, message } = await told(gateway.url, ANTHROPIC_REQUEST);
    expect([status, code]).toEqual([503, 'no_endpoint']);
    expect(message).toContain('anthropic-messages');
    expect(headers.get('x-should-retry')).toBe('false');
  });

  it('503 where all are disabled', async () => {
    const gateway = await gatewayWith(RETRY + cluster([await upstream()], () => ', enabled: false'));
    expect((await told(gateway.url, ANTHROPIC_REQUEST)).status).toBe(503);
  });

  it.each([0, 1, 4])('retry.max %i: so many attempts more', async (max) => {
    const one = await upstream({ status: 500 });
    const gateway = await gatewayWith(`retry: { max: ${max}, base: 1ms, cap: 2ms }\n${cluster([one])}`);
    expect((await told(gateway.url, ANTHROPIC_REQUEST)).message).toContain(`Attempts: ${max + 1}`);
    expect(one.counts().started).toBe(max + 1);
  });
});
