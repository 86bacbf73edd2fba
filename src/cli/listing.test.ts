import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ENDPOINTS,
  error,
  type FakeGateway,
  GATEWAY,
  NOW,
  runWith,
  startFakeGateway,
  temporaryHome,
} from '../../test/doubles/fake-gateway.ts';
import type { HealthEvent } from '../domain/health.ts';
import type { ClusterView, ExchangeView, HealthView, QueueView, VerificationView } from '../domain/view.ts';
import { widthOf } from './width.ts';

const CLUSTERS: readonly ClusterView[] = [
  { name: 'main', strategy: 'least_connections', isDefault: true, endpoints: ENDPOINTS.slice(0, 3) },
  { name: '一个名字特别长的备用集群', strategy: 'priority', isDefault: false, endpoints: ENDPOINTS.slice(3) },
];
const HEALTH: HealthView = {
  counts: { healthy: 1, degraded: 1, unhealthy: 1, unknown: 1 },
  endpoints: ENDPOINTS,
};
const QUEUE: readonly QueueView[] = [
  {
    endpointId: '1e3f0002',
    name: '备用线路之二（东京机房）',
    baseUrl: 'https://backup.example.com',
    since: NOW - 125_000,
    checks: 2,
    nextCheckAt: NOW + 45_000,
    lastError: 'HTTP 504 after a very long wait, and after that it was not better either',
  },
  {
    endpointId: '2f4a80fc',
    name: 'b',
    baseUrl: 'http://b',
    since: NOW - 1000,
    checks: 0,
    nextCheckAt: NOW - 1,
  },
  { endpointId: '3a5b91ad', name: 'c', baseUrl: 'http://c', since: NOW - 90_000_000, checks: 12 },
];
const VERIFICATIONS: readonly VerificationView[] = [
  {
    endpointId: '1e3e69eb',
    name: 'jp.duckcoding.com',
    baseUrl: 'https://jp.duckcoding.com',
    ok: true,
    tookMs: 950,
    model: 'claude-haiku-4-5-20251001-with-a-long-suffix',
    protocol: 'anthropic-messages',
  },
  {
    endpointId: '1e3f0002',
    name: '备用线路之二（东京机房）',
    baseUrl: 'https://backup.example.com',
    ok: false,
    tookMs: 30_000,
    model: 'gpt-5-nano',
    protocol: 'openai-responses',
    detail: 'HTTP 504: the edge in front of it waited for a hundred seconds and then gave up on it',
  },
];
const EXCHANGES: readonly ExchangeView[] = [
  {
    id: 'req-7k3q9xm2abc',
    startedAt: NOW - 95_000,
    elapsedMs: 95_000,
    silenceMs: 12_300,
    path: '/v1/messages',
    operation: 'generate',
    protocol: 'anthropic-messages',
    stream: true,
    model: 'claude-opus-4-5-20251101',
    client: 'laptop-of-somebody',
    cluster: 'main',
    scenario: 'reasoning',
    endpointId: '1e3e69eb',
    attempts: 2,
    followers: 1,
    joined: 1,
    keptBytes: 4096,
    receivedBytes: 4096,
    state: 'streaming',
  },
  {
    id: 'req-7k3q9xm2abd',
    startedAt: NOW - 5,
    elapsedMs: 5,
    silenceMs: 5,
    path: '/v1/models',
    operation: 'pass',
    protocol: 'openai-chat',
    stream: false,
    client: 'local',
    cluster: 'main',
    scenario: 'chat',
    attempts: 0,
    followers: 0,
    joined: 0,
    keptBytes: 0,
    receivedBytes: 0,
    state: 'waiting',
  },
];
const HISTORY: readonly HealthEvent[] = [
  { at: NOW - 125_000, endpointId: '1e3f0002', kind: 'opened', detail: '3 consecutive failures' },
  { at: NOW - 65_000, endpointId: '1e3f0002', kind: 'verification-failed', detail: 'HTTP 504' },
  { at: NOW - 5_000, endpointId: '1e3f0002', kind: 'cooled-down', detail: 'HTTP 429' },
];

