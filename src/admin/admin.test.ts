import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointView } from '../domain/health.ts';
import type { ExchangeRecord, LedgerSummary } from '../domain/ledger.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { ClusterView, ExchangeView, GatewayView, QueueView, VerificationView } from '../domain/view.ts';
import { type AdminPorts, createAdmin } from './admin.ts';

const ENDPOINT: EndpointView = {
  id: '1e3e69eb',
  name: 'jp',
  baseUrl: 'https://jp.example.com',
  clusters: ['main'],
  enabled: true,
  priority: 1,
  weight: 100,
  health: 'unhealthy',
  circuit: { kind: 'open', since: 1, nextCheckAt: 2, checks: 0 },
  inQueue: true,
  coolingUntil: 0,
  requests: 3,
  consecutiveFailures: 3,
  qps: 0,
  inFlight: 0,
};
const CLUSTER: ClusterView = {
  name: 'main/a',
  strategy: 'priority',
  isDefault: true,
  endpoints: [ENDPOINT],
};
const GATEWAY: GatewayView = {
  pid: 42,
  version: '0.1.0',
  addresses: ['http://127.0.0.1:7860'],
  startedAt: 1,
  draining: false,
  config: { file: '/home/u/.qcc/config.yaml', loadedAt: 1, demo: false },
  requests: 3,
  successes: 2,
  failures: 1,
  running: 0,
  lifetime: { requests: 3, successes: 2, failures: 1 },
  endpoints: [ENDPOINT],
};
const QUEUE: QueueView = { endpointId: '1e3e69eb', name: 'jp', baseUrl: 'https://jp', since: 1, checks: 0 };
const VERIFIED: VerificationView = {
  endpointId: '1e3e69eb',
  name: 'jp',
  baseUrl: 'https://jp',
  ok: true,
  tookMs: 900,
  model: 'm',
  protocol: 'anthropic-messages',
};
const EXCHANGE: ExchangeView = {
  id: 'req-1',
  startedAt: 1,
  elapsedMs: 2,
  silenceMs: 1,
  path: '/v1/messages',
  operation: 'generate',
  protocol: 'anthropic-messages',
  stream: true,
  client: 'local',
  cluster: 'main/a',
  scenario: 'chat',
  attempts: 1,
  followers: 1,
  joined: 0,
  keptBytes: 12,
  receivedBytes: 12,
  state: 'streaming',
};

const RECORDED: ExchangeRecord = {
  id: 'req-1',
  startedAt: 1,
  path: '/v1/messages',
  protocol: 'anthropic-messages',
  operation: 'generate',
  stream: true,
  client: 'local',
  listener: '127.0.0.1:7860',
  cluster: 'main/a',
  scenario: 'chat',
  requestBytes: 9,
  delivery: 'delivered',
  joined: 0,
  usage: {},
  charge: 'unknown',
  lostCalls: 0,
  savedCalls: 0,
};
const SUMMARY: LedgerSummary = {
  exchanges: 1,
  attempts: 1,
  delivered: 1,
  inputTokens: 0,
  outputTokens: 0,
  costMicroUsd: 0,
  unknownCost: 1,
  lostMicroUsd: 0,
  lostCalls: 0,
  savedMicroUsd: 0,
  savedCalls: 0,
};

interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let calls: unknown[][];
let reloadResult: Result<{ clusters: number; endpoints: number }, { detail: string }>;
let token: string | undefined;
let server: Server;

/** Writes down what was called with what. */
function recordingPorts(): AdminPorts {
  const called = <T>(name: string, result: T, ...words: unknown[]): T => {
    calls.push([name, ...words]);
    return result;
  };
  return {
    gateway: () => GATEWAY,
    clusters: () => [CLUSTER],
    endpoints: () => [ENDPOINT],
    history: async (id, limit) =>
      called('history', [{ at: 1, endpointId: id, kind: 'opened', detail: 'HTTP 504' }], id, limit),
    verify: async (id) => called('verify', [VERIFIED], id),
    verifyQueue: async (id) => called('verifyQueue', [VERIFIED], id),
    queue: () => [QUEUE],
    clearQueue: (id) => called('clearQueue', 1, id),
    reload: async () => called('reload', reloadResult),
    stop: () => called('stop', undefined),
    exchanges: () => {
      if (calls.some(([name]) => name === 'break')) throw new Error('the exchanges are gone');
      return [EXCHANGE];
    },
    cancelExchange: (id) => called('cancelExchange', id === 'req-1', id),
    forgetEdge: (id) => called('forgetEdge', true, id),
    ledgerList: async (query) => called('ledgerList', [RECORDED], query),
    ledgerExchange: async (id) =>
      called('ledgerExchange', id === 'req-1' ? { exchange: RECORDED, attempts: [] } : undefined, id),
    ledgerSummary: async (query, by) => called('ledgerSummary', [SUMMARY], query, by),
  };
}

