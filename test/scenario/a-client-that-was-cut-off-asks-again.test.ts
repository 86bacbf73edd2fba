import { afterEach, describe, expect, it } from 'vitest';
import { expectedText } from '../../src/simulator/simulator.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

/** 100 ms here stand for what are 25 s outside: a silence that long means that the client was cut off. */
const CUT = 'disconnect: { cut_silence: 100ms, grace: 300ms }\n';
const TEXT = 'an answer that took a while';
const STREAM = { ...ANTHROPIC_REQUEST, stream: true };

/** Asks and hangs up after `ms`, as an edge does. */
async function askAndHangUp(
  url: string,
  body: unknown,
  ms: number,
  headers: Record<string, string> = {},
): Promise<void> {
  const abort = new AbortController();
  const asked = fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'client-key', ...headers },
    body: JSON.stringify(body),
    signal: abort.signal,
  });
  setTimeout(() => abort.abort(), ms);
  await asked.then((response) => response.text()).catch(() => undefined);
}

/** Clients that the gateway still takes for connected. */
async function followers(url: string): Promise<number> {
  const exchanges = (await (await fetch(`${url}/__qcc__/exchanges`)).json()) as { followers: number }[];
  return exchanges.reduce((sum, exchange) => sum + exchange.followers, 0);
}

const textOf = async (response: Response) =>
  ((await response.json()) as { content: { text: string }[] }).content[0]?.text;

describe('a client that was cut off asks again', () => {
  it.each([
    ['stream, stream', STREAM, STREAM],
    ['JSON, JSON', ANTHROPIC_REQUEST, ANTHROPIC_REQUEST],
    ['stream, then JSON as Claude Code does', STREAM, ANTHROPIC_REQUEST],
    ['JSON, then a stream', ANTHROPIC_REQUEST, STREAM],
  ])('and is joined to the running answer: %s', async (_, first, second) => {
    const model = await upstream({ firstEventMs: 500, text: TEXT });
    const gateway = await gatewayWith(CUT + cluster([model]));
    await askAndHangUp(gateway.url, first, 200);
    const response = await post(`${gateway.url}/v1/messages`, second);
    expect(response.headers.get('x-qcc-joined')).toBe('live');
    if (second === STREAM) expect(await response.text()).toContain('event: message_stop');
    else expect(await textOf(response)).toBe(expectedText({ text: TEXT }));
    expect(model.counts()).toMatchObject({ started: 1, finished: 1, charged: 1 });
  });

  it('and gets the finished answer, which is then let go', async () => {
    const model = await upstream({ firstEventMs: 300, text: TEXT });
    const gateway = await gatewayWith(CUT + cluster([model]));
    await askAndHangUp(gateway.url, ANTHROPIC_REQUEST, 150);
    await until(() => model.counts().finished === 1);
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(response.headers.get('x-qcc-joined')).toBe('replay');
    expect(await textOf(response)).toBe(expectedText({ text: TEXT }));
    const third = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(third.headers.get('x-qcc-joined')).toBeNull();
    expect(model.counts().started).toBe(2);
  });

  it('thirty times, and one upstream call serves them all', async () => {
    // It answers once all have asked, however long that takes.
    let answer: () => void = () => undefined;
    const model = await ownUpstream((_, response) => {
      answer = () => {
        openMessage(response);
        response.end(MESSAGE_EVENTS.delta(TEXT) + MESSAGE_EVENTS.end);
      };
    });
    const gateway = await gatewayWith(CUT + cluster([model]));
    for (let i = 0; i < 29; i += 1) {
      await askAndHangUp(gateway.url, STREAM, i === 0 ? 150 : 10);
      await until(async () => (await followers(gateway.url)) === 0);
    }
    const last = post(`${gateway.url}/v1/messages`, STREAM);
    await until(async () => (await followers(gateway.url)) === 1);
    answer();
    expect(await (await last).text()).toContain('event: message_stop');
    expect(model.seen).toHaveLength(1);
  });

  it('with another credential, another session, another body, or x-qcc-resume: never, and is not joined', async () => {
    const model = await upstream({ firstEventMs: 800 });
    const gateway = await gatewayWith(CUT + cluster([model]));
    await askAndHangUp(gateway.url, ANTHROPIC_REQUEST, 150);
    const others = [
      post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-api-key': 'another' }),
      post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-session-id': 'another' }),
      post(`${gateway.url}/v1/messages`, { ...ANTHROPIC_REQUEST, max_tokens: 999 }),
      post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { 'x-qcc-resume': 'never' }),
    ];
    for (const response of await Promise.all(others)) expect(response.headers.get('x-qcc-joined')).toBeNull();
    expect(model.counts().started).toBe(5);
  });
});

