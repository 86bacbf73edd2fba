import { afterEach, describe, expect, it } from 'vitest';
import { expectedText, type SimulatorScript } from '../../src/simulator/simulator.ts';
import {
  ANTHROPIC_REQUEST,
  CHAT_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';
import { chunkedBody, endsCleanly, postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const KEYED = { 'idempotency-key': 'one-for-all' };

type Delta = { delta?: { text?: string } };

/** The text of a Messages stream. */
const textIn = (stream: string): string =>
  [...stream.matchAll(/^data: (.*)$/gm)]
    .map(([, data]) => (JSON.parse(data ?? '') as Delta).delta?.text ?? '')
    .join('');

const textOf = async (response: Response): Promise<string | undefined> =>
  ((await response.json()) as { content: { text: string }[] }).content[0]?.text;

describe('followers of one exchange', () => {
  it('a streaming and a JSON one, at different speeds, both get the whole answer', async () => {
    const script: SimulatorScript = { events: 200, eventBytes: 5_000, eventMs: 1 };
    const model = await upstream(script);
    const gateway = await gatewayWith(cluster([model]));
    const slow = rawClient(gateway.url);
    const body = JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true });
    slow.send(
      postBytes('/v1/messages', body, [
        'connection: close',
        'x-api-key: client-key',
        'idempotency-key: one-for-all',
      ]),
    );
    await until(() => slow.text() !== '');
    slow.socket.pause();
    const quick = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    slow.socket.resume();
    const replayed = await post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, stream: true }, KEYED);
    expect(quick.headers.get('x-qcc-joined')).toBe('live');
    expect(await textOf(quick)).toBe(expectedText(script));
    const received = await slow.closed;
    expect(endsCleanly(received)).toBe(true);
    expect(textIn(chunkedBody(received))).toBe(expectedText(script));
    expect(textIn(await replayed.text())).toBe(expectedText(script));
    expect(model.counts()).toMatchObject({ started: 1, charged: 1 });
  });

  it('one that leaves takes nothing from the others', async () => {
    const script: SimulatorScript = { events: 20, eventMs: 30 };
    const model = await upstream(script);
    const gateway = await gatewayWith(cluster([model]));
    const leaving = rawClient(gateway.url);
    const body = JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true });
    leaving.send(postBytes('/v1/messages', body, ['x-api-key: client-key', 'idempotency-key: one-for-all']));
    await until(() => leaving.text().includes('content_block_delta'));
    const staying = post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, KEYED);
    leaving.socket.destroy();
    expect(await textOf(await staying)).toBe(expectedText(script));
    expect(model.counts()).toMatchObject({ started: 1, finished: 1, cancelled: 0 });
  });

  it.each([
    ['only the gateway asked for', CHAT_REQUEST],
    [
      'the first client asked for',
      { ...CHAT_REQUEST, stream: true, stream_options: { include_usage: true } },
    ],
  ])('usage that %s stays hidden from a Chat stream that joins', async (_, opening) => {
    const model = await upstream({ firstEventMs: 300, text: 'no usage shown' });
    const gateway = await gatewayWith(cluster([model]));
    const ask = (body: object) => post(`${gateway.url}/v1/chat/completions`, body, KEYED);
    const stream = { ...CHAT_REQUEST, stream: true };
    const first = ask(opening);
    await until(() => model.counts().started === 1);
    const [plain, declining, wanting] = await Promise.all([
      ask(stream),
      ask({ ...stream, stream_options: { include_usage: false } }),
      ask({ ...stream, stream_options: { include_usage: true } }),
    ]);
    expect(plain.headers.get('x-qcc-joined')).toBe('live');
    for (const hidden of [await plain.text(), await declining.text()]) {
      expect(hidden).not.toContain('prompt_tokens');
      expect(hidden).not.toMatch(/"choices":\s*\[\]/);
      expect(hidden.trimEnd().endsWith('data: [DONE]')).toBe(true);
    }
    expect(await wanting.text()).toContain('prompt_tokens');
    expect(await (await first).text()).toContain('prompt_tokens');
    expect(model.counts().started).toBe(1);
  });

  it('a JSON client whose first attempt broke in the middle gets exactly the second answer', async () => {
    const broken = await upstream({
      text: 'the first answer, which breaks',
      events: 10,
      reset: 5,
      eventMs: 5,
    });
    const whole = await upstream({ text: 'the second answer' });
    const gateway = await gatewayWith(`retry: { base: 1ms, cap: 1ms }\n${cluster([broken, whole])}`);
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    const message = (await response.json()) as { content: unknown[]; stop_reason: string };
    expect(message.content).toEqual([expect.objectContaining({ type: 'text', text: 'the second answer' })]);
    expect(message.stop_reason).toBe('end_turn');
    expect(response.headers.get('x-qcc-attempts')).toBe('2');
    expect([broken.counts().started, whole.counts().charged]).toEqual([1, 1]);
  });
});