function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Told> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { port, host: '127.0.0.1', method, path, headers, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: text && JSON.parse(text),
          }),
        );
      },
    );
    outgoing.on('error', reject).end();
  });
}

const post = (path: string): Promise<Told> => ask('POST', path, { 'x-qcc-admin': '1' });

beforeEach(async () => {
  calls = [];
  reloadResult = ok({ clusters: 1, endpoints: 2 });
  token = undefined;
  const admin = createAdmin(recordingPorts(), () => (token === undefined ? {} : { token }));
  server = createServer((request, response) => {
    void admin(request, response, request.url!.split('?')[0]!);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('what can be seen', () => {
  it.each([
    ['status', GATEWAY],
    ['clusters', [CLUSTER]],
    ['clusters/main%2Fa', CLUSTER],
    ['endpoints', [ENDPOINT]],
    ['health', { counts: { healthy: 0, degraded: 0, unhealthy: 1, unknown: 0 }, endpoints: [ENDPOINT] }],
    ['queue', [QUEUE]],
    ['exchanges', [EXCHANGE]],
  ])('GET %s', async (path, body) => {
    const told = await ask('GET', `/__qcc__/${path}`);
    expect(told).toMatchObject({ status: 200, body });
    expect(told.headers['cache-control']).toBe('no-store');
    expect(told.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each([
    ['', 50],
    ['?limit=7', 7],
    ['?limit=999999', 1000],
  ])('GET endpoints/ID/history%s asks for %i rows', async (query, limit) => {
    const told = await ask('GET', `/__qcc__/endpoints/1e3e69eb/history${query}`);
    expect(told.body).toEqual([{ at: 1, endpointId: '1e3e69eb', kind: 'opened', detail: 'HTTP 504' }]);
    expect(calls).toEqual([['history', '1e3e69eb', limit]]);
  });

  it.each<[string, unknown, unknown[][]]>([
    ['ledger', [RECORDED], [['ledgerList', { limit: 50 }]]],
    [
      'ledger?since=5&until=9&model=a%20b&client=c&endpoint=1e3e69eb&lost=true&limit=999999',
      [RECORDED],
      [
        [
          'ledgerList',
          {
            since: 5,
            until: 9,
            model: 'a b',
            client: 'c',
            endpointId: '1e3e69eb',
            lost: true,
            limit: 10_000,
          },
        ],
      ],
    ],
    [
      'ledger?attempts=true&limit=5000',
      [{ exchange: RECORDED, attempts: [] }],
      [
        ['ledgerList', { limit: 1_000 }],
        ['ledgerExchange', 'req-1'],
      ],
    ],
    ['ledger/req-1', { exchange: RECORDED, attempts: [] }, [['ledgerExchange', 'req-1']]],
    ['ledger/summary', [SUMMARY], [['ledgerSummary', {}, undefined]]],
    ['ledger/summary?by=day&since=7', [SUMMARY], [['ledgerSummary', { since: 7 }, 'day']]],
  ])('GET %s', async (path, body, asked) => {
    expect(await ask('GET', `/__qcc__/${path}`)).toMatchObject({ status: 200, body });
    expect(calls).toEqual(asked);
  });

  it('HEAD is answered like GET, without a body', async () => {
    expect(await ask('HEAD', '/__qcc__/status')).toMatchObject({ status: 200, body: '' });
  });
});

describe('what can be done', () => {
  it.each([
    ['endpoints/1e3e69eb/verify', 200, [VERIFIED], ['verify', '1e3e69eb']],
    ['health/verify', 200, [VERIFIED], ['verify']],
    ['queue/verify', 200, [VERIFIED], ['verifyQueue', undefined]],
    ['queue/verify?id=1e3e69eb', 200, [VERIFIED], ['verifyQueue', '1e3e69eb']],
    ['queue/clear', 200, { cleared: 1 }, ['clearQueue', undefined]],
    ['queue/clear?id=1e3e69eb', 200, { cleared: 1 }, ['clearQueue', '1e3e69eb']],
    ['reload', 200, { clusters: 1, endpoints: 2 }, ['reload']],
    ['stop', 202, { draining: true }, ['stop']],
    ['endpoints/1e3e69eb/forget-edge', 200, { forgotten: true }, ['forgetEdge', '1e3e69eb']],
    ['exchanges/req-1/cancel', 200, { cancelled: true }, ['cancelExchange', 'req-1']],
  ])('POST %s', async (path, status, body, call) => {
    expect(await post(`/__qcc__/${path}`)).toMatchObject({ status, body });
    await expect.poll(() => calls).toHaveLength(1);
    expect(calls[0]!.filter((word) => word !== undefined)).toEqual(call.filter((word) => word !== undefined));
  });

  it('a reload that fails says why', async () => {
    reloadResult = fail({ detail: 'config.yaml:3:5: unknown key "colour"' });
    expect(await post('/__qcc__/reload')).toMatchObject({
      status: 422,
      body: { error: { code: 'reload_failed', message: 'config.yaml:3:5: unknown key "colour"' } },
    });
  });
});

describe('what goes wrong', () => {
  it.each([
    ['GET', 'nothing', 404, 'unknown_path'],
    ['GET', '', 404, 'unknown_path'],
    ['GET', 'clusters/', 404, 'unknown_path'],
    ['GET', 'clusters/%zz', 404, 'unknown_path'],
    ['GET', 'clusters/other', 404, 'unknown_cluster'],
    ['GET', 'endpoints/none/history', 404, 'unknown_endpoint'],
    ['GET', 'endpoints/1e3e69eb/history?limit=0', 400, 'bad_request'],
    ['GET', 'endpoints/1e3e69eb/history?limit=ten', 400, 'bad_request'],
    ['GET', 'ledger/req-9', 404, 'unknown_exchange'],
    ['GET', 'ledger?limit=0', 400, 'bad_request'],
    ['GET', 'ledger?since=yesterday', 400, 'bad_request'],
    ['GET', 'ledger/summary?by=colour', 400, 'bad_request'],
    ['GET', 'ledger/summary?until=-1', 400, 'bad_request'],
    ['POST', 'endpoints/none/forget-edge', 404, 'unknown_endpoint'],
    ['POST', 'endpoints/none/verify', 404, 'unknown_endpoint'],
    ['POST', 'queue/clear?id=none', 404, 'unknown_endpoint'],
    ['POST', 'exchanges/req-9/cancel', 404, 'unknown_exchange'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const told = await ask(method, `/__qcc__/${path}`, { 'x-qcc-admin': '1' });
    expect(told).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
  });

  it.each([
    ['DELETE', 'status', 'GET'],
    ['POST', 'queue', 'GET'],
    ['GET', 'stop', 'POST'],
    ['PUT', 'endpoints/1e3e69eb/verify', 'POST'],
  ])('%s %s is 405 and names what is taken', async (method, path, allow) => {
    const told = await ask(method, `/__qcc__/${path}`, { 'x-qcc-admin': '1' });
    expect(told).toMatchObject({ status: 405, body: { error: { code: 'method_not_allowed' } } });
    expect(told.headers.allow).toBe(allow);
    expect(calls).toEqual([]);
  });

  it('an exception becomes an answer', async () => {
    calls.push(['break']);
    expect(await ask('GET', '/__qcc__/exchanges')).toMatchObject({
      status: 500,
      body: { error: { code: 'internal' } },
    });
  });

  it('a refusal comes before anything is looked up or done', async () => {
    const told = await ask('POST', '/__qcc__/stop', { origin: 'https://evil.example', 'x-qcc-admin': '1' });
    expect(told).toMatchObject({ status: 403, body: { error: { code: 'admin_forbidden' } } });
    expect(told.headers['cache-control']).toBe('no-store');
    expect(await ask('GET', '/__qcc__/nothing', { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(calls).toEqual([]);
  });

  it('a token set while running counts from the next request on', async () => {
    expect((await ask('GET', '/__qcc__/status')).status).toBe(200);
    token = 'correct-horse';
    expect((await ask('GET', '/__qcc__/status')).status).toBe(403);
    expect((await ask('GET', '/__qcc__/status', { authorization: 'Bearer correct-horse' })).status).toBe(200);
  });
});
