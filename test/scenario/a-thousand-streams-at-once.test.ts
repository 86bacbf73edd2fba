import type { ServerResponse } from 'node:http';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { ANTHROPIC_REQUEST, closeAll, closeLater, cluster, gatewayWith, until } from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';

afterEach(closeAll);

const STREAMS = 1_000;

describe('a thousand streams at once', () => {
  it('each event reaches each client before the next one is sent', async () => {
    const open: ServerResponse[] = [];
    const own = await ownUpstream((_, response) => {
      openMessage(response);
      open.push(response);
    });
    const gateway = await gatewayWith(`timeouts: { first_byte: 60s }\n${cluster([own])}`);
    const agent = new Agent({ connections: STREAMS, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    closeLater({ close: () => agent.destroy() });

    const texts: string[] = Array.from({ length: STREAMS }, () => '');
    const clients = Array.from({ length: STREAMS }, async (_, index) => {
      const { body } = await request(`${gateway.url}/v1/messages`, {
        dispatcher: agent,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true, index }),
      });
      for await (const chunk of body) texts[index] += (chunk as Buffer).toString();
    });
    await until(() => open.length === STREAMS, 15_000);
    let expected = MESSAGE_EVENTS.start + MESSAGE_EVENTS.blockStart;
    for (const word of ['one', 'two', 'three']) {
      const piece = MESSAGE_EVENTS.delta(word);
      for (const response of open) response.write(piece);
      expected += piece;
      await until(() => texts.every((text) => text === expected), 15_000);
    }
    for (const response of open) response.end(MESSAGE_EVENTS.end);
    await Promise.all(clients);
    expect(new Set(texts)).toEqual(new Set([expected + MESSAGE_EVENTS.end]));
    expect(own.seen).toHaveLength(STREAMS);
  }, 60_000);
});
