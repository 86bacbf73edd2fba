import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRateWindow,
  createRetryBudget,
  createSlidingCount,
  fullJitter,
  parseRetryAfter,
  remainingMs,
  smallest,
} from './resilience.ts';

describe('fullJitter', () => {
  it.each([
    [0, 500, 30_000, 0, 0],
    [0, 500, 30_000, 0.5, 250],
    [1, 500, 30_000, 0.5, 500],
    [3, 500, 30_000, 0.999, 3996],
    [10, 500, 30_000, 0.5, 15_000],
    [5000, 500, 30_000, 0.5, 15_000],
    [-1, 500, 30_000, 0.5, 250],
    [2, 0, 30_000, 0.5, 0],
  ])('attempt %i, base %i, cap %i, random %d → %d ms', (attempt, baseMs, capMs, random, ms) => {
    expect(fullJitter(attempt, baseMs, capMs, () => random)).toBeCloseTo(ms);
  });
});

describe('deadlines', () => {
  it.each([
    [1000, 400, 600],
    [1000, 1000, 0],
    [1000, 1500, 0],
  ])('until %i at %i: %i ms left', (deadlineAt, now, left) => {
    expect(remainingMs(deadlineAt, now)).toBe(left);
  });

  it('takes the smallest limit that is set, and of equal ones the first', () => {
    const chat = { ms: 60_000, setBy: 'scenario chat' };
    const jp = { ms: 90_000, setBy: 'endpoint jp' };
    const header = { ms: 60_000, setBy: 'header x-qcc-timeout' };
    expect(smallest(jp, undefined, chat, header)).toBe(chat);
    expect(smallest(undefined, jp)).toBe(jp);
    expect(smallest(undefined)).toBeUndefined();
    expect(smallest()).toBeUndefined();
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');

  it.each<[string, Record<string, string>, number | undefined]>([
    ['nothing', {}, undefined],
    ['seconds', { 'retry-after': '12' }, 12_000],
    ['none at all', { 'retry-after': '0' }, 0],
    ['decimal seconds', { 'retry-after': ' 1.5 ' }, 1500],
    ['milliseconds first', { 'retry-after-ms': '250', 'retry-after': '12' }, 250],
    ['bad milliseconds, then seconds', { 'retry-after-ms': 'x', 'retry-after': '12' }, 12_000],
    ['an HTTP date', { 'retry-after': 'Sat, 21 Nov 2026 10:00:30 GMT' }, 30_000],
    ['an RFC 850 date', { 'retry-after': 'Saturday, 21-Nov-26 10:00:30 GMT' }, 30_000],
    ['an asctime date', { 'retry-after': 'Sat Nov 21 10:00:30 2026' }, 30_000],
    ['a date gone by', { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['an epoch', { 'retry-after': '1795255230' }, undefined],
    ['not a number', { 'retry-after': 'soon' }, undefined],
    ['infinite', { 'retry-after': 'Infinity' }, undefined],
    ['a very long value', { 'retry-after': '1'.repeat(5000) }, undefined],
    [
      'an exhausted Anthropic limit',
      {
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-21T10:00:07Z',
      },
      7000,
    ],
    [
      'the last of two exhausted Anthropic limits',
      {
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': '2026-11-21T10:00:07Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-21T10:00:09.500Z',
      },
      9500,
    ],
    [
      'an Anthropic limit that is not exhausted',
      {
        'anthropic-ratelimit-tokens-remaining': '400',
        'anthropic-ratelimit-tokens-reset': '2026-11-21T10:00:07Z',
      },
      undefined,
    ],
    [
      'an Anthropic reset without its rest',
      { 'anthropic-ratelimit-tokens-reset': '2026-11-21T10:00:07Z' },
      undefined,
    ],
    [
      'an Anthropic reset that is no instant',
      { 'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '7' },
      undefined,
    ],
    ['OpenAI seconds', { 'x-ratelimit-reset-requests': '1s' }, 1000],
    ['OpenAI minutes', { 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    ['OpenAI milliseconds', { 'x-ratelimit-reset-tokens': '17ms' }, 17],
    ['OpenAI mixed', { 'x-ratelimit-reset-tokens': '1h2m3.5s' }, 3_723_500],
    ['OpenAI bare', { 'x-ratelimit-reset-tokens': '8' }, 8000],
    [
      'the OpenAI limit that is exhausted',
      {
        'x-ratelimit-remaining-requests': '12',
        'x-ratelimit-reset-requests': '9s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '2s',
      },
      2000,
    ],
    ['an OpenAI reset that is none', { 'x-ratelimit-reset-tokens': '6 minutes' }, undefined],
    ['retry-after before resets', { 'retry-after': '3', 'x-ratelimit-reset-requests': '9s' }, 3000],
    ['a bad retry-after, then a reset', { 'retry-after': 'soon', 'x-ratelimit-reset-requests': '9s' }, 9000],
  ])('%s', (_, headers, ms) => {
    expect(parseRetryAfter(headers, now)).toBe(ms);
  });

  it('gives a sane time or none, whatever comes', () => {
    const name = fc.constantFrom(
      'retry-after',
      'retry-after-ms',
      'x-ratelimit-reset-tokens',
      'anthropic-ratelimit-tokens-reset',
      'anthropic-ratelimit-tokens-remaining',
    );
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (headers) => {
        const ms = parseRetryAfter(headers, now);
        expect(ms === undefined || (ms >= 0 && ms <= 31 * 24 * 3_600_000)).toBe(true);
      }),
    );
  });
});

describe('createRateWindow', () => {
  it('lets the limit through, then opens when the oldest start is a window back', () => {
    const window = createRateWindow(2, 1000);
    window.note(0);
    expect(window.opensInMs(100)).toBe(0);
    window.note(400);
    expect(window.opensInMs(500)).toBe(500);
    expect(window.opensInMs(1000)).toBe(0);
    window.note(1000);
    expect(window.opensInMs(1000)).toBe(400);
  });

  it.each([
    [0, [], Number.POSITIVE_INFINITY],
    [0.5, [0], 2000],
    [1, [0], 1000],
    [1.9, [0], 1000],
    [3, [0, 0], 0],
  ])('limit %d a second after starts at %j: %d ms', (limit, starts, ms) => {
    const window = createRateWindow(limit, 1000);
    for (const at of starts) window.note(at);
    expect(window.opensInMs(0)).toBe(ms);
  });

  it.each([
    [5, 0],
    [3, 800],
    [2, 900],
    [1, 1000],
  ])('keeps starts when the limit becomes %i', (limit, ms) => {
    const window = createRateWindow(3, 1000);
    for (const at of [0, 100, 200, 300]) window.note(at);
    window.resize(limit);
    expect(window.opensInMs(300)).toBe(ms);
  });

  it('never lets more than the limit start in any window', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), gaps, (limit, waits) => {
        const window = createRateWindow(limit, 1000);
        const starts: number[] = [];
        let now = 0;
        for (const wait of waits) {
          now += wait;
          const free = starts.filter((at) => now - at < 1000).length < limit;
          expect(window.opensInMs(now) === 0).toBe(free);
          if (!free) continue;
          window.note(now);
          starts.push(now);
        }
      }),
    );
  });
});

describe('createSlidingCount', () => {
  it('forgets seconds that are over', () => {
    const count = createSlidingCount(10);
    for (const at of [0, 500, 1000, 9999]) count.note(at);
    expect(count.count(9999)).toBe(4);
    expect(count.count(10_000)).toBe(2);
    expect(count.count(11_000)).toBe(1);
    expect(count.count(60_000)).toBe(0);
  });
});

describe('createRetryBudget', () => {
  /** Retries that get through at `now`, each noted. */
  const spend = (budget: ReturnType<typeof createRetryBudget>, now: number): number => {
    let spent = 0;
    while (spent < 10_000 && budget.allow(now)) {
      budget.note('retry', now);
      spent += 1;
    }
    return spent;
  };

  it.each([
    ['nothing but the floor', 0, {}, 100],
    ['a fifth of the requests and the floor', 1000, {}, 300],
    ['the share alone', 1000, { floorPerSecond: 0 }, 200],
    ['no retries at all', 0, { floorPerSecond: 0 }, 0],
    ['another share', 100, { share: 0.5, floorPerSecond: 1, windowSeconds: 5 }, 55],
  ])('%s', (_, requests, options, retries) => {
    const budget = createRetryBudget(options);
    for (let i = 0; i < requests; i += 1) budget.note('request', 5000);
    expect(spend(budget, 5000)).toBe(retries);
  });

  it('fills up again as the window moves on', () => {
    const budget = createRetryBudget();
    expect(spend(budget, 1000)).toBe(100);
    expect(budget.allow(10_999)).toBe(false);
    expect(spend(budget, 11_000)).toBe(100);
  });
});
