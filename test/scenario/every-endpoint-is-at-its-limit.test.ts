import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ANTHROPIC_REQUEST,
  CHAT_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  type RunningGateway,
  until,
  upstream,
} from '../harness/gateway.ts';
import { COMPLETION, MESSAGE, ownUpstream } from '../harness/own-upstream.ts';
import { postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

/** An upstream that answers when the test says so; `arrived` names the requests in their order. */
async function held() {
  const arrived: string[] = [];
  const waiting: ServerResponse[] = [];
  const own = await ownUpstream(({ body }, response) => {
    arrived.push(JSON.parse(body.toString()).name ?? '');
    waiting.push(response);
  });
  const release = () => {
    const response = waiting.shift();
    const isChat = response?.req.url?.includes('chat');
    response
      ?.writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(isChat ? COMPLETION : MESSAGE));
  };
  return { url: own.url, arrived, waiting, release };
}

const ask = (gateway: RunningGateway, name: string) =>
  post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, name });
const running = async (gateway: RunningGateway) => (await gateway.view()).running;

describe('an endpoint at its limit', () => {
  it.each(['concurrency: 1', 'rps: 1', 'rpm: 1'])('%s: the rest goes to another one', async (limit) => {
    const [one, two] = [await held(), await upstream()];
    const limits = (index: number) => (index === 0 ? `, limits: { ${limit} }` : '');
    const gateway = await gatewayWith(cluster([one, two], limits));
    const first = ask(gateway, 'first');
    await until(() => one.arrived.length === 1);
    for (const name of ['second', 'third']) {
      const response = await ask(gateway, name);
      expect(response.headers.get('x-qcc-attempts')).toBe('1');
    }
    expect(two.counts().finished).toBe(2);
    one.release();
    expect((await first).status).toBe(200);
    expect(one.arrived).toEqual(['first']);
  });
});

