import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
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

afterEach(closeAll);

const CUT = 'disconnect: { cut_silence: 50ms }\n';
const numbered = (n: number) => ({ ...ANTHROPIC_REQUEST, messages: [{ role: 'user', content: `no. ${n}` }] });
const ask = ({ url }: RunningGateway, n: number, headers = {}) =>
  post(`${url}/v1/messages`, numbered(n), headers);

/** Asks and is cut off in the silence before the answer, which is then made to its end. */
async function cutOff({ url, ...gateway }: RunningGateway, n: number): Promise<void> {
  const running = async () => (await gateway.view()).running;
  const signal = AbortSignal.timeout(150);
  const init = {
    method: 'POST',
    body: JSON.stringify(numbered(n)),
    headers: { 'x-api-key': 'client-key' },
    signal,
  };
  await fetch(`${url}/v1/messages`, init).catch(() => undefined);
  await until(async () => (await running()) === 0);
}

const joinedBy = async (response: Response): Promise<string | null> => {
  await response.text();
  return response.headers.get('x-qcc-joined');
};

const dropsIn = ({ log }: RunningGateway) =>
  log.events.filter(({ kind }) => kind === 'undelivered' || kind === 'not-kept');

describe('what is kept for clients that come back is bounded', () => {
  it('an answer over replay.max_bytes is not kept, and the log says so', async () => {
    const model = await upstream({ firstEventMs: 300, events: 50, eventBytes: 1_000 });
    const gateway = await gatewayWith(`${CUT}replay: { max_bytes: 20KB }\n${cluster([model])}`);
    await cutOff(gateway, 1);
    expect(dropsIn(gateway)).toContainEqual(expect.objectContaining({ why: 'too-long' }));
    expect(await joinedBy(await ask(gateway, 1))).toBeNull();
    expect(model.counts().started).toBe(2);
  });

  it('a connected client gets an answer over replay.max_bytes whole', async () => {
    const model = await upstream({ events: 50, eventBytes: 1_000, eventMs: 2 });
    const gateway = await gatewayWith(`replay: { max_bytes: 20KB }\n${cluster([model])}`);
    const response = await ask(gateway, 1);
    const { content } = (await response.json()) as { content: { text: string }[] };
    expect(content[0]?.text).toHaveLength(50_000);
  });

  it('over replay.total_bytes the oldest undelivered answer goes, and the log says so', async () => {
    const model = await upstream({ firstEventMs: 300, events: 20, eventBytes: 1_000 });
    const gateway = await gatewayWith(`${CUT}replay: { total_bytes: 60KB }\n${cluster([model])}`);
    for (const n of [1, 2, 3]) await cutOff(gateway, n);
    expect(dropsIn(gateway)).toEqual([expect.objectContaining({ why: 'memory' })]);
    expect(await joinedBy(await ask(gateway, 3))).toBe('replay');
    expect(await joinedBy(await ask(gateway, 2))).toBe('replay');
    expect(await joinedBy(await ask(gateway, 1))).toBeNull();
    expect(model.counts().started).toBe(4);
  });

  it('after replay.ttl an undelivered answer is let go, and is lost', async () => {
    const store = memoryStore();
    const model = await upstream({ firstEventMs: 300 });
    const gateway = await gatewayWith(`${CUT}replay: { ttl: 100ms }\n${cluster([model])}`, { store });
    await cutOff(gateway, 1);
    await until(() => dropsIn(gateway).length === 1);
    expect(dropsIn(gateway)).toMatchObject([{ why: 'expired' }]);
    expect(await joinedBy(await ask(gateway, 1))).toBeNull();
    const rows = await store.ledgerList({ limit: 9 });
    expect(rows.map(({ delivery }) => delivery)).toContain('undelivered');
  });

  it('before replay.ttl it is there', async () => {
    const model = await upstream({ firstEventMs: 300 });
    const gateway = await gatewayWith(`${CUT}replay: { ttl: 1m }\n${cluster([model])}`);
    await cutOff(gateway, 1);
    expect(await joinedBy(await ask(gateway, 1))).toBe('replay');
  });

  it('after replay.key_ttl a key is free again, in memory and in the store', async () => {
    const model = await upstream();
    const gateway = await gatewayWith(`replay: { key_ttl: 400ms }\n${cluster([model])}`);
    const key = { 'idempotency-key': 'order-1' };
    expect(await joinedBy(await ask(gateway, 1, key))).toBeNull();
    expect(await joinedBy(await ask(gateway, 1, key))).toBe('replay');
    await systemClock.sleep(700);
    expect(await joinedBy(await ask(gateway, 1, key))).toBeNull();
    expect(model.counts().started).toBe(2);
  });

  it('a request’s body is counted while it may be sent again, and let go once its answer is there, key or not', async () => {
    const model = await upstream({ firstEventMs: 300 });
    const gateway = await gatewayWith(`${CUT}${cluster([model])}`);
    const kept = async () => {
      const text = await (await fetch(`${gateway.url}/__qcc__/metrics`)).text();
      return Number(/^qcc_kept_bytes (\d+)/m.exec(text)?.[1]);
    };
    const long = { ...numbered(1), messages: [{ role: 'user', content: 'x'.repeat(300_000) }] };
    const answer = post(`${gateway.url}/v1/messages`, long, { 'idempotency-key': 'long' });
    await until(async () => (await kept()) > 300_000);
    await (await answer).text();
    await until(async () => (await kept()) < 20_000);
    expect(
      await joinedBy(await post(`${gateway.url}/v1/messages`, long, { 'idempotency-key': 'long' })),
    ).toBe('replay');
    expect(model.counts().started).toBe(1);
  });
});
