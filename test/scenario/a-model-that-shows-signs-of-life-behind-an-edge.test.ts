import { afterEach, describe, expect, it } from 'vitest';
import { expectedText, type SimulatorScript } from '../../src/simulator/simulator.ts';
import { memoryStore } from '../../src/storage/storage.ts';
import { closeAll, cluster, gatewayWith, PROTOCOL_CALLS, post, until, upstream } from '../harness/gateway.ts';

afterEach(closeAll);

/** An edge that cuts after 300 ms of silence, before a model that takes four times that. */
const EDGE = { silenceMs: 300 };
const TEXT = 'an answer after a long think';
const PINGS: SimulatorScript = { firstEventMs: 1_200, pingMs: 60, text: TEXT, edge: EDGE };
const THINKS: SimulatorScript = { thinking: true, eventMs: 120, events: 10, text: TEXT, edge: EDGE };

const CASES = PROTOCOL_CALLS.flatMap(({ protocol, path, body }) =>
  [true, false].flatMap((stream) =>
    (
      [
        ['pings', PINGS],
        ['thinks', THINKS],
      ] as const
    ).map(([does, script]) => ({ protocol, path, body: { ...body, stream }, stream, does, script })),
  ),
);

/** The text of an answer in any shape: what is said stands in its pieces. */
const saysIn = (answer: string): boolean =>
  answer.includes(TEXT) ||
  [...answer.matchAll(/"(?:text|content|delta)":\s*"([^"]*)"/g)]
    .map(([, piece]) => piece)
    .join('')
    .includes(TEXT);

describe('a model that shows signs of life behind an edge that cuts silence', () => {
  it.each(CASES)(
    '$protocol, stream $stream, $does: answered, charged once',
    async ({ protocol, path, body, stream, script }) => {
      const store = memoryStore();
      const model = await upstream(script);
      const gateway = await gatewayWith(cluster([model]), { store });
      const response = await post(gateway.url + path, body);
      expect(response.status).toBe(200);
      expect(saysIn(await response.text())).toBe(true);
      expect(model.counts()).toMatchObject({ started: 1, finished: 1, charged: 1 });
      await until(async () => (await store.ledgerList({ limit: 1 }))[0]?.delivery === 'delivered');
      // A Chat stream has usage only where its client asks for it.
      const charge = protocol === 'openai-chat' && stream ? 'estimated' : 'charged';
      expect(await store.ledgerList({ limit: 9 })).toMatchObject([{ charge, lostCalls: 0 }]);
    },
  );

  it('without the gateway, a client that does not stream is cut off, and charged', async () => {
    const model = await upstream(PINGS);
    const { path, body } = PROTOCOL_CALLS[0];
    const direct = await post(model.url + path, body);
    expect(direct.status).toBe(524);
    await until(() => model.counts().charged === 1);
    expect(expectedText(PINGS)).toBe(TEXT);
  });
});
