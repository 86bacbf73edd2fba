import { describe, expect, it } from 'vitest';
import { alertSettings } from '../../test/doubles/alert-records.ts';
import { createFakeClock } from '../../test/doubles/fake-clock.ts';
import type { PostResult } from '../telemetry/telemetry.ts';
import { createDelivery } from './delivery.ts';
import type { AlertMessage } from './message.ts';

const MESSAGE: AlertMessage = {
  topic: { kind: 'endpoint_recovered', endpointId: '1', endpoint: 'jp' },
  state: 'recovered',
  at: 2,
  since: 1,
};
const answered = (status: number, body = ''): PostResult => ({
  kind: 'answered',
  answer: { status, headers: {}, body },
});
const REFUSED: PostResult = { kind: 'failed', detail: 'ECONNREFUSED' };

/** A delivery to a receiver that answers from a list, the last one again and again. */
function deliveryTo(answers: readonly (PostResult | Promise<PostResult>)[], more = {}) {
  const clock = createFakeClock();
  const posts: { at: number; body: string }[] = [];
  const notes: string[] = [];
  const counts: string[] = [];
  const delivery = createDelivery(alertSettings(more), {
    clock,
    random: () => 0.5,
    language: 'en',
    note: (detail) => notes.push(detail),
    count: (result) => counts.push(result),
    poster: {
      async post({ body }) {
        posts.push({ at: clock.now(), body: String(body) });
        return (answers[posts.length - 1] ?? answers.at(-1)) as PostResult;
      },
      close: async () => undefined,
    },
  });
  /** Lets promises settle, and time pass. */
  async function pass(ms: number) {
    for (let left = ms; left >= 0; left -= 500) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(500);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { clock, posts, notes, counts, delivery, pass };
}

describe('a message', () => {
  it('is tried again, with longer pauses', async () => {
    const { delivery, posts, counts, notes, pass } = deliveryTo([REFUSED, answered(500), answered(200)]);
    delivery.send(MESSAGE);
    await pass(10_000);
    expect(posts).toHaveLength(3);
    const [first = 0, second = 0, third = 0] = posts.map(({ at }) => at);
    expect(second - first).toBe(2_000);
    expect(third - second).toBe(4_000);
    expect([counts, notes]).toEqual([['sent'], []]);
  });

  it.each([
    ['after three tries', [REFUSED], 3, 'ECONNREFUSED'],
    ['at once where trying again is of no use', [answered(404, 'no_service')], 1, 'HTTP 404: no_service'],
    ['not at once where it may be of use', [answered(429, 'slow down')], 3, 'HTTP 429: slow down'],
  ])('is given up %s', async (_name, answers, tries, words) => {
    const { delivery, posts, counts, notes, pass } = deliveryTo(answers);
    delivery.send(MESSAGE);
    await pass(20_000);
    expect(posts).toHaveLength(tries);
    expect(counts).toEqual(['failed']);
    expect(notes).toEqual([`alert not delivered to 127.0.0.1:9 (endpoint_recovered): ${words}`]);
  });

  it('is dropped, and said to be, while too many wait', async () => {
    const { delivery, counts, notes, pass, posts } = deliveryTo([new Promise<PostResult>(() => undefined)]);
    for (let n = 0; n < 60; n += 1) delivery.send(MESSAGE);
    await pass(0);
    expect(posts).toHaveLength(1);
    expect(counts.filter((result) => result === 'dropped')).toHaveLength(10);
    expect(notes[0]).toContain('too many are waiting');
  });

  it('goes out with the others that wait, and no more often than chats bear', async () => {
    const { delivery, posts, counts, pass } = deliveryTo([answered(200, '{"errcode":0}')], {
      format: 'wecom',
    });
    for (let n = 0; n < 4; n += 1) delivery.send(MESSAGE);
    await pass(0);
    expect(posts).toHaveLength(1);
    for (let n = 0; n < 2; n += 1) delivery.send(MESSAGE);
    await pass(10_000);
    expect(posts).toHaveLength(2);
    expect((posts[1]?.at ?? 0) - (posts[0]?.at ?? 0)).toBe(3_000);
    expect(counts).toEqual(Array.from({ length: 6 }, () => 'sent'));
  });

  it('holds no key, whatever an endpoint said', async () => {
    const { delivery, posts, pass } = deliveryTo([answered(200)]);
    const detail = 'bad key sk-ant-api03-abcdefghijkl';
    delivery.send({
      ...MESSAGE,
      state: 'raised',
      topic: { kind: 'endpoint_down', endpointId: '1', endpoint: 'jp', detail, flaps: false },
    });
    await pass(0);
    expect(posts[0]?.body).not.toContain('abcdefghijkl');
  });
});

it('a drain in a hurry neither pauses nor tries again', async () => {
  const { delivery, posts, counts, pass } = deliveryTo([REFUSED]);
  delivery.send(MESSAGE);
  await pass(0);
  expect(posts).toHaveLength(1);
  await delivery.drain(true);
  expect([posts.length, counts]).toEqual([2, ['failed']]);
});

it('a test says what the receiver said, without what is secret', async () => {
  const { delivery, counts } = deliveryTo([answered(403, 'no such hook: /services/T0SECRET/B0SECRET')], {
    webhook: 'https://hooks.slack.com/services/T0SECRET/B0SECRET',
  });
  const told = await delivery.test();
  expect(told).toEqual({ ok: false, detail: 'HTTP 403: no such hook: ***' });
  expect(counts).toEqual([]);
});