describe('a client whose own patience ends first', () => {
  it('is told to ask again before it gives up, and is joined', async () => {
    const model = await upstream({ firstEventMs: 900, text: TEXT });
    const gateway = await gatewayWith(cluster([model]));
    const patient = { 'x-stainless-timeout': '0.4' };
    const first = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, patient);
    expect(first.status).toBe(504);
    expect(first.headers.get('x-should-retry')).toBeNull();
    expect(await first.text()).toContain('still_working');
    const second = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, {
      'x-stainless-timeout': '600',
    });
    expect(second.headers.get('x-qcc-joined')).toBe('live');
    expect(await textOf(second)).toBe(expectedText({ text: TEXT }));
    expect(model.counts()).toMatchObject({ started: 1, charged: 1 });
  });

  it('is not sent away while it reads a stream', async () => {
    const model = await upstream({ events: 10, eventMs: 60 });
    const gateway = await gatewayWith(cluster([model]));
    const response = await post(`${gateway.url}/v1/messages`, STREAM, { 'x-stainless-timeout': '0.2' });
    expect(await response.text()).toContain('event: message_stop');
  });

  it('is the end of it where it will not come back: x-qcc-resume: never', async () => {
    const model = await upstream({ firstEventMs: 900 });
    const gateway = await gatewayWith(cluster([model]));
    const headers = { 'x-stainless-timeout': '0.4', 'x-qcc-resume': 'never' };
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, headers);
    expect(response.status).toBe(504);
    expect(await response.text()).toContain('total_timeout');
    await until(() => model.counts().cancelled === 1);
  });
});

describe('clients that were not cut off', () => {
  it('two identical requests at once are two', async () => {
    const model = await upstream({ firstEventMs: 200 });
    const gateway = await gatewayWith(CUT + cluster([model]));
    const both = await Promise.all([1, 2].map(() => post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST)));
    for (const response of both) expect(response.headers.get('x-qcc-joined')).toBeNull();
    expect(model.counts().started).toBe(2);
  });

  it('one that leaves has its upstream call cancelled after the grace', async () => {
    const model = await upstream({ eventMs: 50, events: 1000 });
    const gateway = await gatewayWith(CUT + cluster([model]));
    await askAndHangUp(gateway.url, STREAM, 200);
    expect(model.counts().cancelled).toBe(0);
    await until(() => model.counts().cancelled === 1);
    expect(gateway.log.events).toContainEqual(expect.objectContaining({ kind: 'detached', fate: 'grace' }));
  });

  it('one that leaves and comes back within the grace is joined', async () => {
    const model = await upstream({ eventMs: 30, events: 20 });
    const gateway = await gatewayWith(CUT + cluster([model]));
    await askAndHangUp(gateway.url, STREAM, 200);
    const response = await post(`${gateway.url}/v1/messages`, STREAM);
    expect(response.headers.get('x-qcc-joined')).toBe('live');
    const text = await response.text();
    expect(text.match(/event: message_start/g)).toHaveLength(1);
    expect(text).toContain('event: message_stop');
    expect(model.counts()).toMatchObject({ started: 1, cancelled: 0 });
  });

  it('one that leaves where cancelling would not stop billing: the call runs on', async () => {
    const model = await upstream({ eventMs: 30, events: 20 });
    const gateway = await gatewayWith(CUT + cluster([model], () => ', cancel_stops_billing: false'));
    await askAndHangUp(gateway.url, STREAM, 100);
    await until(() => model.counts().finished === 1);
    expect(model.counts().cancelled).toBe(0);
  });

  it.each([
    ['keep', { finished: 1, cancelled: 0 }],
    ['cancel', { finished: 0, cancelled: 1 }],
  ])('on_disconnect policy %s', async (policy, counts) => {
    const model = await upstream({ eventMs: 30, events: 20 });
    const gateway = await gatewayWith(
      `disconnect: { policy: ${policy}, cut_silence: 10s, grace: 10ms }\n${cluster([model])}`,
    );
    await askAndHangUp(gateway.url, STREAM, 100);
    await until(() => model.counts().finished + model.counts().cancelled === 1);
    expect(model.counts()).toMatchObject(counts);
  });
});
