import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  CHAT_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  upstream,
} from '../harness/gateway.ts';
import { COMPLETION, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const JSON_HEAD = { 'content-type': 'application/json; odd', 'x-request-id': 'req_up' };
const refusal = (message: string, code: string | null = null, type = 'invalid_request_error') =>
  `{ "error": ${JSON.stringify({ message, type, param: null, code })} }\n`;

/** Refuses one model, as an upstream that has others. */
const lacking = (lacked: string, status: number, body: string) =>
  ownUpstream(({ body: asked }, response) => {
    if (String(asked).includes(lacked)) response.writeHead(status, JSON_HEAD).end(body);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(COMPLETION));
  });

const ASKED = { ...CHAT_REQUEST, model: 'gpt-lacked' };
const NOT_FOUND = refusal('Project `proj_1` does not have access to model `gpt-lacked`', 'model_not_found');

describe('one client asks for a model that no endpoint has', () => {
  it.each([
    ['403, as OpenAI puts it', 403, NOT_FOUND],
    [
      '401, as a proxy with keys of its own puts it',
      401,
      refusal('key not allowed to access model. This key can only access models=[a]'),
    ],
    [
      '503, as a relay without a channel puts it',
      503,
      refusal('当前分组 default 下对于模型 gpt-lacked 无可用渠道', 'model_not_found', 'new_api_error'),
    ],
  ])('%s: nothing is held against them, and it reads the vendor’s own words', async (_, status, body) => {
    const upstreams = [await lacking('lacked', status, body), await lacking('lacked', status, body)];
    const gateway = await gatewayWith(`retry: { max: 3, base: 1ms, cap: 2ms }\n${cluster(upstreams)}`);
    for (const stream of [false, true, false, true]) {
      const response = await post(`${gateway.url}/v1/chat/completions`, { ...ASKED, stream });
      expect(response.status).toBe(status);
      expect(await response.text()).toBe(body);
      expect(response.headers.get('content-type')).toBe('application/json; odd');
      expect(response.headers.get('x-qcc-error')).toBe('not_served');
    }
    // Each of them once a request: what says no to a model says it again.
    expect(upstreams.map(({ seen }) => seen.length)).toEqual([4, 4]);
    const { endpoints } = await gateway.view();
    expect(endpoints.map(({ inQueue, consecutiveFailures }) => [inQueue, consecutiveFailures])).toEqual([
      [false, 0],
      [false, 0],
    ]);
    expect((await post(`${gateway.url}/v1/chat/completions`, CHAT_REQUEST)).status).toBe(200);
  });

  it('is on the ledger under a name of its own, not charged', async () => {
    const gateway = await gatewayWith(cluster([await lacking('lacked', 403, NOT_FOUND)]));
    await post(`${gateway.url}/v1/chat/completions`, ASKED);
    const [exchange] = (await (await fetch(`${gateway.url}/__qcc__/ledger?limit=1`)).json()) as unknown[];
    expect(exchange).toMatchObject({ cause: 'not-served', charge: 'not-charged', error: 'not_served' });
  });
});

it('another endpoint that has the model answers', async () => {
  const one = await lacking('lacked', 403, NOT_FOUND);
  const gateway = await gatewayWith(cluster([one, await lacking('other', 403, NOT_FOUND)]));
  const response = await post(`${gateway.url}/v1/chat/completions`, ASKED);
  expect(response.status).toBe(200);
  expect(response.headers.get('x-qcc-attempts')).toBe('2');
});

it('an endpoint’s own key is never shown with the vendor’s words', async () => {
  const body = refusal('key-0 does not have access to model gpt-lacked', 'model_not_found');
  const gateway = await gatewayWith(cluster([await lacking('lacked', 403, body)]));
  const response = await post(`${gateway.url}/v1/chat/completions`, ASKED);
  expect(response.status).toBe(403);
  const text = await response.text();
  expect(text).toContain('does not have access to model');
  expect(text).not.toContain('key-0');
});

it('a refused key among them is taken out all the same', async () => {
  const upstreams = [await upstream({ status: 401 }), await lacking('lacked', 403, NOT_FOUND)];
  const gateway = await gatewayWith(cluster(upstreams));
  expect((await post(`${gateway.url}/v1/chat/completions`, ASKED)).status).toBe(403);
  const { endpoints } = await gateway.view();
  expect(endpoints.map(({ inQueue }) => inQueue)).toEqual([true, false]);
});

it('a challenge page is an edge’s: another endpoint answers, the key is not called bad', async () => {
  const edge = await ownUpstream((_, response) =>
    response
      .writeHead(403, { 'content-type': 'text/html', 'cf-mitigated': 'challenge' })
      .end('<!DOCTYPE html><html><title>Just a moment...</title></html>'),
  );
  const gateway = await gatewayWith(cluster([edge, await upstream()]));
  expect((await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)).status).toBe(200);
  const { endpoints } = await gateway.view();
  expect(endpoints[0]).toMatchObject({ consecutiveFailures: 1, inQueue: false });
  const failed = gateway.log.events.find(({ kind }) => kind === 'attempt-failed');
  expect(failed).toMatchObject({ cause: 'blocked', status: 403 });
});

it('an event that refuses the request, under 200, is the request’s as well', async () => {
  const event = `data: ${JSON.stringify({ error: { message: 'the prompt is too long', type: 'invalid_request_error', code: 'context_length_exceeded' } })}\n\n`;
  const own = await ownUpstream((_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event),
  );
  const gateway = await gatewayWith(cluster([own], () => ', max_failures: 1'));
  const response = await post(`${gateway.url}/v1/chat/completions`, { ...ASKED, stream: true });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('the prompt is too long');
  expect((await gateway.view()).endpoints[0]).toMatchObject({ inQueue: false, consecutiveFailures: 0 });
});
