import { connect } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { expectedText } from '../../src/simulator/simulator.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, post, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

/** An edge that cuts after 250 ms of silence stands before the listener. */
const EDGE = 'listen: [{ host: 127.0.0.1, port: 0, edge: { silence: 250ms } }]\n';

/** Posts through a client that, like an edge, gives up after a silence. Resolves with the raw answer. */
function postThroughEdge(
  url: string,
  body: unknown,
  silenceMs: number,
): Promise<{ raw: string; cut: boolean }> {
  const { hostname, port } = new URL(url);
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let raw = '';
    let cut = false;
    socket.setTimeout(silenceMs, () => {
      cut = true;
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      raw += chunk;
    });
    socket.on('close', () => resolve({ raw, cut }));
    socket.on('error', reject);
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: k\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  });
}

describe('an edge that cuts silence stands before the client', () => {
  it.each([
    ['stream', { ...ANTHROPIC_REQUEST, stream: true }, 'event: ping'],
    ['JSON', ANTHROPIC_REQUEST, expectedText({ text: 'late' })],
  ])('%s: the client sees bytes in time, and the answer', async (_, body, needle) => {
    const model = await upstream({ firstEventMs: 1_200, text: 'late' });
    const gateway = await gatewayWith(EDGE + cluster([model]));
    const { raw, cut } = await postThroughEdge(gateway.url, body, 250);
    expect(cut).toBe(false);
    expect(raw).toContain('HTTP/1.1 200');
    expect(raw).toContain(needle);
    expect(model.counts().started).toBe(1);
  });

  it('every protocol’s heartbeats are accepted by its SDK', async () => {
    const model = await upstream({ firstEventMs: 900, text: 'late' });
    const gateway = await gatewayWith(EDGE + cluster([model]));
    const text = expectedText({ text: 'late' });
    const anthropic = new Anthropic({ apiKey: 'k', baseURL: gateway.url, maxRetries: 0 });
    const openai = new OpenAI({ apiKey: 'k', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const message = await anthropic.messages.create({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(message.content[0]).toMatchObject({ text });
    const streamed = await anthropic.messages
      .stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] })
      .finalText();
    expect(streamed).toBe(text);
    const chat = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] };
    expect((await openai.chat.completions.create(chat)).choices[0]?.message.content).toBe(text);
    expect(await openai.chat.completions.stream(chat).finalContent()).toBe(text);
    expect((await openai.responses.create({ model: 'm', input: 'x' })).output_text).toBe(text);
    const response = await openai.responses.stream({ model: 'm', input: 'x' }).finalResponse();
    expect(response.output_text).toBe(text);
  });

  it('a JSON client whose 200 is out is not told an error as success; its repeat gets the true status', async () => {
    const model = await upstream({ status: 400, firstByteMs: 600 });
    const gateway = await gatewayWith(`${EDGE}retry: { max: 0 }\n${cluster([model])}`);
    const { raw } = await postThroughEdge(gateway.url, ANTHROPIC_REQUEST, 250);
    expect(raw).toContain('HTTP/1.1 200');
    expect(raw).not.toContain('"type":"error"');
    expect(raw.endsWith('0\r\n\r\n')).toBe(false);
    const again = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-api-key': 'k' });
    expect(again.status).toBe(400);
    expect(again.headers.get('x-qcc-joined')).toBe('replay');
    expect(model.counts().started).toBe(1);
  });

  it('a streaming client whose 200 is out is told the error inside the stream', async () => {
    const model = await upstream({ status: 503, firstByteMs: 600 });
    const gateway = await gatewayWith(`${EDGE}retry: { max: 0 }\n${cluster([model])}`);
    const { raw } = await postThroughEdge(gateway.url, { ...ANTHROPIC_REQUEST, stream: true }, 250);
    expect(raw).toContain('event: error');
    expect(raw.endsWith('0\r\n\r\n')).toBe(false);
  });

  it('without an edge JSON is not committed early: errors keep their status', async () => {
    const model = await upstream({ status: 400, firstByteMs: 400 });
    const gateway = await gatewayWith(`heartbeat: { after: 50ms, every: 50ms }\n${cluster([model])}`);
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.status).toBe(400);
  });

  it('without an edge a stream gets heartbeats after heartbeat.after', async () => {
    const model = await upstream({ firstEventMs: 500 });
    const gateway = await gatewayWith(`heartbeat: { after: 100ms, every: 100ms }\n${cluster([model])}`);
    const text = await (
      await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true })
    ).text();
    expect(text.indexOf('event: ping')).toBe(0);
    expect(text).toContain('event: message_stop');
  });

  it('an edge that cuts totals: the client is told to come back before, and is joined', async () => {
    const model = await upstream({ eventMs: 60, events: 20 });
    const listen = 'listen: [{ host: 127.0.0.1, port: 0, edge: { total: 500ms } }]\n';
    const gateway = await gatewayWith(listen + cluster([model]));
    const first = await postThroughEdge(gateway.url, { ...ANTHROPIC_REQUEST, stream: true }, 5_000);
    expect(first.raw).toContain('come_back');
    expect(first.raw.endsWith('0\r\n\r\n')).toBe(false);
    let raw = first.raw;
    for (let i = 0; i < 5 && !raw.includes('message_stop'); i += 1) {
      raw = (await postThroughEdge(gateway.url, { ...ANTHROPIC_REQUEST, stream: true }, 5_000)).raw;
      expect(raw).toContain('x-qcc-joined');
    }
    expect(raw).toContain('message_stop');
    expect(model.counts()).toMatchObject({ started: 1, charged: 1 });
  });
});
