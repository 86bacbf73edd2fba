import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { SimulatorScript } from '../../src/simulator/simulator.ts';
import { closeAll, cluster, gatewayWith, PROTOCOL_CALLS, upstream } from '../harness/gateway.ts';
import { endsCleanly, postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const ENDS: readonly [string, SimulatorScript][] = [
  ['a clean end without its mark', { truncate: 4, eventMs: 10 }],
  ['a clean end after the opening', { truncate: 0 }],
  ['a reset', { reset: 4, eventMs: 10 }],
  ['silence', { hang: 4, eventMs: 10 }],
  ['an error event', { errorEvent: 4, eventMs: 10 }],
  ['an edge that cuts', { hang: 4, eventMs: 10, edge: { silenceMs: 100 } }],
];
const CASES = ENDS.flatMap(([ending, script]) =>
  PROTOCOL_CALLS.flatMap((call) => [true, false].map((stream) => ({ ...call, ending, script, stream }))),
);
const ONCE = 'retry: { max: 0 }\ntimeouts: { idle: 300ms }\n';
const END_MARKS = ['message_stop', '"finish_reason":"stop"', '[DONE]', 'response.completed'];

async function gatewayBefore(script: SimulatorScript) {
  const model = await upstream(script);
  return gatewayWith(ONCE + cluster([model]));
}

describe('a truncated answer is never reported complete', () => {
  it.each(CASES)('$protocol, stream $stream: $ending', async ({ path, body, stream, script }) => {
    const { url } = await gatewayBefore(script);
    const client = rawClient(url);
    client.send(postBytes(path, JSON.stringify({ ...body, stream }), ['connection: close']));
    const received = await client.closed;
    if (received.startsWith('HTTP/1.1 200')) {
      expect(stream).toBe(true);
      expect(endsCleanly(received)).toBe(false);
      expect(received).toMatch(/event: error|"error":|response\.failed/);
    } else expect(received).toMatch(/^HTTP\/1\.1 (429|50[24])/);
    for (const mark of END_MARKS) expect(received).not.toContain(mark);
  });

  it.each(ENDS)('the SDKs see a failure: %s', async (_, script) => {
    const { url } = await gatewayBefore(script);
    const anthropic = new Anthropic({ apiKey: 'k', baseURL: url, maxRetries: 0 });
    const openai = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1`, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'x' }];
    const asked = [
      () => anthropic.messages.create({ model: 'm', max_tokens: 9, messages }),
      () => anthropic.messages.stream({ model: 'm', max_tokens: 9, messages }).finalMessage(),
      () => openai.chat.completions.create({ model: 'm', messages }),
      () => openai.chat.completions.stream({ model: 'm', messages }).finalChatCompletion(),
      () => openai.responses.create({ model: 'm', input: 'x' }),
      () => openai.responses.stream({ model: 'm', input: 'x' }).finalResponse(),
    ];
    const seen = await Promise.allSettled(asked.map((ask) => ask()));
    expect(seen.map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
  });
});
