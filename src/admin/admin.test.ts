import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeAdmin, fakeAdmin } from '../../test/doubles/fake-admin.ts';
import {
  CLUSTER,
  CONFIG,
  ENDPOINT,
  EXCHANGE,
  EXPLANATION,
  GATEWAY,
  PAGE,
  POINT,
  QUEUE,
  RECORDED,
  ROUTES,
  SUMMARY,
  VERIFIED,
  WHAT_IF,
} from '../../test/doubles/fake-views.ts';
import { fail } from '../domain/result.ts';

let admin: FakeAdmin;

beforeEach(async () => {
  admin = await fakeAdmin();
});

afterEach(() => admin.close());

describe('what can be seen', () => {
  it.each([
    ['status', GATEWAY],
    ['clusters', [CLUSTER]],
    ['clusters/main%2Fa', CLUSTER],
    ['routes', ROUTES],
    ['endpoints', [ENDPOINT]],
    ['health', { counts: { healthy: 0, degraded: 0, unhealthy: 1, unknown: 0 }, endpoints: [ENDPOINT] }],
    ['queue', [QUEUE]],
    ['exchanges', [EXCHANGE]],
    ['config', CONFIG],
    ['ledger/points', [POINT]],
    ['ledger/req-1/explanation', EXPLANATION],
  ])('GET %s', async (path, body) => {
    const told = await admin.ask('GET', `/__qcc__/${path}`);
    expect(told).toMatchObject({ status: 200, body });
    expect(told.headers['cache-control']).toBe('no-store');
    expect(told.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each([
    ['', 50],
    ['?limit=7', 7],
    ['?limit=999999', 1000],
  ])('GET endpoints/ID/history%s asks for %i rows', async (query, limit) => {
    const told = await admin.ask('GET', `/__qcc__/endpoints/1e3e69eb/history${query}`);
    expect(told.body).toEqual([{ at: 1, endpointId: '1e3e69eb', kind: 'opened', detail: 'HTTP 504' }]);
    expect(admin.calls).toEqual([['history', '1e3e69eb', limit]]);
  });

  it.each<[string, unknown, unknown[][]]>([
    ['ledger', [RECORDED], [['ledgerList', { limit: 50 }]]],
    [
      'ledger?since=5&until=9&model=a%20b&client=c&endpoint=1e3e69eb&lost=true&failed=true&slow=100&cause=reset&limit=999999',
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
            failed: true,
            slowMs: 100,
            cause: 'reset',
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
    expect(await admin.ask('GET', `/__qcc__/${path}`)).toMatchObject({ status: 200, body });
    expect(admin.calls).toEqual(asked);
  });

  it('HEAD is answered like GET, without a body', async () => {
    expect(await admin.ask('HEAD', '/__qcc__/status')).toMatchObject({ status: 200, body: '' });
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
    ['endpoints/1e3e69eb/enable', 200, { enabled: true }, ['setEnabled', '1e3e69eb', true]],
    ['endpoints/1e3e69eb/disable', 200, { enabled: false }, ['setEnabled', '1e3e69eb', false]],
    [
      'alerts/test',
      200,
      { results: [{ format: 'json', on: ['endpoint_down'], ok: true, detail: '200' }] },
      ['testAlerts'],
    ],
    ['endpoints/1e3e69eb/forget-edge', 200, { forgotten: true }, ['forgetEdge', '1e3e69eb']],
    ['exchanges/req-1/cancel', 200, { cancelled: true }, ['cancelExchange', 'req-1']],
  ])('POST %s', async (path, status, body, call) => {
    expect(await admin.post(`/__qcc__/${path}`)).toMatchObject({ status, body });
    await expect.poll(() => admin.calls).toHaveLength(1);
    expect(admin.calls[0]!.filter((word) => word !== undefined)).toEqual(
      call.filter((word) => word !== undefined),
    );
  });

  it('a reload that fails says why', async () => {
    admin.reloadResult = fail({ detail: 'config.yaml:3:5: unknown key "colour"' });
    expect(await admin.post('/__qcc__/reload')).toMatchObject({
      status: 422,
      body: { error: { code: 'reload_failed', message: 'config.yaml:3:5: unknown key "colour"' } },
    });
  });
});

describe('what is asked with a body', () => {
  it.each<[string, unknown, unknown, unknown[]]>([
    ['what-if', { path: '/v1/messages' }, WHAT_IF, ['whatIf', { path: '/v1/messages' }, 'en']],
    [
      'what-if?language=zh',
      { path: '/v1/x', stream: true, maxTokens: 3, headers: { a: 'b' }, model: null, colour: 1 },
      WHAT_IF,
      ['whatIf', { path: '/v1/x', stream: true, maxTokens: 3, headers: { a: 'b' } }, 'zh'],
    ],
    [
      'config/check',
      { text: 'a: 1' },
      { problems: [{ line: 1, column: 2, message: 'wrong' }] },
      ['checkConfig', 'a: 1'],
    ],
    [
      'config/apply',
      { text: 'a: 1', version: 'a' },
      { kind: 'conflict', version: 'b' },
      ['applyConfig', 'a: 1', 'a'],
    ],
    ['explain?language=zh', { text: '<html>' }, PAGE, ['explainPage', '<html>', 'zh']],
  ])('POST %s', async (path, body, answer, call) => {
    expect(await admin.post(`/__qcc__/${path}`, body)).toMatchObject({ status: 200, body: answer });
    expect(admin.calls).toEqual([call]);
  });

  it.each<[string, string, number, string]>([
    ['what-if', '', 400, 'bad_json'],
    ['what-if', '{"path":', 400, 'bad_json'],
    ['what-if', '[1]', 400, 'bad_json'],
    ['what-if', 'null', 400, 'bad_json'],
    ['what-if', '{}', 400, 'bad_request'],
    ['what-if', '{"path":7}', 400, 'bad_request'],
    ['what-if', '{"path":"/v1/messages","maxTokens":1.5}', 400, 'bad_request'],
    ['what-if', '{"path":"/v1/messages","promptBytes":-1}', 400, 'bad_request'],
    ['what-if', '{"path":"/v1/messages","headers":{"a":1}}', 400, 'bad_request'],
    ['what-if', '{"path":"/v1/messages","headers":["a"]}', 400, 'bad_request'],
    ['what-if', '{"path":"/none"}', 400, 'bad_request'],
    ['what-if', `{"path":"${'x'.repeat(70_000)}"}`, 413, 'body_too_large'],
    ['config/check', '{"text":1}', 400, 'bad_request'],
    ['config/check', `{"text":"${'x'.repeat(1_100_000)}"}`, 413, 'body_too_large'],
    ['config/apply', '{"text":"a"}', 400, 'bad_request'],
    ['explain', '{"text":"  "}', 400, 'bad_request'],
    ['explain', `{"text":"${'x'.repeat(300_000)}"}`, 413, 'body_too_large'],
    ['doctor', '{"endpoint":1}', 400, 'bad_request'],
    ['doctor', '{"probeEdge":"yes"}', 400, 'bad_request'],
  ])('POST %s %.40s is %i %s', async (path, body, status, code) => {
    const told = await admin.ask('POST', `/__qcc__/${path}`, { 'x-qcc-admin': '1' }, body);
    expect(told).toMatchObject({ status, body: { error: { code } } });
    expect(admin.calls).toEqual([]);
  });

  it('what is wrong with a body never quotes it', async () => {
    const told = await admin.ask(
      'POST',
      '/__qcc__/config/check',
      { 'x-qcc-admin': '1' },
      '{"text": sk-secret}',
    );
    expect(JSON.stringify(told.body)).not.toContain('sk-secret');
  });
});

describe('what goes wrong', () => {
  it.each([
    ['GET', 'nothing', 404, 'unknown_path'],
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
    ['POST', 'endpoints/none/disable', 404, 'unknown_endpoint'],
    ['GET', 'endpoints/none/latency', 404, 'unknown_endpoint'],
    ['GET', 'endpoints/1e3e69eb/latency?since=x', 400, 'bad_request'],
    ['GET', 'ledger/req-9/explanation', 404, 'unknown_exchange'],
    ['GET', 'ledger?slow=long', 400, 'bad_request'],
    ['GET', 'ledger/points?limit=none', 400, 'bad_request'],
    ['POST', 'queue/clear?id=none', 404, 'unknown_endpoint'],
    ['POST', 'exchanges/req-9/cancel', 404, 'unknown_exchange'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const told = await admin.ask(method, `/__qcc__/${path}`, { 'x-qcc-admin': '1' });
    expect(told).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
  });

  it.each([
    ['DELETE', 'status', 'GET'],
    ['POST', 'queue', 'GET'],
    ['GET', 'stop', 'POST'],
    ['PUT', 'endpoints/1e3e69eb/verify', 'POST'],
  ])('%s %s is 405 and names what is taken', async (method, path, allow) => {
    const told = await admin.ask(method, `/__qcc__/${path}`, { 'x-qcc-admin': '1' });
    expect(told).toMatchObject({ status: 405, body: { error: { code: 'method_not_allowed' } } });
    expect(told.headers.allow).toBe(allow);
    expect(admin.calls).toEqual([]);
  });

  it('an exception becomes an answer', async () => {
    admin.calls.push(['break']);
    expect(await admin.ask('GET', '/__qcc__/exchanges')).toMatchObject({
      status: 500,
      body: { error: { code: 'internal' } },
    });
  });

  it('a refusal comes before anything is looked up or done', async () => {
    const told = await admin.ask('POST', '/__qcc__/stop', {
      origin: 'https://evil.example',
      'x-qcc-admin': '1',
    });
    expect(told).toMatchObject({ status: 403, body: { error: { code: 'admin_forbidden' } } });
    expect(told.headers['cache-control']).toBe('no-store');
    expect(await admin.ask('GET', '/__qcc__/nothing', { host: 'evil.example' })).toMatchObject({
      status: 403,
    });
    expect(admin.calls).toEqual([]);
  });

  it('a token set while running counts from the next request on', async () => {
    expect((await admin.ask('GET', '/__qcc__/status')).status).toBe(200);
    admin.token = 'correct-horse';
    expect((await admin.ask('GET', '/__qcc__/status')).status).toBe(403);
    expect(
      (await admin.ask('GET', '/__qcc__/status', { authorization: 'Bearer correct-horse' })).status,
    ).toBe(200);
  });
});
