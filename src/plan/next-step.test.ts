import { describe, expect, it } from 'vitest';
import type { Choice, ChooseRequest } from '../cluster/cluster.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Failed, FailureCause, Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import { AttemptLimits } from './attempt-timers.ts';
import { nextStep, type Progress, type World } from './next-step.ts';
import type { Plan } from './plan-for.ts';

const NOW = 1_000_000;
const limit = (ms: number) => ({ ms, setBy: 'timeouts' });
const LIMITS = {
  connect: limit(10),
  firstByte: limit(60),
  firstByteWhole: undefined,
  idle: limit(60),
  total: limit(100_000),
};
const PLAN = {
  ...LIMITS,
  cluster: 'main',
  deadlineAt: NOW + 100_000,
  attempts: new AttemptLimits(LIMITS),
} as unknown as Plan;
const REQUEST = { protocol: 'openai-chat', operation: 'generate', session: 's' } as IdentifiedRequest;
const endpoint = (id: string) => ({ id, name: id, timeouts: {} }) as Endpoint;
const pick = (id: string) =>
  ({ kind: 'endpoint', endpoint: endpoint(id), route: 'priority', why: 'priority' }) as unknown as Choice;
const failed = (id: string, cause: FailureCause, more: Partial<Failed> = {}) =>
  ({
    kind: 'failed',
    endpointId: id,
    cause,
    detail: '',
    committed: false,
    chargeRisk: 'none',
    ...more,
  }) as Outcome;

const progress = (history: readonly Outcome[], more: Partial<Progress> = {}): Progress => ({
  request: REQUEST,
  plan: PLAN,
  history,
  backedOff: false,
  ...more,
});
const world = (choice: Choice, more: Partial<World> = {}) =>
  ({
    retry: { max: 2, baseMs: 1_000, capMs: 8_000, maxCharged: 9 },
    queueMax: 3,
    waiting: 0,
    choose: () => choice,
    streams: () => true,
    expect: () => undefined,
    retryAllowed: () => true,
    random: () => 0.5,
    ...more,
  }) as World;

