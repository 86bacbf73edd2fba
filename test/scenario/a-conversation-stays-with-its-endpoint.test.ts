import { afterEach, describe, expect, it } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import {
  ANTHROPIC_REQUEST,
  CHAT_REQUEST,
  closeAll,
  gatewayWith,
  post,
  RESPONSES_REQUEST,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const equals = (upstreams: readonly Simulator[], strategy = 'priority') => {
  const lines = upstreams.map(({ url }, index) => `      - { base_url: "${url}", api_key: key-${index} }`);
  return `clusters:\n  main:\n    strategy: ${strategy}\n    endpoints:\n${lines.join('\n')}\n`;
};

type Asked = readonly [path: string, body: unknown, headers: Record<string, string>];

const SOURCES: readonly [string, (session: string) => Asked][] = [
  [
    'x-claude-code-session-id',
    (id) => ['/v1/messages', ANTHROPIC_REQUEST, { 'x-claude-code-session-id': id }],
  ],
  ['x-session-id', (id) => ['/v1/chat/completions', CHAT_REQUEST, { 'x-session-id': id }]],
  ['metadata.user_id', (id) => ['/v1/messages', { ...ANTHROPIC_REQUEST, metadata: { user_id: id } }, {}]],
  [
    'the session in metadata.user_id as Claude Code writes it',
    (id) => [
      '/v1/messages',
      {
        ...ANTHROPIC_REQUEST,
        metadata: { user_id: JSON.stringify({ device_id: String(Math.random()), session_id: id }) },
      },
      {},
    ],
  ],
  [
    'prompt_cache_key of Chat',
    (id) => ['/v1/chat/completions', { ...CHAT_REQUEST, prompt_cache_key: id }, {}],
  ],
  [
    'prompt_cache_key of Responses',
    (id) => ['/v1/responses', { ...RESPONSES_REQUEST, prompt_cache_key: id }, {}],
  ],
];

describe('a conversation stays with its endpoint, so that prompt caches stay warm', () => {
  it.each(SOURCES)('by %s', async (_, asked) => {
    const upstreams = [await upstream(), await upstream(), await upstream()];
    const gateway = await gatewayWith(equals(upstreams));
    const used = new Set<string | null>();
    for (const session of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']) {
      const endpoints = new Set<string | null>();
      for (let turn = 0; turn < 3; turn += 1) {
        const [path, body, headers] = asked(`session-${session}`);
        const response = await post(gateway.url + path, { ...(body as object), turn }, headers);
        endpoints.add(response.headers.get('x-qcc-endpoint'));
      }
      expect(endpoints.size).toBe(1);
      for (const endpoint of endpoints) used.add(endpoint);
    }
    // Eight sessions on one of three endpoints by chance: 1 in 2,187, and it is the same ports' chance every time.
    expect(used.size).toBeGreaterThan(1);
  });

  it('without a session the turns go round', async () => {
    const upstreams = [await upstream(), await upstream(), await upstream()];
    const gateway = await gatewayWith(equals(upstreams));
    for (let turn = 0; turn < 6; turn += 1)
      await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn });
    expect(upstreams.map((one) => one.counts().finished)).toEqual([2, 2, 2]);
  });

  it('when its endpoint is out, another one takes it, and it comes back', async () => {
    const upstreams = [await upstream(), await upstream()];
    const gateway = await gatewayWith(`retry: { base: 1ms, cap: 2ms }\n${equals(upstreams)}`);
    const headers = { 'x-session-id': 'mine' };
    const ask = async (turn: number) =>
      (await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn }, headers)).headers.get(
        'x-qcc-endpoint',
      );
    const home = await ask(0);
    const { endpoints } = await gateway.view();
    const index = endpoints.findIndex(({ id }) => id === home);
    upstreams[index]?.program({ status: 500 });
    expect(await ask(1)).toBe(endpoints[1 - index]?.id);
    upstreams[index]?.program({});
    expect(await ask(2)).toBe(home);
  });
});

describe('strategies share the requests out', () => {
  const weighted = (upstreams: readonly Simulator[], strategy: string) => {
    const lines = upstreams.map(
      ({ url }, index) =>
        `      - { base_url: "${url}", api_key: key-${index}, weight: ${[300, 100][index]}, priority: ${index + 1} }`,
    );
    return `clusters:\n  main:\n    strategy: ${strategy}\n    endpoints:\n${lines.join('\n')}\n`;
  };
  it.each([
    ['priority', [8, 0]],
    ['weighted', [6, 2]],
    ['round_robin', [4, 4]],
  ] as const)('%s: 8 requests fall %j', async (strategy, shares) => {
    const upstreams = [await upstream(), await upstream()];
    const gateway = await gatewayWith(weighted(upstreams, strategy));
    for (let turn = 0; turn < 8; turn += 1)
      await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn });
    expect(upstreams.map((one) => one.counts().finished)).toEqual(shares);
  });

  it('least_connections: the one with less to do', async () => {
    const upstreams = [await upstream({ firstByteMs: 60_000 }), await upstream()];
    const gateway = await gatewayWith(equals(upstreams, 'least_connections'));
    const first = new AbortController();
    const held = fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true, turn: 0 }),
      signal: first.signal,
    }).catch(() => undefined);
    const seen = async () => upstreams.map((one) => one.counts().started);
    for (let turn = 1; turn < 6; turn += 1)
      await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn });
    expect((await seen())[1]).toBeGreaterThanOrEqual(5);
    first.abort();
    await held;
  });

  it.each(['random', 'fastest'])('%s: every request is answered', async (strategy) => {
    const upstreams = [await upstream(), await upstream()];
    const gateway = await gatewayWith(equals(upstreams, strategy));
    for (let turn = 0; turn < 8; turn += 1) {
      expect((await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, turn })).status).toBe(200);
    }
    const shares = upstreams.map((one) => one.counts().finished);
    expect(shares.reduce((sum, share) => sum + share)).toBe(8);
  });
});
