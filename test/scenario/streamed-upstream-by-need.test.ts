import { afterEach, describe, expect, it } from 'vitest';
import type { EndpointView } from '../../src/domain/health.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post } from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const MESSAGE = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-test',
  content: [{ type: 'text', text: 'plain' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
});

/** Answers as it is asked, and remembers how it was asked. */
async function model() {
  const streamed: boolean[] = [];
  const own = await ownUpstream(({ body }, response) => {
    const { stream = false } = JSON.parse(String(body)) as { stream?: boolean };
    streamed.push(stream);
    if (!stream) return void response.writeHead(200, { 'content-type': 'application/json' }).end(MESSAGE);
    openMessage(response);
    response.end(MESSAGE_EVENTS.delta('streamed') + MESSAGE_EVENTS.end);
  });
  return { url: own.url, streamed };
}

async function askTimes(url: string, times: number, more: object = {}): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const answer = await post(`${url}/v1/messages`, { ...ANTHROPIC_REQUEST, ...more });
    expect(answer.status).toBe(200);
    await answer.text();
  }
}

const endpointAt = async (url: string): Promise<EndpointView | undefined> =>
  ((await (await fetch(`${url}/__qcc__/endpoints`)).json()) as EndpointView[])[0];

describe('a client that wants no stream', () => {
  it('is asked for as it asks, once calls like its own have been quick', async () => {
    const quick = await model();
    const gateway = await gatewayWith(cluster([quick]));
    await askTimes(gateway.url, 7);
    expect(quick.streamed).toEqual([true, true, true, true, true, false, false]);
    await askTimes(gateway.url, 1, { model: 'claude-other' });
    expect(quick.streamed.at(-1)).toBe(true);
    expect((await endpointAt(gateway.url))?.asking).toEqual({ streamless: [], quick: ['claude-test'] });
  });

  it('until that is forgotten by hand', async () => {
    const quick = await model();
    const gateway = await gatewayWith(cluster([quick]));
    await askTimes(gateway.url, 6);
    expect(quick.streamed.at(-1)).toBe(false);
    const { id } = (await endpointAt(gateway.url))!;
    const forgotten = await fetch(`${gateway.url}/__qcc__/endpoints/${id}/forget-edge`, {
      method: 'POST',
      headers: { 'x-qcc-admin': '1' },
    });
    expect(await forgotten.json()).toEqual({ forgotten: true });
    expect((await endpointAt(gateway.url))?.asking).toBeUndefined();
    await askTimes(gateway.url, 1);
    expect(quick.streamed.at(-1)).toBe(true);
  });

  it('not where an edge stands before the endpoint, nor before the client', async () => {
    const [behind, before] = [await model(), await model()];
    const edged = await gatewayWith(cluster([behind], () => ', edge: cloudflare'));
    await askTimes(edged.url, 7);
    expect(behind.streamed).not.toContain(false);
    const listening = await gatewayWith(
      `listen: [{ host: 127.0.0.1, port: 0, edge: cloudflare }]\n${cluster([before])}`,
    );
    await askTimes(listening.url, 7);
    expect(before.streamed).not.toContain(false);
  });

  it('as `stream_upstream` says, whatever was learned', async () => {
    const [always, never] = [await model(), await model()];
    const one = await gatewayWith(cluster([always], () => ', stream_upstream: always'));
    await askTimes(one.url, 7);
    expect(always.streamed).not.toContain(false);
    const other = await gatewayWith(cluster([never], () => ', stream_upstream: never'));
    await askTimes(other.url, 2);
    expect(never.streamed).toEqual([false, false]);
  });

  it('what was learned survives a restart', async () => {
    const quick = await model();
    const kept = memoryStore();
    const store = { ...kept, close: async () => undefined };
    const first = await gatewayWith(cluster([quick]), { store });
    await askTimes(first.url, 6);
    await first.stop();
    const second = await gatewayWith(cluster([quick]), { store });
    await askTimes(second.url, 1);
    expect(quick.streamed.slice(-2)).toEqual([false, false]);
  });

  it('an endpoint that refuses streams is asked for none the next time', async () => {
    const streamed: boolean[] = [];
    const own = await ownUpstream(({ body }, response) => {
      const { stream = false } = JSON.parse(String(body)) as { stream?: boolean };
      streamed.push(stream);
      const error = {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'stream: not supported' },
      };
      response
        .writeHead(stream ? 400 : 200, { 'content-type': 'application/json' })
        .end(stream ? JSON.stringify(error) : MESSAGE);
    });
    const gateway = await gatewayWith(cluster([own]));
    const refused = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(refused.status).toBe(400);
    await refused.text();
    await askTimes(gateway.url, 2);
    expect(streamed).toEqual([true, false, false]);
    expect((await endpointAt(gateway.url))?.asking?.streamless).toMatchObject([
      { model: 'claude-test', why: 'refused' },
    ]);
  });
});
