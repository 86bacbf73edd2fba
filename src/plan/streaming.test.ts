import { describe, expect, it } from 'vitest';
import { createPredictor } from '../cluster/cluster.ts';
import { bodyOf } from '../domain/body.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Answered, Failed, Outcome, Rejected } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { predictKey } from './expecting.ts';
import { streamsUpstream } from './streaming.ts';
import { createStreamless, streamlessBy } from './streamless.ts';

const NOW = 1_000_000;
const DAY_MS = 24 * 3_600_000;
const request = (more: Partial<IdentifiedRequest> = {}) =>
  ({
    operation: 'generate',
    stream: false,
    background: false,
    model: 'm',
    thinking: false,
    body: bodyOf(Buffer.alloc(10)),
    ...more,
  }) as IdentifiedRequest;

/** What `count` calls that took `totalMs` have taught, with these facts besides. */
interface Case {
  readonly setting?: Endpoint['streamUpstream'];
  readonly clientEdge?: boolean;
  readonly edge?: boolean;
  readonly streamless?: boolean;
  readonly calls?: readonly (readonly [count: number, totalMs: number, streamed: boolean])[];
  readonly asked?: Partial<IdentifiedRequest>;
}

function streams({
  setting,
  clientEdge = false,
  edge = false,
  streamless,
  calls = [],
  asked,
}: Case): boolean {
  const noStreams = createStreamless();
  if (streamless) noStreams.note('e', 'm', 'plain', NOW);
  const predictor = createPredictor();
  for (const [count, totalMs, streamed] of calls)
    for (let call = 0; call < count; call += 1)
      predictor.note(
        predictKey(request(), 'e', streamed),
        { longestSilenceMs: 1, totalMs },
        NOW + call * 100,
      );
  const known = { streamless: noStreams, predictor, fleet: { behindEdge: () => edge } };
  const endpoint = { id: 'e', ...(setting ? { streamUpstream: setting } : {}) } as Endpoint;
  return streamsUpstream(request(asked), endpoint, clientEdge, known, NOW + 1_000);
}

const QUICK = [[10, 800, true]] as const;

describe('a call of a client that wants no stream', () => {
  it.each([
    ['nothing is known', {}, true],
    ['it is quick', { calls: QUICK }, false],
    ['four quick calls are an anecdote', { calls: [[4, 800, true]] }, true],
    [
      'quick calls of both kinds count together',
      {
        calls: [
          [3, 800, true],
          [3, 900, false],
        ],
      },
      false,
    ],
    ['it is slow', { calls: [[10, 20_000, true]] }, true],
    [
      'one in ten is slow',
      {
        calls: [
          [9, 800, true],
          [1, 9_000, true],
        ],
      },
      true,
    ],
    [
      'one in thirty is slow',
      {
        calls: [
          [29, 800, true],
          [1, 9_000, true],
        ],
      },
      false,
    ],
    [
      'asked plainly, it has become slow',
      {
        calls: [
          [10, 800, true],
          [2, 60_000, false],
        ],
      },
      true,
    ],
    ['it is quick, but an edge stands before the endpoint', { calls: QUICK, edge: true }, true],
    ['it is quick, but an edge stands before the client', { calls: QUICK, clientEdge: true }, true],
    ['it gives no streams', { streamless: true }, false],
    ['it gives no streams, behind an edge', { streamless: true, edge: true }, false],
    ['it gives no streams of another model', { streamless: true, asked: { model: 'other' } }, true],
    ['it is quick with another model', { calls: QUICK, asked: { model: 'other' } }, true],
    ['it is quick with less effort', { calls: QUICK, asked: { effort: 'high' } }, true],
    ['never', { setting: 'never', edge: true }, false],
    ['always', { setting: 'always', calls: QUICK, streamless: true }, true],
    ['made in the background', { asked: { background: true }, setting: 'always' }, false],
    ['no generation', { asked: { operation: 'count-tokens' }, setting: 'always' }, false],
  ] as [string, Case, boolean][])('%s', (_, about, expected) => {
    expect(streams(about)).toBe(expected);
  });

  it('one that wants a stream gets it', () => {
    for (const setting of ['never', 'auto', 'always'] as const)
      expect(streams({ setting, calls: QUICK, streamless: true, asked: { stream: true } })).toBe(true);
  });
});

describe('models without streams', () => {
  it('are known by endpoint and model, for a day', () => {
    const streamless = createStreamless();
    streamless.note('a', 'm', 'refused', NOW);
    expect(streamless.has('a', 'm', NOW + DAY_MS - 1)).toBe(true);
    expect(streamless.has('a', 'm', NOW + DAY_MS)).toBe(false);
    expect(streamless.has('a', 'n', NOW)).toBe(false);
    expect(streamless.has('b', 'm', NOW)).toBe(false);
    expect(streamless.of('a', NOW)).toEqual([{ model: 'm', why: 'refused', since: NOW }]);
  });

  it('survive a restart, and are forgotten by hand', () => {
    const before = createStreamless();
    before.note('a', 'm', 'plain', NOW);
    before.note('b', 'm', 'plain', NOW);
    const after = createStreamless();
    after.restore(before.snapshot());
    expect(after.forget('a')).toBe(true);
    expect(after.forget('a')).toBe(false);
    expect([after.has('a', 'm', NOW), after.has('b', 'm', NOW)]).toEqual([false, true]);
  });

  it.each(['', '{}', 'null', '[1]', '[{"endpointId":"a","model":"m","why":"x","since":1}]'])(
    'a snapshot that is none, %j, leaves nothing',
    (json) => {
      const streamless = createStreamless();
      streamless.note('a', 'm', 'plain', NOW);
      streamless.restore(json);
      expect(streamless.of('a', NOW)).toEqual([]);
    },
  );

  it('do not pile up, whatever names clients think of', () => {
    const streamless = createStreamless();
    for (let n = 0; n < 2_000; n += 1) streamless.note('a', `${n} ${'x'.repeat(1_000)}`, 'plain', NOW);
    expect(streamless.of('a', NOW).length).toBeLessThanOrEqual(1_000);
    expect(streamless.snapshot().length).toBeLessThan(300_000);
  });

  const answered = { kind: 'answered', status: 200 } as Answered;
  const rejected = (status: number, said?: string) => ({ kind: 'rejected', status, said }) as Rejected;
  it.each([
    [answered, true, 'plain'],
    [answered, false, undefined],
    [rejected(400, 'stream_options is not supported'), false, 'refused'],
    [rejected(422, 'Streaming is not available for this model'), false, 'refused'],
    [rejected(400, 'max_tokens is too large'), false, undefined],
    [rejected(413, 'the upstream is full'), false, undefined],
    [rejected(400), false, undefined],
    [{ kind: 'failed', cause: 'upstream-error' } as Failed, true, undefined],
  ] as [Outcome, boolean, string | undefined][])('%j, answered plain %s: %s', (outcome, plain, why) => {
    expect(streamlessBy(outcome, plain)).toBe(why);
  });
});
