import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/storage/storage.ts';
import {
  ANTHROPIC_REQUEST,
  closeAll,
  cluster,
  gatewayWith,
  post,
  type RunningGateway,
  until,
  upstream,
} from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';
import { postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const KEY = ['x-api-key: client-key'];
const REQUEST = { ...ANTHROPIC_REQUEST, model: 'claude-sonnet-4-5' };
const BODY = JSON.stringify(REQUEST);

const again = (gateway: RunningGateway, more: Record<string, string> = {}) =>
  post(`${gateway.url}/v1/messages`, REQUEST, more);

/** Its row, once it says so. */
async function rowThat(store: ReturnType<typeof memoryStore>, delivery: string) {
  const find = async () => (await store.ledgerList({ limit: 5 })).find((row) => row.delivery === delivery);
  await until(async () => (await find()) !== undefined);
  return find();
}

describe('what a client did not take is not delivered', () => {
  it('a large aggregate that was not read: its repeat gets it, and pays nothing', async () => {
    const store = memoryStore();
    const model = await upstream({ events: 1_000, eventBytes: 10_000 });
    const gateway = await gatewayWith(cluster([model]), { store });
    const client = rawClient(gateway.url);
    client.socket.pause();
    client.send(postBytes('/v1/messages', BODY, KEY));
    await until(() => model.counts().finished === 1);
    await until(async () => (await gateway.view()).running === 0);
    client.socket.resetAndDestroy();
    const row = await rowThat(store, 'undelivered');
    expect(row?.lostCalls).toBe(1);
    expect(row?.lostMicroUsd).toBeGreaterThan(0);
    const response = await again(gateway);
    expect(response.headers.get('x-qcc-joined')).toBe('replay');
    await response.text();
    expect((await rowThat(store, 'delivered'))?.lostCalls).toBe(0);
    expect(model.counts().started).toBe(1);
  });

  it('a small one whose connection was reset right after it was sent', async () => {
    const store = memoryStore();
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]), { store });
    const client = rawClient(gateway.url);
    client.socket.pause();
    client.send(postBytes('/v1/messages', BODY, KEY));
    await rowThat(store, 'delivered');
    client.socket.resetAndDestroy();
    const row = await rowThat(store, 'undelivered');
    expect(row).toMatchObject({ lostCalls: 1, failed: true });
    expect((await again(gateway)).headers.get('x-qcc-joined')).toBe('replay');
    expect(model.counts().started).toBe(1);
  });

  it('one that was read is, whether its connection then ends or carries the next request', async () => {
    const store = memoryStore();
    const model = await upstream();
    const gateway = await gatewayWith(cluster([model]), { store });
    const client = rawClient(gateway.url);
    client.send(postBytes('/v1/messages', BODY, KEY));
    await until(() => client.text().includes('"end_turn"'));
    client.send(postBytes('/v1/messages', BODY.replace('Say', 'Do say'), KEY));
    await until(() => client.text().split('"end_turn"').length === 3);
    client.socket.end();
    await client.closed;
    await until(async () => (await gateway.view()).running === 0);
    const rows = await store.ledgerList({ limit: 5 });
    expect(rows.map(({ delivery, lostCalls }) => [delivery, lostCalls])).toEqual([
      ['delivered', 0],
      ['delivered', 0],
    ]);
    expect((await again(gateway)).headers.get('x-qcc-joined')).toBeNull();
  });

  it('a repeat that says that it is one joins its twin, though the old connection looks open', async () => {
    let answer: () => void = () => undefined;
    const model = await ownUpstream((_, response) => {
      answer = () => {
        openMessage(response);
        response.end(MESSAGE_EVENTS.delta('once') + MESSAGE_EVENTS.end);
      };
    });
    const gateway = await gatewayWith(cluster([model]));
    const first = again(gateway);
    await until(() => model.seen.length === 1);
    const second = again(gateway, { 'x-stainless-retry-count': '1' });
    await until(async () => {
      const [exchange] = (await (await fetch(`${gateway.url}/__qcc__/exchanges`)).json()) as {
        followers: number;
      }[];
      return exchange?.followers === 2;
    });
    answer();
    expect((await second).headers.get('x-qcc-joined')).toBe('live');
    expect((await first).status).toBe(200);
    expect(model.seen).toHaveLength(1);
  });

  it('a repeat that is none of the same question is not joined', async () => {
    const model = await upstream({ firstEventMs: 300 });
    const gateway = await gatewayWith(cluster([model]));
    const both = await Promise.all([
      again(gateway),
      post(`${gateway.url}/v1/messages`, { ...REQUEST, max_tokens: 5 }, { 'x-stainless-retry-count': '1' }),
    ]);
    expect(both.map((response) => response.headers.get('x-qcc-joined'))).toEqual([null, null]);
    expect(model.counts().started).toBe(2);
  });
});
