import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/doubles/fake-clock.ts';
import {
  ask,
  askWhole,
  contentEvents,
  dataOf,
  jsonOf,
  requestOf,
  settle,
  until,
} from '../../test/doubles/simulator-client.ts';
import { PROTOCOLS, type Protocol } from '../domain/protocol.ts';
import { expectedText, type Simulator, type SimulatorScript, startSimulator } from './simulator.ts';

let clock: FakeClock;
let simulator: Simulator;
beforeEach(async () => {
  clock = createFakeClock();
  simulator = await startSimulator({ clock });
});
afterEach(() => simulator.close());

const PATHS: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
};

const END_MARKS: Readonly<Record<Protocol, string>> = {
  'anthropic-messages': '"message_stop"',
  'openai-chat': '[DONE]',
  'openai-responses': '"response.completed"',
};

function textOf(protocol: Protocol, answer: ReturnType<typeof jsonOf>): string {
  if (protocol === 'anthropic-messages') return answer.content[0].text;
  if (protocol === 'openai-chat') return answer.choices[0].message.content;
  return answer.output[0].content[0].text;
}

describe.each(PROTOCOLS)('%s', (protocol) => {
  const begun = async (script: SimulatorScript, stream = true) => {
    const asking = ask(simulator, { protocol, stream, script });
    await until(() => simulator.counts().started === 1);
    return asking;
  };

  it('answers whole, with the exact text', async () => {
    const script = { text: 'Grüße, 世界 👋 "quoted"\n', events: 4 };
    const asking = await askWhole(simulator, { protocol, script });
    expect(asking.status).toBe(200);
    expect(textOf(protocol, jsonOf(asking))).toBe(expectedText(script));
  });

  it('keeps a text exact that looks like one of its own fields', async () => {
    const script = { text: '"created":1000000007,"created_at":1000000007', events: 1 };
    const asking = await askWhole(simulator, { protocol, script });
    expect(textOf(protocol, jsonOf(asking))).toBe(script.text);
  });

  it('streams to its end mark', async () => {
    const asking = await askWhole(simulator, { protocol, stream: true, script: { events: 5 } });
    expect(asking.headers['content-type']).toContain('text/event-stream');
    expect(contentEvents(asking)).toBe(5);
    expect(asking.bytes.toString()).toContain(END_MARKS[protocol]);
    expect(asking.state).toBe('ended');
  });

  it('gives every call ids of its own, and the time', async () => {
    const [first, second] = [
      await askWhole(simulator, { protocol }),
      await askWhole(simulator, { protocol, stream: true }),
    ];
    const digits = /_?-?([0-9a-f]{24})"/;
    const id = digits.exec(first.bytes.toString())?.[1];
    expect(id).toBeDefined();
    expect(digits.exec(second.bytes.toString())?.[1]).not.toBe(id);
    const { created, created_at } = jsonOf(first);
    const expected = protocol === 'anthropic-messages' ? undefined : Math.floor(clock.now() / 1000);
    expect(created ?? created_at).toBe(expected);
  });

  it.each([400, 401, 403, 404, 429, 500, 503, 529])('status %i comes in its error shape', async (status) => {
    const asking = await askWhole(simulator, { protocol, script: { status } });
    expect(asking.status).toBe(status);
    const { error } = jsonOf(asking);
    expect(error).toMatchObject({ type: expect.any(String), message: expect.any(String) });
    expect(jsonOf(asking).type).toBe(protocol === 'anthropic-messages' ? 'error' : undefined);
    expect(simulator.counts()).toMatchObject({ started: 1, rejected: 1, charged: 0 });
  });

  it('firstByteMs delays the head', async () => {
    const asking = await begun({ firstByteMs: 500 });
    clock.advance(499);
    await settle(simulator);
    expect(asking.status).toBeUndefined();
    clock.advance(1);
    await until(() => asking.state === 'ended');
    expect(asking.status).toBe(200);
  });

  it('firstByteMs delays an error as well', async () => {
    const asking = await begun({ firstByteMs: 500, status: 503 });
    await settle(simulator);
    expect(asking.status).toBeUndefined();
    clock.advance(500);
    await until(() => asking.state === 'ended');
    expect(asking.status).toBe(503);
  });

  it('firstEventMs delays the content, after head and opening', async () => {
    const asking = await begun({ firstEventMs: 500 });
    await until(() => dataOf(asking).length > 0);
    clock.advance(499);
    await settle(simulator);
    expect(contentEvents(asking)).toBe(0);
    clock.advance(1);
    await until(() => asking.state === 'ended');
    expect(contentEvents(asking)).toBe(8);
  });

  it('pingMs fills that wait', async () => {
    const asking = await begun({ firstEventMs: 100, pingMs: 30 });
    await until(() => dataOf(asking).length > 0);
    const opening = asking.bytes.length;
    clock.advance(99);
    await settle(simulator);
    const pings = asking.bytes.toString('utf8', opening);
    expect(pings.match(/"type":"ping"|: keep-alive|"type":"keepalive"/g)).toHaveLength(3);
    expect(contentEvents(asking)).toBe(0);
    clock.advance(1);
    await until(() => asking.state === 'ended');
  });

  it('eventMs paces the events', async () => {
    const asking = await begun({ events: 3, eventMs: 50 });
    await until(() => contentEvents(asking) === 1);
    clock.advance(50);
    await until(() => contentEvents(asking) === 2);
    await settle(simulator);
    expect(contentEvents(asking)).toBe(2);
    clock.advance(50);
    await until(() => asking.state === 'ended');
    expect(contentEvents(asking)).toBe(3);
  });

  it('an answer that is not streamed takes the same time', async () => {
    const asking = await begun({ firstByteMs: 10, firstEventMs: 20, events: 4, eventMs: 5 }, false);
    clock.advance(44);
    await settle(simulator);
    expect(asking.status).toBeUndefined();
    clock.advance(1);
    await until(() => asking.state === 'ended');
  });

  it('events and eventBytes size it', async () => {
    const asking = await askWhole(simulator, { protocol, script: { events: 3, eventBytes: 1000 } });
    expect(textOf(protocol, jsonOf(asking))).toHaveLength(3000);
  });

  it('no events make an empty answer', async () => {
    const asking = await askWhole(simulator, { protocol, stream: true, script: { events: 0 } });
    expect(contentEvents(asking)).toBe(0);
    expect(asking.bytes.toString()).toContain(END_MARKS[protocol]);
  });

  it.each([true, false])('reset before the head (stream: %s)', async (stream) => {
    const asking = await askWhole(simulator, { protocol, stream, script: { reset: 'before-head' } });
    expect(asking).toMatchObject({ state: 'broken' });
    expect(asking.status).toBeUndefined();
  });

  it.each([true, false])('reset after the head (stream: %s)', async (stream) => {
    const asking = await askWhole(simulator, { protocol, stream, script: { reset: 'after-head' } });
    expect(asking).toMatchObject({ status: 200, state: 'broken' });
    expect(asking.bytes).toHaveLength(0);
  });

  it.each([0, 2])('reset after %i events', async (reset) => {
    const asking = await askWhole(simulator, { protocol, stream: true, script: { reset } });
    expect(asking).toMatchObject({ status: 200, state: 'broken' });
    expect(contentEvents(asking)).toBe(reset);
  });

  it('a reset past the last event is none', async () => {
    const asking = await askWhole(simulator, { protocol, stream: true, script: { reset: 9, events: 8 } });
    expect(asking.state).toBe('ended');
  });

  it.each([0, 2])('truncate after %i events is a clean end without an end mark', async (truncate) => {
    const asking = await askWhole(simulator, { protocol, stream: true, script: { truncate } });
    expect(asking).toMatchObject({ status: 200, state: 'ended' });
    expect(contentEvents(asking)).toBe(truncate);
    expect(asking.bytes.toString()).not.toContain(END_MARKS[protocol]);
  });

  it('truncate sends half a JSON body', async () => {
    const asking = await askWhole(simulator, { protocol, script: { truncate: 1 } });
    expect(asking).toMatchObject({ status: 200, state: 'ended' });
    expect(asking.headers['content-length']).toBeUndefined();
    expect(() => jsonOf(asking)).toThrow(SyntaxError);
  });

  it.each([
    ['before-head', undefined, 0],
    ['after-head', 200, 0],
    [0, 200, 0],
    [2, 200, 2],
  ] as const)('hang %s', async (hang, status, events) => {
    const asking = await begun({ hang });
    if (status !== undefined) await until(() => asking.status === status);
    await until(() => contentEvents(asking) === events);
    clock.advance(1_000_000);
    await settle(simulator);
    expect(asking).toMatchObject({ state: 'open' });
    expect(asking.status).toBe(status);
    expect(contentEvents(asking)).toBe(events);
    expect(asking.bytes.length > 0).toBe(typeof hang === 'number');
  });

  it.each([
    ['before-content', 0],
    [2, 2],
  ] as const)('errorEvent %s', async (errorEvent, events) => {
    const asking = await askWhole(simulator, { protocol, stream: true, script: { errorEvent } });
    expect(asking).toMatchObject({ status: 200, state: 'ended' });
    expect(contentEvents(asking)).toBe(events);
    expect(dataOf(asking).at(-1)).toMatch(/overloaded/);
    expect(asking.bytes.toString()).not.toContain(END_MARKS[protocol]);
  });

  it('errorEvent without a stream is an error answer', async () => {
    const asking = await askWhole(simulator, { protocol, script: { errorEvent: 2 } });
    expect(asking.status).toBe(protocol === 'anthropic-messages' ? 529 : 503);
  });

  it('gzip compresses JSON where it is accepted', async () => {
    const script = { gzip: true };
    const asking = await askWhole(simulator, { protocol, script, headers: { 'accept-encoding': 'gzip' } });
    expect(asking.headers['content-encoding']).toBe('gzip');
    const answer = JSON.parse(gunzipSync(asking.bytes).toString());
    expect(textOf(protocol, answer)).toBe(expectedText(script));
    const plain = await askWhole(simulator, { protocol, script });
    expect(plain.headers['content-encoding']).toBeUndefined();
  });

  it('answers a verification code, or another one', async () => {
    const request = requestOf(protocol, false, 'Repeat the verification code K7Q2ZD.');
    const body = JSON.stringify(request);
    const right = await askWhole(simulator, { protocol, body });
    expect(textOf(protocol, jsonOf(right))).toBe('K7Q2ZD');
    const script = { wrongCode: true };
    const wrong = await askWhole(simulator, { protocol, body, script });
    expect(textOf(protocol, jsonOf(wrong))).toBe(expectedText(script, request));
  });

  it('works under a path prefix, with a query', async () => {
    const path = { 'anthropic-messages': '/a/b/v1/messages', 'openai-chat': '/x/v1/chat/completions' };
    const asking = await askWhole(simulator, {
      protocol,
      path: `${protocol === 'openai-responses' ? '/y/v1/responses' : path[protocol]}?beta=true`,
    });
    expect(asking.status).toBe(200);
    expect(simulator.calls()[0]?.query).toBe('?beta=true');
  });

  it.each([
    ['{"model":', 'JSON'],
    ['[]', 'JSON object'],
    ['{}', 'model'],
    ['{"model":"m"}', 'field required'],
    ['{"model":"m","messages":[],"input":[],"max_tokens":1}', 'at least one'],
    ['{"model":"m","messages":[7],"input":[7],"max_tokens":1}', 'not a message'],
    ['{"model":"m","messages":[{"role":"user"}],"input":"x","max_tokens":1,"stream":"yes"}', 'stream'],
  ])('refuses the body %s', async (body, word) => {
    const asking = await askWhole(simulator, { protocol, body });
    expect(asking.status).toBe(400);
    expect(jsonOf(asking).error.type).toBe('invalid_request_error');
    expect(jsonOf(asking).error.message).toContain(word);
  });

  it.each(['colour=red', 'status=7', '{"hang":true}'])('refuses the header script %s', async (header) => {
    const asking = await askWhole(simulator, { protocol, headers: { 'x-sim-script': header } });
    expect(asking.status).toBe(400);
    expect(jsonOf(asking).error.message).toMatch(/x-sim-script: .*(colour|status|hang)/);
  });

  it('a client that reads slowly stops the generation, and gets it all in the end', async () => {
    const script = { events: 4000, eventBytes: 4096 };
    const response = await fetch(`${simulator.url}${PATHS[protocol]}`, {
      method: 'POST',
      headers: { 'x-sim-script': JSON.stringify(script) },
      body: JSON.stringify(requestOf(protocol, true)),
    });
    await settle(simulator);
    expect(simulator.counts()).toMatchObject({ started: 1, finished: 0 });
    expect(await response.text()).toContain(END_MARKS[protocol]);
    expect(simulator.counts()).toMatchObject({ finished: 1, charged: 1, cancelled: 0 });
  });
});
