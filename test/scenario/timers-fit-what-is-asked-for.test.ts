import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  CHAT_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  type RunningGateway,
  upstream,
} from '../harness/gateway.ts';
import { ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const told = async (response: Response) =>
  ((await response.json()) as { error: { code: string; message: string } }).error;

describe('a call that is not streamed upstream', () => {
  const asAsked = (more = '') => `, stream_upstream: never${more}`;

  it('is not bound by the scenario’s first_byte: its first byte is the whole answer', async () => {
    const one = await upstream({ firstByteMs: 250 });
    const yaml = `scenarios: { chat: { first_byte: 50ms } }\nretry: { max: 0 }\n${cluster([one], () => asAsked())}`;
    const gateway = await gatewayWith(yaml);
    expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
    const streamed = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true });
    expect(streamed.status).toBe(504);
    expect((await told(streamed)).message).toContain('50 ms (timer first_byte, set by scenario chat)');
  });

  it('is bound by the endpoint’s timeout', async () => {
    const one = await upstream({ hang: 'before-head' });
    const gateway = await gatewayWith(
      `retry: { max: 0 }\n${cluster([one], () => asAsked(', timeout: 60ms'))}`,
    );
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(504);
    expect((await told(response)).message).toContain('60 ms (timer first_byte, set by endpoint e0)');
  });

  it('is bound by total', async () => {
    const one = await upstream({ hang: 'before-head' });
    const gateway = await gatewayWith(
      `timeouts: { total: 80ms }\nretry: { max: 0 }\n${cluster([one], () => asAsked())}`,
    );
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(504);
    expect((await told(response)).code).toBe('total_timeout');
  });
});

describe('a failing status whose page never ends', () => {
  it('is not waited for as for an answer', async () => {
    const own = await ownUpstream((_, response) => {
      response.writeHead(503, { 'content-type': 'text/html' });
      response.flushHeaders();
    });
    const good = await upstream();
    const gateway = await gatewayWith(
      `timeouts: { idle: 60ms }\n${cluster([own, good], () => ', stream_upstream: never')}`,
    );
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(200);
    expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
      status: 503,
    });
  });
});

describe('routes', () => {
  const twoClusters = (routes: string, urls: readonly string[]) =>
    `${routes}\nclusters:\n  main: { endpoints: [{ base_url: "${urls[0]}", api_key: k0 }] }\n` +
    `  other: { endpoints: [{ base_url: "${urls[1]}", api_key: k1 }] }\n`;
  const KEYS = 'auth: { keys: [{ name: ci, key: ci-key-1 }, { name: team, key: team-key-1 }] }\n';

  const ROWS: readonly [string, string, object, Record<string, string>, object, Record<string, string>][] = [
    ['/v1/messages', 'model: "claude-t*"', ANTHROPIC_REQUEST, {}, { ...ANTHROPIC_REQUEST, model: 'x' }, {}],
    ['/v1/messages', 'stream: true', { ...ANTHROPIC_REQUEST, stream: true }, {}, ANTHROPIC_REQUEST, {}],
    [
      '/v1/messages',
      'thinking: true',
      { ...ANTHROPIC_REQUEST, thinking: { type: 'enabled', budget_tokens: 500 } },
      {},
      ANTHROPIC_REQUEST,
      {},
    ],
    [
      '/v1/messages',
      'max_tokens: { min: 500 }',
      ANTHROPIC_REQUEST,
      {},
      { ...ANTHROPIC_REQUEST, max_tokens: 499 },
      {},
    ],
    [
      '/v1/messages',
      'prompt_bytes: { min: 1000 }',
      { ...ANTHROPIC_REQUEST, padding: 'x'.repeat(1_000) },
      {},
      ANTHROPIC_REQUEST,
      {},
    ],
    [
      '/v1/messages',
      'headers: { x-job: "n*" }',
      ANTHROPIC_REQUEST,
      { 'x-job': 'night' },
      ANTHROPIC_REQUEST,
      {},
    ],
    [
      '/v1/messages',
      'client_key: ci',
      ANTHROPIC_REQUEST,
      { 'x-api-key': 'ci-key-1' },
      ANTHROPIC_REQUEST,
      { 'x-api-key': 'team-key-1' },
    ],
    ['/v1/chat/completions', 'protocol: openai-chat', CHAT_REQUEST, {}, {}, {}],
  ];
  it.each(ROWS)('%s with %s', async (path, match, fitting, fittingHeaders, other, otherHeaders) => {
    const [one, two] = [await upstream(), await upstream()];
    const routes = `${KEYS}routes: [{ name: r, match: { ${match} }, cluster: other }]`;
    const gateway = await gatewayWith(twoClusters(routes, [one.url, two.url]));
    const key = { 'x-api-key': 'team-key-1' };
    expect((await post(gateway.url + path, fitting, { ...key, ...fittingHeaders })).status).toBe(200);
    expect([one.counts().finished, two.counts().finished]).toEqual([0, 1]);
    const elsewhere = path === '/v1/chat/completions' ? '/v1/messages' : path;
    const body = path === elsewhere ? other : ANTHROPIC_REQUEST;
    expect((await post(gateway.url + elsewhere, body, { ...key, ...otherHeaders })).status).toBe(200);
    expect([one.counts().finished, two.counts().finished]).toEqual([1, 1]);
  });

  const scenarioOf = async (gateway: RunningGateway, headers: Record<string, string> = {}) => {
    const response = await post(
      `${gateway.url}/v1/messages`,
      { ...ANTHROPIC_REQUEST, stream: true },
      headers,
    );
    return /set by ([^)]*)\)/.exec((await told(response)).message)?.[1];
  };

  it('the header’s scenario goes before the route’s, and that before the request’s own', async () => {
    const one = await upstream({ hang: 'before-head' });
    const scenarios =
      'scenarios: { quick: { first_byte: 51ms }, chat: { first_byte: 52ms }, reasoning: { first_byte: 53ms } }\n';
    const plain = await gatewayWith(`retry: { max: 0 }\n${scenarios}${cluster([one])}`);
    expect(await scenarioOf(plain)).toBe('scenario chat');
    expect(await scenarioOf(plain, { 'x-qcc-scenario': 'quick' })).toBe('scenario quick');
    const route = 'routes: [{ name: r, scenario: reasoning }]\n';
    const routed = await gatewayWith(`retry: { max: 0 }\n${route}${scenarios}${cluster([one])}`);
    expect(await scenarioOf(routed)).toBe('scenario reasoning');
    expect(await scenarioOf(routed, { 'x-qcc-scenario': 'quick' })).toBe('scenario quick');
  });
});
