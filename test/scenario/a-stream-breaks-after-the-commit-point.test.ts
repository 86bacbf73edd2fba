import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { expectedText, type SimulatorScript } from '../../src/simulator/simulator.ts';
import { closeAll, cluster, gatewayWith, PROTOCOL_CALLS, upstream } from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';
import { chunkedBody, endsCleanly, postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const TIMERS = 'timeouts: { connect: 1s, first_byte: 1s, idle: 150ms }\nretry: { base: 10ms, cap: 50ms }\n';

/** Three of eight events come; the pause lets them out before the break. */
const BREAKS: readonly [string, SimulatorScript, string][] = [
  ['a reset', { reset: 3, eventMs: 5 }, 'reset'],
  ['an end without its end mark', { truncate: 3, eventMs: 5 }, 'truncated'],
  ['silence', { hang: 3, eventMs: 5 }, 'timeout'],
  ['an error event', { errorEvent: 3, eventMs: 5 }, 'overloaded'],
];

const ERROR_MARKS: Record<string, RegExp> = {
  'anthropic-messages': /event: error\ndata: \{"type":"error"/g,
  'openai-chat': /data: \{"error":\{/g,
  'openai-responses': /event: error\ndata: \{"type":"error"/g,
};
const END_MARKS = /message_stop|\[DONE\]|response\.completed/;

const CASES = PROTOCOL_CALLS.flatMap((call) =>
  BREAKS.map(([name, script, cause]) => ({ ...call, name, script, cause })),
);

describe('a stream breaks after part of it was given out', () => {
  it.each(CASES)(
    '$protocol, $name: the error event, then a cut',
    async ({ path, body, protocol, script, cause }) => {
      const [bad, spare] = [await upstream(script), await upstream()];
      const gateway = await gatewayWith(TIMERS + cluster([bad, spare]));
      const client = rawClient(gateway.url);
      client.send(postBytes(path, JSON.stringify({ ...body, stream: true })));
      const received = await client.closed;
      expect(received).toMatch(/^HTTP\/1\.1 200 /);
      expect(received.match(/^x-qcc-attempts: (\d)/im)?.[1]).toBe('1');
      expect(endsCleanly(received)).toBe(false);
      const events = chunkedBody(received);
      expect(events.match(ERROR_MARKS[protocol] as RegExp)).toHaveLength(1);
      expect(events.endsWith('\n\n')).toBe(true);
      expect(events).not.toMatch(END_MARKS);
      expect(spare.counts().started).toBe(0);
      expect(bad.counts().started).toBe(1);

      const kinds = gateway.log.events.map((event) => event.kind);
      expect(kinds).toContain('broken');
      expect(kinds).not.toContain('answered');
      expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({ cause });
    },
  );

  it.each(BREAKS.filter(([, , cause]) => cause !== 'overloaded'))(
    '%s is held against the endpoint',
    async (_, script) => {
      const gateway = await gatewayWith(TIMERS + cluster([await upstream(script)]));
      const client = rawClient(gateway.url);
      client.send(postBytes('/v1/messages', JSON.stringify({ ...PROTOCOL_CALLS[0].body, stream: true })));
      await client.closed;
      const [endpoint] = (await gateway.view()).endpoints;
      expect(endpoint).toMatchObject({ consecutiveFailures: 1, successRate: 0, health: 'degraded' });
    },
  );

  it('the clients of the vendors get the text so far, then an exception', async () => {
    for (const [, script] of BREAKS) {
      const gateway = await gatewayWith(
        TIMERS + cluster([await upstream({ ...script, text: 'one two three four' })]),
      );
      for (const read of [readMessages, readChat, readResponses]) {
        const { text, error } = await read(gateway.url);
        expect(text).not.toBe('');
        expect(expectedText({ text: 'one two three four' })).toContain(text);
        expect(text).not.toBe('one two three four');
        expect(error).toBeInstanceOf(Error);
      }
    }
  });

  it('a cut in the middle of an event: nothing is written into it, the connection is cut', async () => {
    const own = await ownUpstream((_, response) => {
      openMessage(response);
      response.write(MESSAGE_EVENTS.delta('whole') + MESSAGE_EVENTS.delta('half').slice(0, 40), () =>
        setTimeout(() => response.destroy(), 20),
      );
    });
    const gateway = await gatewayWith(TIMERS + cluster([own]));
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', JSON.stringify({ ...PROTOCOL_CALLS[0].body, stream: true })));
    const received = await client.closed;
    expect(endsCleanly(received)).toBe(false);
    expect(chunkedBody(received).endsWith(MESSAGE_EVENTS.delta('half').slice(0, 40))).toBe(true);
  });
});

interface Read {
  readonly text: string;
  readonly error: unknown;
}

async function readMessages(url: string): Promise<Read> {
  const client = new Anthropic({ baseURL: url, apiKey: 'client-key', maxRetries: 0 });
  const stream = client.messages.stream({
    model: 'claude-test',
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Say something.' }],
  });
  let text = '';
  stream.on('text', (piece) => {
    text += piece;
  });
  const error = await stream.finalMessage().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { text, error };
}

const openai = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'client-key', maxRetries: 0 });

async function readChat(url: string): Promise<Read> {
  let text = '';
  try {
    const stream = await openai(url).chat.completions.create({
      model: 'gpt-test',
      messages: [{ role: 'user', content: 'Say something.' }],
      stream: true,
    });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}

async function readResponses(url: string): Promise<Read> {
  let text = '';
  try {
    const stream = await openai(url).responses.create({ model: 'gpt-test', input: 'Say it.', stream: true });
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta;
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}
