import { afterEach, describe, expect, it } from 'vitest';
import type { RecordObserver } from '../../src/domain/ledger.ts';
import { memoryStore } from '../../src/storage/storage.ts';
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

type Store = ReturnType<typeof memoryStore>;

const broken = (): never => {
  throw new Error('the books are on fire');
};

const textOf = async (response: Response) =>
  ((await response.json()) as { content: { text: string }[] }).content[0]?.text;

describe('keeping books never breaks an answer', () => {
  it.each<[string, Partial<Store>]>([
    ['an exchange that can’t be opened', { openExchange: broken }],
    ['a call that can’t be opened', { openAttempt: broken }],
    ['a call that can’t be closed', { closeAttempt: broken }],
    ['an exchange that can’t be closed', { closeExchange: broken }],
    ['health events that can’t be written', { appendHealthEvents: broken }],
    ['counters that can’t be written', { addTotals: broken }],
  ])('%s: failover and answer are as always, and the log says so', async (_, faults) => {
    const bad = await upstream({ status: 503 });
    const good = await upstream({ text: 'still here' });
    const store = { ...memoryStore(), ...faults };
    const gateway = await gatewayWith(cluster([bad, good]), { store });
    for (let i = 0; i < 6; i += 1) {
      const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
      expect([response.status, await textOf(response)]).toEqual([200, expect.stringContaining('still here')]);
    }
    await until(() => gateway.log.events.some(({ kind }) => kind === 'internal'));
    const [view] = (await gateway.view()).endpoints;
    expect(view?.inFlight).toBe(0);
  });

  it('an observer that throws', async () => {
    const observer: RecordObserver = {
      attemptEnded: broken,
      exchangeEnded: broken,
      turnedAway: broken,
      joined: broken,
      heartbeat: broken,
      health: broken,
    };
    const good = await upstream({ text: 'still here' });
    const gateway = await gatewayWith(cluster([good]), { observers: [observer] });
    const response = await post(`${gateway.url}/v1/messages`, ANTHROPIC_REQUEST);
    expect(await textOf(response)).toContain('still here');
    expect((await post(`${gateway.url}/v1/messages`, 'no JSON')).status).toBe(400);
  });

  it('an image of megabytes: the endpoint that answers is asked after the one that does not', async () => {
    const bad = await upstream({ status: 503 });
    const good = await upstream({ text: 'a fine picture' });
    const gateway = await gatewayWith(cluster([bad, good]));
    const data = 'iVBORw0KGgo'.repeat(700_000);
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
    const request = { ...ANTHROPIC_REQUEST, messages: [{ role: 'user', content: [image] }] };
    const response = await post(`${gateway.url}/v1/messages`, request);
    expect([response.status, await textOf(response)]).toEqual([
      200,
      expect.stringContaining('a fine picture'),
    ]);
    expect(bad.counts().started).toBe(1);
  });
});
