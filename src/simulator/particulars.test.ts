import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/doubles/fake-clock.ts';
import {
  ask,
  askWhole,
  dataOf,
  jsonOf,
  requestOf,
  settle,
  until,
} from '../../test/doubles/simulator-client.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let clock: FakeClock;
let simulator: Simulator;
beforeEach(async () => {
  clock = createFakeClock();
  simulator = await startSimulator({ clock });
});
afterEach(() => simulator.close());

describe('shapes of an error', () => {
  it.each([
    [{ status: 504, body: 'html' }, 504, 'text/html', '<center>nginx</center>'],
    [{ status: 524, body: 'html' }, 524, 'text/html', 'Error code 524'],
    [{ status: 502, body: 'cloudflare-json' }, 502, 'application/json', '"cloudflare_error":true'],
    [{ body: 'html' }, 200, 'text/html', '<h1>Welcome</h1>'],
  ] as const)('%j', async (script, status, type, part) => {
    const asking = await askWhole(simulator, { script });
    expect(asking.status).toBe(status);
    expect(asking.headers['content-type']).toContain(type);
    expect(asking.headers['request-id']).toBeUndefined();
    expect(asking.bytes.toString()).toContain(part);
  });

  it.each([200, 500])('an empty %i', async (status) => {
    const asking = await askWhole(simulator, { script: { status, body: 'empty' } });
    expect(asking).toMatchObject({ status, state: 'ended' });
    expect(asking.bytes).toHaveLength(0);
    expect(simulator.counts()).toMatchObject({ rejected: 1, charged: 0 });
  });

  it.each([7, 'Wed, 21 Oct 2026 07:28:00 GMT'])('retry-after: %s', async (retryAfter) => {
    for (const body of ['json', 'html'] as const) {
      const asking = await askWhole(simulator, { script: { status: 429, retryAfter, body } });
      expect(asking.headers['retry-after']).toBe(String(retryAfter));
    }
  });
});

describe('what is particular to a protocol', () => {
  it('noDone leaves [DONE] out of a chat stream', async () => {
    const asking = await askWhole(simulator, {
      protocol: 'openai-chat',
      stream: true,
      script: { noDone: true },
    });
    expect(asking.bytes.toString()).toContain('"finish_reason":"stop"');
    expect(asking.bytes.toString()).not.toContain('[DONE]');
  });

  it('chat sends usage only when asked', async () => {
    const ask2 = (options: object) =>
      askWhole(simulator, {
        protocol: 'openai-chat',
        body: JSON.stringify({ ...requestOf('openai-chat', true), ...options }),
      });
    expect((await ask2({})).bytes.toString()).not.toContain('usage');
    const chunks = dataOf(await ask2({ stream_options: { include_usage: true } }));
    expect(JSON.parse(chunks.at(-2) ?? '')).toMatchObject({
      choices: [],
      usage: { total_tokens: expect.any(Number) },
    });
    expect(chunks.slice(0, -2).every((chunk) => chunk.includes('"usage":null'))).toBe(true);
  });

  it('numbers the events of a response without a gap, pings included', async () => {
    const script = { thinking: true, toolUse: true, firstEventMs: 30, pingMs: 10 };
    const asking = ask(simulator, { protocol: 'openai-responses', stream: true, script });
    await until(() => simulator.counts().started === 1);
    clock.advance(30);
    await until(() => asking.state === 'ended');
    const numbers = dataOf(asking).map((data) => JSON.parse(data).sequence_number);
    expect(numbers).toEqual(numbers.map((_, i) => i));
  });

  it('Anthropic needs max_tokens', async () => {
    const body = JSON.stringify({ ...requestOf('anthropic-messages'), max_tokens: undefined });
    const asking = await askWhole(simulator, { body });
    expect(asking.status).toBe(400);
    expect(jsonOf(asking).error.message).toContain('max_tokens');
  });

  it('counts tokens, unless the script says that it cannot', async () => {
    const path = '/v1/messages/count_tokens';
    const body = JSON.stringify(requestOf('anthropic-messages'));
    const asking = await askWhole(simulator, { path, body });
    expect(jsonOf(asking)).toEqual({ input_tokens: Math.ceil(body.length / 4) });
    simulator.program({ missingCountTokens: true });
    expect((await askWhole(simulator, { path })).status).toBe(404);
    expect(simulator.counts().started).toBe(0);
  });
});

describe('connections', () => {
  it('keepAliveMs closes one that is idle, and only then', async () => {
    simulator.program({ keepAliveMs: 100 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await askWhole(simulator, { agent });
    clock.advance(99);
    await settle(simulator);
    expect(first.socketClosed).toBe(false);
    await askWhole(simulator, { agent });
    clock.advance(99);
    await settle(simulator);
    expect(first.socketClosed).toBe(false);
    clock.advance(1);
    await until(() => first.socketClosed);
    agent.destroy();
  });

  it('close ends what hangs', async () => {
    const asking = ask(simulator, { script: { hang: 'before-head' } });
    await until(() => simulator.counts().started === 1);
    await simulator.close();
    await until(() => asking.state === 'broken');
  });
});
