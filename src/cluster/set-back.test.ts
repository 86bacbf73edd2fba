import { describe, expect, it } from 'vitest';
import { createFleet } from './fleet.ts';
import { endpoint, fail, NOW, one, open, request, said, settings } from './samples.ts';

const DAY_MS = 24 * 3_600_000;

describe('a clock that is set back by a day', () => {
  it('lets an endpoint that was cooling serve', () => {
    const fleet = one();
    fail(fleet, 'a', 'rate-limited', NOW, 60_000);
    expect(said(fleet, {}, NOW)).toBe('b only-one-left');
    expect(said(fleet, {}, NOW - DAY_MS)).toBe('a priority');
    expect(fleet.view('a', NOW - DAY_MS)).toMatchObject({ coolingUntil: 0 });
    fail(fleet, 'a', 'rate-limited', NOW - DAY_MS, 60_000);
    expect(said(fleet, {}, NOW - DAY_MS + 59_000)).toBe('b only-one-left');
    expect(said(fleet, {}, NOW - DAY_MS + 61_000)).toBe('a priority');
  });

  it('makes a verification due, and where nothing verifies a trial', () => {
    const fleet = one();
    open(fleet, 'a', NOW);
    expect(fleet.due(NOW)).toEqual([]);
    expect(fleet.due(NOW - DAY_MS).map(({ id }) => id)).toEqual(['a']);
    const trying = one({ enabled: false });
    open(trying, 'a', NOW);
    expect(said(trying, {}, NOW - DAY_MS)).toBe('a priority');
  });

  it('opens a rate window', () => {
    const fleet = createFleet(settings('priority', [endpoint('a', { limits: { rpm: 1 } })]));
    fleet.began('a', 'main', 'generate', NOW);
    expect(fleet.choose(request(), NOW + 1, Math.random).kind).toBe('full');
    expect(fleet.choose(request(), NOW - DAY_MS, Math.random).kind).toBe('endpoint');
  });
});
