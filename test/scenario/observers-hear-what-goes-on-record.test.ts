import { afterEach, describe, expect, it } from 'vitest';
import type { RecordObserver } from '../../src/domain/ledger.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  until,
  upstream,
} from '../harness/gateway.ts';

afterEach(closeAll);

const TRACEPARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** Writes down what it hears, one line each. */
function listener() {
  const heard: string[] = [];
  const observer: RecordObserver = {
    attemptEnded: (record, { client, model }) =>
      heard.push(`attempt ${record.n} ${record.result} ${client} ${model}`),
    exchangeEnded: (record, attempts, _about, earlier) =>
      heard.push(`ended ${record.delivery} ${attempts.length}${earlier ? ` after ${earlier.delivery}` : ''}`),
    turnedAway: (code, status) => heard.push(`turned away ${code} ${status}`),
    joined: (how) => heard.push(`joined ${how}`),
    heartbeat: (protocol) => heard.push(`heartbeat ${protocol}`),
    health: (events) => heard.push(...events.map(({ kind }) => `health ${kind}`)),
  };
  return { heard, observer };
}

const leave = (url: string, ms: number) =>
  post2(url, { signal: AbortSignal.timeout(ms) }).catch(() => undefined);

async function post2(url: string, more: RequestInit = {}) {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true }),
    headers: { 'content-type': 'application/json', 'x-api-key': 'k' },
    ...more,
  });
  return response.text();
}

describe('observers hear what goes on record', () => {
  it('in its order: failover, answer, and a request that was none', async () => {
    const { heard, observer } = listener();
    const [bad, good] = [await upstream({ status: 500 }), await upstream()];
    const gateway = await gatewayWith(
      cluster([bad, good], () => ', max_failures: 1'),
      {
        observers: [observer],
      },
    );
    await post2(gateway.url);
    await post(`${gateway.url}/v1/messages`, 'no JSON').then((response) => response.text());
    expect(heard).toEqual([
      'health opened',
      'attempt 1 upstream-error local claude-test',
      'attempt 2 answered local claude-test',
      'ended delivered 2',
      expect.stringMatching(/^turned away \w+ 400$/),
    ]);
  });

  it('of clients that leave, join live and come for a replay', async () => {
    const { heard, observer } = listener();
    const model = await upstream({ firstByteMs: 1_500 });
    const gateway = await gatewayWith(`disconnect: { policy: keep }\n${cluster([model])}`, {
      observers: [observer],
    });
    await leave(gateway.url, 300);
    // Whoever asks before the other is seen to have left is another client, not the same one again.
    await until(async () => gateway.log.events.some(({ kind }) => kind === 'detached'));
    await leave(gateway.url, 300);
    await until(async () => (await gateway.view()).running === 0);
    await post2(gateway.url);
    expect(heard).toEqual([
      'joined live',
      'attempt 1 answered local claude-test',
      'ended undelivered 1',
      'joined replay',
      'ended delivered 1 after undelivered',
    ]);
  });

  it('of signs of life', async () => {
    const { heard, observer } = listener();
    const model = await upstream({ firstByteMs: 400 });
    const gateway = await gatewayWith(`heartbeat: { after: 100ms, every: 10s }\n${cluster([model])}`, {
      observers: [observer],
    });
    await post2(gateway.url);
    expect(heard.filter((line) => line.startsWith('heartbeat'))).toEqual(['heartbeat anthropic-messages']);
  });

  it.each([
    ['a valid one', TRACEPARENT, TRACEPARENT],
    ['one that is none', 'not-a-trace', undefined],
  ])('with the client’s traceparent: %s', async (_name, sent, told) => {
    const traces: (string | undefined)[] = [];
    const observer: RecordObserver = { attemptEnded: (_, { traceparent }) => void traces.push(traceparent) };
    const gateway = await gatewayWith(cluster([await upstream()]), { observers: [observer] });
    await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST, { traceparent: sent }).then((r) => r.text());
    expect(traces).toEqual([told]);
  });

  it('one that throws at everything hurts no request, and no other observer', async () => {
    const thrower = new Proxy({} as RecordObserver, {
      get: () => () => {
        throw new Error('always');
      },
    });
    const { heard, observer } = listener();
    const gateway = await gatewayWith(cluster([await upstream()]), { observers: [thrower, observer] });
    expect(await post2(gateway.url)).toContain('message_stop');
    expect(heard.at(-1)).toBe('ended delivered 1');
    const told = gateway.log.events.filter(({ kind }) => kind === 'internal');
    expect(told).toHaveLength(1);
  });
});
