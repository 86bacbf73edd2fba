import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeAdmin, fakeAdmin } from '../../test/doubles/fake-admin.ts';
import { createFakeClock, type FakeClock } from '../../test/doubles/fake-clock.ts';
import { LIVE, RECORDED } from '../../test/doubles/fake-views.ts';
import { readEvents } from './sse-reader.ts';

let clock: FakeClock;
let admin: FakeAdmin;
const answers: IncomingMessage[] = [];

beforeEach(async () => {
  clock = createFakeClock();
  admin = await fakeAdmin({ clock });
});

afterEach(async () => {
  for (const answer of answers.splice(0)) answer.destroy();
  await admin.close();
});

/** Opens a stream and reads it. */
async function open(method: string, path: string, body?: string) {
  const answer = await admin.open(method, `/__qcc__/${path}`, { 'x-qcc-admin': '1' }, body);
  answers.push(answer);
  return { answer, events: readEvents(answer) };
}

const namesOf = (events: { seen: readonly { event: string }[] }) => events.seen.map(({ event }) => event);

describe('the live stream', () => {
  it('shows how things are at once, and every second', async () => {
    const { answer, events } = await open('GET', 'live');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    await expect.poll(() => events.seen).toEqual([{ event: 'live', data: LIVE }]);
    clock.advance(1_000);
    await expect.poll(() => events.seen.length).toBe(2);
    clock.advance(999);
    clock.advance(1);
    await expect.poll(() => events.seen.length).toBe(3);
  });

  it('tells each row as it is written, at most 50 a second', async () => {
    const { events } = await open('GET', 'live');
    await expect.poll(() => admin.rowListeners).toBe(1);
    await expect.poll(() => namesOf(events)).toEqual(['live']);
    for (let n = 0; n < 70; n += 1) admin.row({ ...RECORDED, id: `req-${n}` });
    await expect.poll(() => events.seen.length).toBe(51);
    expect(events.seen[50]).toEqual({ event: 'exchange', data: { ...RECORDED, id: 'req-49' } });
    clock.advance(1_000);
    await expect.poll(() => events.seen.length).toBe(52);
    admin.row(RECORDED);
    await expect.poll(() => events.seen.at(-1)).toEqual({ event: 'exchange', data: RECORDED });
  });

  it('costs nothing while nobody reads', async () => {
    const first = await open('GET', 'live');
    const second = await open('GET', 'live');
    await expect.poll(() => first.events.seen.length + second.events.seen.length).toBe(2);
    expect(admin.rowListeners).toBe(1);
    first.answer.destroy();
    clock.advance(1_000);
    await expect.poll(() => second.events.seen.length).toBe(2);
    second.answer.destroy();
    await expect.poll(() => admin.rowListeners).toBe(0);
    const views = admin.liveViews;
    clock.advance(10_000);
    expect(admin.liveViews).toBe(views);
  });

  it('goes on for one who comes after all have gone', async () => {
    const first = await open('GET', 'live');
    await expect.poll(() => first.events.seen.length).toBe(1);
    first.answer.destroy();
    await expect.poll(() => admin.rowListeners).toBe(0);
    const second = await open('GET', 'live');
    await expect.poll(() => second.events.seen.length).toBe(1);
    clock.advance(1_000);
    await expect.poll(() => second.events.seen.length).toBe(2);
    // One timer, not two.
    expect(admin.liveViews).toBe(3);
  });

  it('takes 32 readers, and a next one when one has gone', async () => {
    const opened = await Promise.all(Array.from({ length: 32 }, () => open('GET', 'live')));
    expect(opened.map(({ answer }) => answer.statusCode)).toEqual(new Array(32).fill(200));
    expect(await admin.ask('GET', '/__qcc__/live')).toMatchObject({
      status: 503,
      body: { error: { code: 'too_many_readers' } },
    });
    opened[0]!.answer.destroy();
    await expect.poll(async () => (await open('GET', 'live')).answer.statusCode).toBe(200);
  });

  it('HEAD is answered without a stream', async () => {
    expect(await admin.ask('HEAD', '/__qcc__/live')).toMatchObject({ status: 200, body: '' });
    expect(admin.rowListeners).toBe(0);
  });

  it('ends with the gateway, and nobody joins after that', async () => {
    const { events } = await open('GET', 'live');
    await expect.poll(() => events.seen.length).toBe(1);
    admin.end();
    await expect.poll(() => events.ended).toBe(true);
    expect(await admin.ask('GET', '/__qcc__/live')).toMatchObject({ status: 200, body: '' });
    expect(admin.rowListeners).toBe(0);
  });

  it('a view that can’t be had now is left out', async () => {
    admin.liveTrouble = new Error('the disk is gone');
    const { events } = await open('GET', 'live');
    await expect.poll(() => admin.liveViews).toBe(1);
    admin.liveTrouble = undefined;
    clock.advance(1_000);
    await expect.poll(() => namesOf(events)).toEqual(['live']);
  });
});

describe('a checkup', () => {
  const begin = (body = '{"endpoint":"jp","probeEdge":true,"silenceUpToMs":5000,"language":"zh"}') =>
    open('POST', 'doctor', body);

  it('tells as it goes, and ends', async () => {
    let finish: () => void = () => undefined;
    admin.checkUp = async (onEvent) => {
      onEvent({ kind: 'began', name: 'dns', text: 'Looking up jp.example.com' });
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      const diagnosis = { healthy: true, headline: 'All is well.', problems: [] };
      onEvent({ kind: 'diagnosis', diagnosis });
      return diagnosis;
    };
    const { events } = await begin();
    await expect.poll(() => namesOf(events)).toEqual(['began']);
    expect(admin.calls).toEqual([
      ['checkUp', { endpoint: 'jp', probeEdge: true, silenceUpToMs: 5_000 }, 'zh'],
    ]);
    expect(await admin.post('/__qcc__/doctor', {})).toMatchObject({
      status: 409,
      body: { error: { code: 'checkup_running' } },
    });
    finish();
    await expect.poll(() => events.ended).toBe(true);
    expect(namesOf(events)).toEqual(['began', 'diagnosis']);
    expect((await begin('{}')).answer.statusCode).toBe(200);
  });

  it.each([99, 3_600_001, '5s', null])('of a silence of %j is a mistake', async (silenceUpToMs) => {
    expect(await admin.post('/__qcc__/doctor', { probeEdge: true, silenceUpToMs })).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request' } },
    });
    expect(admin.calls).toEqual([]);
  });

  it.each<[string, (answer: IncomingMessage) => void]>([
    ['its reader goes', (answer) => void answer.destroy()],
    ['the gateway stops', () => admin.end()],
  ])('is broken off when %s, and another may begin', async (_, leave) => {
    let aborted = false;
    admin.checkUp = (onEvent, signal) => {
      onEvent({ kind: 'began', name: 'dns', text: '' });
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('aborted'));
        });
      });
    };
    const { answer, events } = await begin();
    await expect.poll(() => events.seen.length).toBe(1);
    leave(answer);
    await expect.poll(() => aborted).toBe(true);
    admin.checkUp = async () => ({ healthy: true, headline: '', problems: [] });
    await expect.poll(async () => (await begin('{}')).answer.statusCode).toBe(200);
  });

  it('one that fails says so', async () => {
    admin.checkUp = async () => {
      throw new Error('no such endpoint: jp');
    };
    const { events } = await begin();
    await expect.poll(() => events.ended).toBe(true);
    expect(events.seen).toEqual([
      { event: 'error', data: { code: 'internal', message: 'no such endpoint: jp' } },
    ]);
  });
});
