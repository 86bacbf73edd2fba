import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/doubles/fake-clock.ts';
import type { PostResult } from '../post.ts';
import { sendMessage } from './sending.ts';

const answered = (status: number, headers: Record<string, string> = {}, body = '{}'): PostResult => ({
  kind: 'answered',
  answer: { status, headers, body },
});
const REFUSED: PostResult = { kind: 'failed', detail: 'ECONNREFUSED' };

/** Sends a message to a receiver that answers from a list, the last one again and again. */
async function sent(answers: readonly PostResult[], more: { gzip?: boolean; hurry?: boolean } = {}) {
  const clock = createFakeClock();
  const startedAt = clock.now();
  const posts: { at: number; headers: Readonly<Record<string, string>>; body: string | Buffer }[] = [];
  const troubles: string[] = [];
  const signal = {
    url: 'http://127.0.0.1:9/v1/traces?key=hunter22',
    headers: { 'x-key': 'hunter22' },
    timeoutMs: 5,
    gzip: more.gzip ?? false,
  };
  const ports = {
    clock,
    random: () => 1,
    onTrouble: (detail: string) => troubles.push(detail),
    poster: {
      async post({ headers, body }: { headers: Readonly<Record<string, string>>; body: string | Buffer }) {
        posts.push({ at: clock.now() - startedAt, headers, body });
        return answers[posts.length - 1] ?? answers.at(-1) ?? REFUSED;
      },
      close: async () => undefined,
    },
  };
  let result: unknown;
  void sendMessage({ some: 'message' }, 'traces', signal, ports, () => more.hurry ?? false).then((value) => {
    result = value;
  });
  for (let n = 0; n < 2_000 && result === undefined; n += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(250);
  }
  return { result, posts, troubles, pauses: posts.map(({ at }) => at) };
}

describe('a message', () => {
  it('is sent once where it is taken', async () => {
    const { result, posts, troubles } = await sent([answered(200)]);
    expect([result, posts.length, troubles]).toEqual([{ ok: true, rejected: 0 }, 1, []]);
    expect(posts[0]).toMatchObject({
      body: '{"some":"message"}',
      headers: { 'content-type': 'application/json', 'x-key': 'hunter22' },
    });
  });

  it('is compressed where that is asked for', async () => {
    const { posts } = await sent([answered(200)], { gzip: true });
    expect(posts[0]?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(posts[0]?.body as Buffer).toString()).toBe('{"some":"message"}');
  });

  it.each([429, 502, 503, 504])('is sent again after a %i', async (status) => {
    const { result, posts } = await sent([answered(status), answered(200)]);
    expect([result, posts.length]).toEqual([{ ok: true, rejected: 0 }, 2]);
  });

  it.each([400, 401, 404, 413, 500, 301])('is given up after a %i', async (status) => {
    const { result, posts, troubles } = await sent([answered(status)]);
    expect([result, posts.length]).toEqual([{ ok: false }, 1]);
    expect(troubles).toEqual([`OTLP: traces could not be sent to 127.0.0.1:9: HTTP ${status}`]);
  });

  it('is sent five times in all, with pauses that grow', async () => {
    const { result, pauses, troubles } = await sent([REFUSED]);
    expect(result).toEqual({ ok: false });
    expect(pauses).toEqual([0, 2_000, 6_000, 14_000, 30_000]);
    expect(troubles).toEqual(['OTLP: traces could not be sent to 127.0.0.1:9: ECONNREFUSED']);
  });

  it.each([
    ['7', 7_000],
    [new Date(1_000_000 + 9_000).toUTCString(), 9_000],
    ['99999', 120_000],
  ])('waits as long as retry-after %s says', async (value, ms) => {
    const { pauses } = await sent([answered(503, { 'retry-after': value }), answered(200)]);
    expect(pauses).toEqual([0, ms]);
  });

  it('is not sent again while the gateway stops', async () => {
    const { result, posts } = await sent([REFUSED], { hurry: true });
    expect([result, posts.length]).toEqual([{ ok: false }, 1]);
  });

  it.each([
    [
      '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}',
      3,
      ['OTLP: 3 of the traces refused: too old'],
    ],
    ['{"partialSuccess":{}}', 0, []],
    ['', 0, []],
    ['<html>', 0, []],
    ['null', 0, []],
  ])('is taken in part: %s', async (body, rejected, said) => {
    const { result, troubles } = await sent([answered(200, {}, body)]);
    expect([result, troubles]).toEqual([{ ok: true, rejected }, said]);
  });
});