/** Every listing: command, what it asks for, the answer, what `--json` shows, exit code. */
const LISTINGS: readonly [string, string, unknown, number][] = [
  ['proxy status', 'GET status', GATEWAY, 0],
  ['cluster list', 'GET clusters', CLUSTERS, 0],
  ['endpoint list', 'GET endpoints', ENDPOINTS, 0],
  ['health status', 'GET health', HEALTH, 0],
  ['health history 1e3f', 'GET endpoints/1e3f0002/history', HISTORY, 0],
  ['queue list', 'GET queue', QUEUE, 0],
  ['exchange list', 'GET exchanges', EXCHANGES, 0],
  ['endpoint test 1e3e', 'POST endpoints/1e3e69eb/verify', VERIFICATIONS.slice(0, 1), 0],
  ['health test', 'POST health/verify', VERIFICATIONS, 1],
  ['queue verify', 'POST queue/verify', VERIFICATIONS, 1],
];

let folder: ReturnType<typeof temporaryHome>;
let gateway: FakeGateway;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  folder = temporaryHome();
  gateway = await startFakeGateway(folder.home, GATEWAY);
  for (const [, ask, body] of LISTINGS) gateway.answers.set(ask, body);
});

afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  folder.remove();
});

const run = (line: string, more = {}) => runWith(line.split(' '), folder.home, more);

describe.each(['en', 'zh'] as const)('in %s', (language) => {
  it.each([...LISTINGS, ['cluster list main', 'GET clusters', CLUSTERS, 0] as const])(
    '%s reads as written down, within 80 columns',
    async (line, _ask, _body, code) => {
      const ran = await run(line, { language });
      expect(ran.code).toBe(code);
      await expect(ran.out.replace(String(process.pid), 'PID')).toMatchFileSnapshot(
        `./golden/${language}/${line.replaceAll(' ', '-')}.txt`,
      );
      for (const shown of `${ran.out}${ran.err}`.split('\n')) expect(widthOf(shown)).toBeLessThanOrEqual(80);
    },
  );

  it('a gateway that shuts down with a broken config says so', async () => {
    const config = {
      ...GATEWAY.config,
      problem: 'config.yaml:3:5: unknown key "colour"\n    colour: red\n    ^',
    };
    gateway.answers.set('GET status', { ...GATEWAY, draining: true, config, endpoints: [] });
    const { out } = await run('proxy status', { language });
    await expect(out.replace(String(process.pid), 'PID')).toMatchFileSnapshot(
      `./golden/${language}/proxy-status-broken.txt`,
    );
  });
});

describe('--json', () => {
  it.each(LISTINGS)('%s prints the view, whole', async (line, _ask, body, code) => {
    const ran = await run(`${line} --json`);
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.out)).toEqual(body);
  });

  it('cluster list NAME prints that cluster', async () => {
    expect(JSON.parse((await run('cluster list main --json')).out)).toEqual(CLUSTERS[0]);
  });
});

describe('colours', () => {
  const terminal = (shown: { text: string }) => ({
    isTTY: true,
    columns: 80,
    write: (text: string) => {
      shown.text += text;
    },
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])('on a terminal with %j: %s', async (env, coloured) => {
    const shown = { text: '' };
    await run('proxy status', { env, stdout: terminal(shown) });
    expect(shown.text.includes('\u001b[3')).toBe(coloured);
  });

  it('a coloured table is as wide as a plain one', async () => {
    const shown = { text: '' };
    await run('proxy status', { stdout: terminal(shown) });
    const { out } = await run('proxy status');
    expect(shown.text.split('\n').map(widthOf)).toEqual(out.split('\n').map(widthOf));
  });

  it('a wide terminal shows whole addresses', async () => {
    const shown = { text: '' };
    await run('endpoint list', { env: { NO_COLOR: '1' }, stdout: { ...terminal(shown), columns: 200 } });
    expect(shown.text).toContain(ENDPOINTS[1]!.baseUrl);
  });

  it('what an upstream said cannot steer the terminal', async () => {
    const { out } = await run('health status');
    expect(out).toContain('HTTP 504 Gateway Time-out');
    expect(out).not.toContain('\u001b');
  });
});