describe('nextStep', () => {
  it('begins with the endpoint that is chosen', () => {
    const step = nextStep(progress([]), world(pick('a')), NOW);
    expect(step).toMatchObject({ kind: 'attempt', endpoint: { id: 'a' }, streamed: true, why: 'priority' });
  });

  it.each(['answered', 'rejected'])('delivers what was %s', (kind) => {
    const last = { kind, endpointId: 'a', status: 200 } as Outcome;
    expect(nextStep(progress([last]), world(pick('b')), NOW)).toEqual({ kind: 'deliver' });
  });

  it.each([
    'connect-failed',
    'timeout',
    'reset',
    'rate-limited',
    'overloaded',
    'edge-timeout',
    'upstream-error',
    'bad-key',
    'not-served',
    'blocked',
    'stream-error',
    'empty',
    'not-api',
    'truncated',
  ] as const)('after %s goes to another endpoint at once', (cause) => {
    const step = nextStep(progress([failed('a', cause, { retryAfterMs: 9_000 })]), world(pick('b')), NOW);
    expect(step).toMatchObject({ kind: 'attempt', endpoint: { id: 'b' } });
  });

  it.each([
    ['part was given out', [failed('a', 'reset', { committed: true })], 'answer_broken'],
    ['it was cancelled', [failed('a', 'cancelled')], 'all_attempts_failed'],
    ['retry.max is used up', ['a', 'b', 'c'].map((id) => failed(id, 'empty')), 'all_attempts_failed'],
  ] as readonly [string, Outcome[], string][])('gives up where %s', (_, history, code) => {
    expect(nextStep(progress(history), world(pick('z')), NOW)).toMatchObject({
      kind: 'give-up',
      error: { code },
    });
  });

  it('gives up at the deadline, before the first attempt and after it', () => {
    const at = PLAN.deadlineAt;
    expect(nextStep(progress([]), world(pick('a')), at)).toMatchObject({ error: { code: 'queue_timeout' } });
    const after = nextStep(progress([failed('a', 'empty')]), world(pick('b')), at);
    expect(after).toMatchObject({ error: { code: 'total_timeout' } });
  });

  it('tells the choice what was tried, what is banned, and the session', () => {
    const asked: ChooseRequest[] = [];
    const choose = (request: ChooseRequest) => {
      asked.push(request);
      return pick('c');
    };
    const history = [
      failed('a', 'bad-key'),
      failed('b', 'empty'),
      failed('d', 'not-served'),
      failed('e', 'blocked'),
    ];
    const retry = { max: 9, baseMs: 1, capMs: 2, maxCharged: 9 };
    nextStep(progress(history), world(pick('c'), { choose, retry }), NOW);
    expect(asked[0]).toMatchObject({
      cluster: 'main',
      protocol: 'openai-chat',
      operation: 'generate',
      session: 's',
      tried: ['a', 'b', 'd', 'e'],
      banned: ['a', 'd', 'e'],
    });
  });

  describe('the same endpoint again', () => {
    it.each([
      [1, 0.5, undefined, 500],
      [2, 0.5, undefined, 1_000],
      [1, 0.5, 3_000, 3_000],
      [1, 0.5, 100, 500],
    ])(
      'after %i failures there, chance %d, retry-after %s: a pause of %i ms',
      (count, chance, retryAfterMs, ms) => {
        const more = retryAfterMs === undefined ? {} : { retryAfterMs };
        const history = Array.from({ length: count }, () => failed('a', 'upstream-error', more));
        const step = nextStep(progress(history), world(pick('a'), { random: () => chance }), NOW);
        expect(step).toEqual({ kind: 'wait', ms, for: 'backoff' });
      },
    );

    it('and once the pause is made, the attempt', () => {
      const step = nextStep(progress([failed('a', 'empty')], { backedOff: true }), world(pick('a')), NOW);
      expect(step).toMatchObject({ kind: 'attempt', endpoint: { id: 'a' } });
    });

    it('never past the deadline', () => {
      const history = [failed('a', 'upstream-error', { retryAfterMs: 100_000 })];
      expect(nextStep(progress(history), world(pick('a')), NOW).kind).toBe('give-up');
      const just = [failed('a', 'upstream-error', { retryAfterMs: 99_999 })];
      expect(nextStep(progress(just), world(pick('a')), NOW).kind).toBe('wait');
    });

    it('not in a storm of retries', () => {
      const stormy = world(pick('a'), { retryAllowed: () => false });
      expect(nextStep(progress([failed('a', 'empty')]), stormy, NOW).kind).toBe('give-up');
      expect(nextStep(progress([failed('b', 'empty')]), stormy, NOW).kind).toBe('attempt');
    });
  });

  describe('no endpoint to be had', () => {
    const full = (soonestMs: number): Choice => ({ kind: 'full', soonestMs, waiting: 1 });

    it.each([
      [50, 50],
      [Number.POSITIVE_INFINITY, 100_000],
      [200_000, 100_000],
    ])('all are full, a window opens in %d ms: waits %i', (soonestMs, ms) => {
      expect(nextStep(progress([]), world(full(soonestMs)), NOW)).toEqual({ kind: 'wait', ms, for: 'slot' });
    });

    it.each([
      [7_000, 7_000],
      [Number.POSITIVE_INFINITY, 1_000],
    ])('the queue is full, too: 429, retry after what opens in %d ms', (soonestMs, retryAfterMs) => {
      const step = nextStep(progress([]), world(full(soonestMs), { waiting: 3 }), NOW);
      expect(step).toMatchObject({ error: { code: 'queue_full', retryAfterMs, words: { waiting: 3 } } });
    });

    it('none at all: said so, unless an attempt has failed before', () => {
      const none = world({ kind: 'none' });
      expect(nextStep(progress([]), none, NOW)).toMatchObject({ error: { code: 'no_endpoint' } });
      const after = nextStep(progress([failed('a', 'bad-key')]), none, NOW);
      expect(after).toMatchObject({ error: { code: 'bad_upstream_key' } });
    });
  });
});
