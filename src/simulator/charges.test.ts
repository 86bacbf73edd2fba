import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/doubles/fake-clock.ts';
import { ask, askWhole, contentEvents, jsonOf, settle, until } from '../../test/doubles/simulator-client.ts';
import { type CallCounts, type Simulator, type SimulatorScript, startSimulator } from './simulator.ts';

let clock: FakeClock;
let simulator: Simulator;
beforeEach(async () => {
  clock = createFakeClock();
  simulator = await startSimulator({ clock });
});
afterEach(() => simulator.close());

const counts = (some: Partial<CallCounts>): CallCounts => ({
  ...{ started: 1, finished: 0, cancelled: 0, charged: 0, rejected: 0 },
  ...some,
});

const begun = async (script: SimulatorScript, stream: boolean, headers = {}) => {
  const asking = ask(simulator, { stream, script, headers });
  await until(() => simulator.counts().started === 1);
  return asking;
};

describe('a call is charged', () => {
  it.each<[string, SimulatorScript, boolean, Partial<CallCounts>]>([
    ['when it ran to the end', {}, true, { finished: 1, charged: 1 }],
    ['when it ran to the end, unstreamed', {}, false, { finished: 1, charged: 1 }],
    ['not when it was refused', { status: 500 }, true, { rejected: 1 }],
    ['not when it broke before any content', { reset: 0 }, true, {}],
    ['not when it broke before the head', { reset: 'before-head' }, false, {}],
    ['not when an error came first', { errorEvent: 'before-content' }, true, {}],
    ['when it broke after content', { reset: 1 }, true, { charged: 1 }],
    ['when it was truncated', { truncate: 1 }, true, { charged: 1 }],
    ['when half of a whole answer was sent', { truncate: 1 }, false, { finished: 1, charged: 1 }],
    ['when an error came after content', { errorEvent: 1 }, true, { charged: 1 }],
  ])('%s', async (_, script, stream, expected) => {
    await askWhole(simulator, { script, stream });
    await until(() => simulator.counts().started === 1);
    expect(simulator.counts()).toEqual(counts(expected));
  });

  it.each<[SimulatorScript, boolean, number]>([
    [{ hang: 'before-head' }, true, 0],
    [{ hang: 0 }, true, 0],
    [{ hang: 1 }, true, 1],
    [{ hang: 1 }, false, 1],
    [{ firstByteMs: 1000 }, false, 0],
    [{ eventMs: 1000 }, false, 1],
    [{ status: 503, firstByteMs: 1000 }, false, 0],
  ])('%j, cancelled (stream: %s): %i', async (script, stream, charged) => {
    const asking = await begun(script, stream);
    if (stream && charged === 1) await until(() => contentEvents(asking) === 1);
    asking.leave();
    await until(() => simulator.counts().cancelled === 1);
    clock.advance(1_000_000);
    expect(simulator.counts()).toEqual(counts({ cancelled: 1, charged }));
  });
});

describe('an edge', () => {
  const json = { accept: 'application/json' };

  it.each<[string, SimulatorScript, object, number, string]>([
    ['Cloudflare, HTML', { edge: { silenceMs: 100 } }, {}, 524, 'Error code 524'],
    ['Cloudflare, JSON', { edge: { silenceMs: 100 } }, json, 524, '"cloudflare_error":true'],
    ['HTML by script', { body: 'html', edge: { silenceMs: 100 } }, json, 524, 'Error code 524'],
    ['JSON by script', { body: 'cloudflare-json', edge: { silenceMs: 100 } }, {}, 524, 'cloudflare_error'],
    ['nginx', { edge: { silenceMs: 100, kind: 'nginx' } }, json, 504, '504 Gateway Time-out'],
  ])(
    '%s cuts before the head with its page; the generation goes on',
    async (_, script, headers, status, part) => {
      const asking = await begun({ ...script, firstByteMs: 5000 }, false, headers);
      clock.advance(99);
      await settle(simulator);
      expect(asking.status).toBeUndefined();
      clock.advance(1);
      await until(() => asking.state === 'ended');
      expect(asking.status).toBe(status);
      expect(asking.bytes.toString()).toContain(part);
      expect(simulator.counts()).toEqual(counts({}));
      clock.advance(4900);
      expect(simulator.counts()).toEqual(counts({ finished: 1, charged: 1 }));
    },
  );

  it('cuts a stream that falls silent, and bytes reset its timer', async () => {
    const script = { events: 3, eventMs: 90, hang: 3, edge: { silenceMs: 100 } };
    const asking = await begun(script, true);
    for (let i = 1; i < 3; i += 1) {
      clock.advance(90);
      await until(() => contentEvents(asking) === i + 1);
    }
    clock.advance(99);
    await settle(simulator);
    expect(asking.state).toBe('open');
    clock.advance(1);
    await until(() => asking.state === 'broken');
    expect(simulator.counts()).toEqual(counts({ finished: 1, charged: 1 }));
  });

  it('pings keep it quiet', async () => {
    const asking = await begun({ firstEventMs: 1000, pingMs: 90, edge: { silenceMs: 100 } }, true);
    clock.advance(1000);
    await until(() => asking.state === 'ended');
    expect(contentEvents(asking)).toBe(8);
  });

  it.each([
    ['cloudflare', 524],
    ['nginx', 200],
  ] as const)('%s and a head without a body: %i', async (kind, status) => {
    const asking = await begun({ hang: 'after-head', edge: { silenceMs: 100, kind } }, true);
    clock.advance(100);
    await until(() => asking.state !== 'open');
    expect(asking.status).toBe(status);
  });

  it('charges what hangs behind it', async () => {
    const asking = await begun({ hang: 'before-head', edge: { silenceMs: 100 } }, false);
    clock.advance(100);
    await until(() => asking.state === 'ended');
    expect(simulator.counts()).toEqual(counts({ finished: 1, charged: 1 }));
  });

  it('totalMs cuts while data flows', async () => {
    const script = { events: 100, eventMs: 10, edge: { silenceMs: 50, totalMs: 95 } };
    const asking = await begun(script, true);
    clock.advance(90);
    await until(() => contentEvents(asking) === 10);
    expect(asking.state).toBe('open');
    clock.advance(5);
    await until(() => asking.state === 'broken');
    expect(contentEvents(asking)).toBe(10);
    clock.advance(1000);
    expect(simulator.counts()).toEqual(counts({ finished: 1, charged: 1 }));
  });

  it('is told when the client leaves before it cuts', async () => {
    const asking = await begun({ hang: 'before-head', edge: { silenceMs: 100 } }, false);
    asking.leave();
    await until(() => simulator.counts().cancelled === 1);
    clock.advance(100);
    expect(simulator.counts()).toEqual(counts({ cancelled: 1 }));
  });

  it('lets a quick answer through', async () => {
    const asking = await askWhole(simulator, { script: { edge: { silenceMs: 100, totalMs: 200 } } });
    clock.advance(1000);
    expect(jsonOf(asking).type).toBe('message');
    expect(simulator.counts()).toEqual(counts({ finished: 1, charged: 1 }));
  });
});