describe('which endpoint is meant', () => {
  it.each([
    ['1e3e69eb', '1e3e69eb'],
    ['1e3e', '1e3e69eb'],
    ['2', '2f4a80fc'],
    ['2F4A', '2f4a80fc'],
    ['cooling', '2f4a80fc'],
  ])('%s means %s', async (word, id) => {
    gateway.answers.set(`GET endpoints/${id}/history?limit=7`, []);
    const { code, out } = await run(`health history ${word} -n 7`);
    expect(gateway.asked).toEqual([`GET endpoints/${id}/history?limit=7`]);
    expect({ code, out }).toEqual({ code: 0, out: `Nothing has happened to endpoint ${id}.\n` });
  });

  it.each([
    ['1e3', '"1e3" fits several endpoints: 1e3e69eb (jp.duckcoding.com), 1e3f0002'],
    ['zzz', 'There is no endpoint "zzz"'],
  ])('%s is an error: %s', async (word, said) => {
    const { code, err } = await run(`endpoint test ${word}`);
    expect(code).toBe(1);
    expect(err).toContain(said);
    expect(gateway.asked).toEqual([]);
  });
});

describe('what is done', () => {
  it.each([
    ['queue clear', 'POST queue/clear', { cleared: 2 }, 'Put back into use: 2\n'],
    ['queue clear 1e3f', 'POST queue/clear?id=1e3f0002', { cleared: 1 }, 'Put back into use: 1\n'],
    ['queue verify 1e3f', 'POST queue/verify?id=1e3f0002', [], 'There is nothing to verify.\n'],
    [
      'proxy reload',
      'POST reload',
      { clusters: 2, endpoints: 4 },
      'Configuration loaded. Clusters: 2, endpoints: 4\n',
    ],
    [
      'exchange cancel req-7k3q9xm2abc',
      'POST exchanges/req-7k3q9xm2abc/cancel',
      {},
      'Exchange req-7k3q9xm2abc was cancelled.\n',
    ],
  ])('%s asks for %s', async (line, ask, body, said) => {
    gateway.answers.set(ask, body);
    expect(await run(line)).toMatchObject({ code: 0, out: said });
    expect(gateway.asked.at(-1)).toBe(ask);
  });

  it.each([
    ['queue clear 1e3e', 'Endpoint 1e3e69eb is not in the failure queue.'],
    ['exchange cancel req-9', 'No exchange "req-9" is running.'],
    ['exchange cancel req-7', '"req-7" fits several exchanges.'],
    ['cluster list nothing', 'There is no cluster "nothing".'],
  ])('%s fails: %s', async (line, said) => {
    const { code, out, err } = await run(line);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(said);
  });

  it('a reload that was refused says why and fails', async () => {
    gateway.answers.set('POST reload', [
      422,
      error('reload_failed', 'config.yaml:3:5: unknown key "colour"'),
    ]);
    expect(await run('proxy reload')).toEqual({
      code: 1,
      out: '',
      err: 'qcc: config.yaml:3:5: unknown key "colour"\n',
    });
  });

  it.each([
    ['queue list', 'GET queue', [], 'The failure queue is empty.\n'],
    ['exchange list', 'GET exchanges', [], 'No exchange is running.\n'],
    [
      'health history spare',
      'GET endpoints/3a5b91ad/history',
      [],
      'Nothing has happened to endpoint 3a5b91ad.\n',
    ],
  ])('an empty %s says so', async (line, ask, body, said) => {
    gateway.answers.set(ask, body);
    expect(await run(line)).toMatchObject({ code: 0, out: said });
  });
});
