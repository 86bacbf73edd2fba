import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { expectedText } from '../../src/simulator/simulator.ts';
import { ANTHROPIC_REQUEST, closeAll, cluster, gatewayWith, until, upstream } from '../harness/gateway.ts';
import { MESSAGE_EVENTS, openMessage, ownUpstream } from '../harness/own-upstream.ts';
import { chunkedBody, endsCleanly, postBytes, rawClient } from '../harness/raw-client.ts';

afterEach(closeAll);

const CANCEL = 'disconnect: { policy: cancel }\n';

const ASK = postBytes('/v1/messages', JSON.stringify({ ...ANTHROPIC_REQUEST, stream: true }), [
  'connection: close',
]);
const BIG = { events: 3_000, eventBytes: 10_000 };

describe('a client reads slowly', () => {
  it('the upstream is held back, silence is not held against it, and the answer arrives whole', async () => {
    const piece = MESSAGE_EVENTS.delta('x'.repeat(10_000));
    let written = 0;
    const own = await ownUpstream(async (_, response) => {
      openMessage(response);
      while (written < 3_000) {
        written += 1;
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve));
      }
      response.end(MESSAGE_EVENTS.end);
    });
    const gateway = await gatewayWith(`timeouts: { idle: 400ms }\n${cluster([own])}`);
    const client = rawClient(gateway.url);
    client.send(ASK);
    await until(() => client.text().length > 0);
    client.socket.pause();
    // Until nothing moves any more: only what the kernel and the bounded journal hold has left the upstream.
    let before = -1;
    await until(async () => {
      const standsStill = before === written;
      before = written;
      await systemClock.sleep(900);
      return standsStill;
    });
    expect(written).toBeLessThan(2_500);
    expect(gateway.log.events.some(({ kind }) => kind === 'attempt-failed')).toBe(false);
    client.socket.resume();
    const received = await client.closed;
    expect(endsCleanly(received)).toBe(true);
    expect(chunkedBody(received).split('content_block_delta"').length - 1).toBe(3_000);
    expect(gateway.log.events.some(({ kind }) => kind === 'answered')).toBe(true);
  });

  it('an upstream that falls silent after such a pause is still timed', async () => {
    const one = await upstream({ ...BIG, hang: 2_990 });
    const gateway = await gatewayWith(`timeouts: { idle: 400ms }\n${cluster([one])}`);
    const client = rawClient(gateway.url);
    client.send(ASK);
    await until(() => client.text().length > 0);
    client.socket.pause();
    await systemClock.sleep(900);
    client.socket.resume();
    const received = await client.closed;
    expect(endsCleanly(received)).toBe(false);
    expect(gateway.log.events.find((event) => event.kind === 'attempt-failed')).toMatchObject({
      cause: 'timeout',
      timer: { name: 'idle', ms: 400 },
    });
  });

  it('a client that never reads on and leaves has its call cancelled', async () => {
    const one = await upstream(BIG);
    const gateway = await gatewayWith(CANCEL + cluster([one]));
    const client = rawClient(gateway.url);
    client.send(ASK);
    await until(() => client.text().length > 0);
    client.socket.pause();
    await systemClock.sleep(100);
    client.socket.destroy();
    await until(() => one.counts().cancelled === 1);
  });

  it('what it is given is what was said', async () => {
    const one = await upstream(BIG);
    const gateway = await gatewayWith(CANCEL + cluster([one]));
    const client = rawClient(gateway.url);
    client.send(ASK);
    const body = chunkedBody(await client.closed);
    const texts = [...body.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, text]) => text);
    expect(texts.join('')).toBe(expectedText(BIG));
  });
});
