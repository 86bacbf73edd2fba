import { describe, expect, it } from 'vitest';
import type { AttemptRecord } from '../domain/ledger.ts';
import { latencyOf } from './latency.ts';

const attempt = (totalMs: number, more: Partial<AttemptRecord> = {}): AttemptRecord =>
  ({ result: 'answered', totalMs, sentMs: 1, ...more }) as AttemptRecord;

describe('how long calls took', () => {
  it('an endpoint that was never asked', () => {
    const view = latencyOf([], 5);
    expect(view).toMatchObject({ since: 5, calls: 0 });
    expect(view.buckets.every(({ firstEvent, total }) => firstEvent === 0 && total === 0)).toBe(true);
    expect(view.buckets.at(-1)).not.toHaveProperty('leMs');
  });

  it.each([
    [0, 100],
    [100, 100],
    [101, 250],
    [99_999, 100_000],
    [100_001, 120_000],
    [900_000, 900_000],
    [900_001, undefined],
  ])('a call of %i ms counts under %s', (ms, leMs) => {
    const { buckets } = latencyOf([attempt(ms, { firstEventMs: ms })], 0);
    expect(buckets.filter(({ total }) => total > 0)).toEqual([
      { ...(leMs === undefined ? {} : { leMs }), firstEvent: 1, total: 1 },
    ]);
  });

  it('a call that never went out says nothing; one that was cut does', () => {
    const { sentMs: _, ...unsent } = attempt(3, { result: 'connect-failed' });
    const cut = attempt(100_000, { result: 'edge-timeout' });
    const { calls, buckets } = latencyOf([unsent, cut], 0);
    expect(calls).toBe(1);
    expect(buckets.find(({ leMs }) => leMs === 100_000)).toEqual({ leMs: 100_000, firstEvent: 0, total: 1 });
  });
});