describe('no other endpoint is left', () => {
  it('requests wait and go on in the order in which they came', async () => {
    const one = await held();
    const gateway = await gatewayWith(cluster([one], () => ', limits: { concurrency: 1 }'));
    const answers: Promise<Response>[] = [];
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const [index, name] of names.entries()) {
      answers.push(ask(gateway, name));
      await until(async () => (await running(gateway)) === index + 1);
    }
    expect(one.arrived).toEqual(['a']);
    for (let i = 1; i <= names.length; i += 1) {
      one.release();
      if (i < names.length) await until(() => one.arrived.length === i + 1);
      expect(one.waiting.length).toBeLessThanOrEqual(1);
    }
    for (const answer of answers) expect((await answer).status).toBe(200);
    expect(one.arrived).toEqual(names);
  });

  it('a rate window opens: the order stays', async () => {
    const one = await upstream();
    const gateway = await gatewayWith(cluster([one], () => ', limits: { rps: 1 }'));
    const names = ['a', 'b', 'c'];
    const answers: Promise<Response>[] = [];
    for (const name of names) {
      answers.push(ask(gateway, name));
      await until(
        () => gateway.log.events.filter(({ kind }) => kind === 'request').length === answers.length,
      );
    }
    for (const answer of answers) expect((await answer).status).toBe(200);
    expect(one.calls().map(({ body }) => JSON.parse(body.toString()).name)).toEqual(names);
  });

  it('queue.max waiting: the next one gets a 429 with retry-after at once', async () => {
    const one = await held();
    const gateway = await gatewayWith(
      `queue: { max: 1 }\n${cluster([one], () => ', limits: { concurrency: 1 }')}`,
    );
    const [first, second] = [ask(gateway, 'a'), ask(gateway, 'b')];
    await until(async () => (await running(gateway)) === 2);
    const third = await ask(gateway, 'c');
    expect(third.status).toBe(429);
    expect(third.headers.get('x-qcc-error')).toBe('queue_full');
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    one.release();
    await first;
    await until(() => one.waiting.length === 1);
    one.release();
    expect((await second).status).toBe(200);
  });

  it('a queue of none: 429 instead of waiting', async () => {
    const one = await held();
    const gateway = await gatewayWith(
      `queue: { max: 0 }\n${cluster([one], () => ', limits: { concurrency: 1 }')}`,
    );
    const first = ask(gateway, 'a');
    await until(() => one.arrived.length === 1);
    expect((await ask(gateway, 'b')).status).toBe(429);
    one.release();
    expect((await first).status).toBe(200);
  });

  it('a client that leaves the queue frees its seat, and its request is never sent', async () => {
    const one = await held();
    const gateway = await gatewayWith(
      `disconnect: { policy: cancel }\nqueue: { max: 1 }\n${cluster([one], () => ', limits: { concurrency: 1 }')}`,
    );
    const first = ask(gateway, 'a');
    await until(() => one.arrived.length === 1);
    const leaver = rawClient(gateway.url);
    leaver.send(postBytes('/v1/messages', JSON.stringify({ ...ANTHROPIC_REQUEST, name: 'b' })));
    await until(async () => (await running(gateway)) === 2);
    leaver.socket.destroy();
    await until(async () => (await running(gateway)) === 1);
    const third = ask(gateway, 'c');
    await until(async () => (await running(gateway)) === 2);
    one.release();
    await first;
    await until(() => one.arrived.length === 2);
    one.release();
    expect((await third).status).toBe(200);
    expect(one.arrived).toEqual(['a', 'c']);
  });

  it('the deadline goes by in the queue: 429, and nothing was sent', async () => {
    const one = await held();
    const gateway = await gatewayWith(cluster([one], () => ', limits: { concurrency: 1 }'));
    const first = ask(gateway, 'a');
    await until(() => one.arrived.length === 1);
    const second = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-qcc-timeout': '80ms' });
    expect(second.status).toBe(429);
    expect(second.headers.get('x-qcc-error')).toBe('queue_timeout');
    expect(second.headers.get('retry-after')).toBe('1');
    one.release();
    await first;
    expect(one.arrived).toEqual(['a']);
  });

  it('a free endpoint is used by those who can, whoever stands before them in the queue', async () => {
    const [messages, chat] = [await held(), await held()];
    const each = (index: number) =>
      `, limits: { concurrency: 1 }, protocols: ${index === 0 ? 'anthropic-messages' : 'openai-chat'}`;
    const gateway = await gatewayWith(cluster([messages, chat], each));
    const askChat = (name: string) => post(`${gateway.url}/v1/chat/completions`, { ...CHAT_REQUEST, name });
    const sent = [ask(gateway, 'm1'), askChat('c1')];
    await until(() => messages.arrived.length === 1 && chat.arrived.length === 1);
    sent.push(ask(gateway, 'm2'));
    await until(async () => (await running(gateway)) === 3);
    sent.push(askChat('c2'));
    await until(async () => (await running(gateway)) === 4);
    chat.release();
    await until(() => chat.arrived.length === 2);
    expect(chat.arrived).toEqual(['c1', 'c2']);
    chat.release();
    messages.release();
    await until(() => messages.arrived.length === 2);
    messages.release();
    await Promise.all(sent);
  });

  it('counting tokens neither waits nor takes a place', async () => {
    const one = await upstream({ firstByteMs: 60_000 });
    const gateway = await gatewayWith(
      `queue: { max: 0 }\n${cluster([one], () => ', limits: { concurrency: 1, rps: 1, rpm: 1 }')}`,
    );
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', JSON.stringify(ANTHROPIC_REQUEST)));
    await until(() => one.counts().started === 1);
    const counts = await Promise.all(
      Array.from({ length: 26 }, () => post(`${gateway.url}/v1/messages/count_tokens`, ANTHROPIC_REQUEST)),
    );
    expect(new Set(counts.map(({ status }) => status))).toEqual(new Set([200]));
    client.socket.destroy();
  });
});
