import { describe, expect, it } from 'vitest';
import type { Strategy } from '../domain/endpoint.ts';
import type { FailureCause } from '../domain/outcome.ts';
import { createFleet, type Fleet } from './cluster.ts';
import {
  answered,
  endpoint,
  fail,
  failed,
  NOW,
  open,
  picks,
  random,
  request,
  said,
  seeded,
  settings,
  shares,
} from './samples.ts';

const A = endpoint('a', { priority: 1 });
const B = endpoint('b', { priority: 2 });
const C = endpoint('c', { priority: 3 });

describe('weighted', () => {
  const three = [endpoint('a', { weight: 5 }), endpoint('b', { weight: 1 }), endpoint('c', { weight: 1 })];

  it.each<Strategy>(['weighted', 'priority', 'least_connections'])('%s: goes by smooth turns', (strategy) => {
    expect(picks(createFleet(settings(strategy, three)), 14).join('')).toBe('aabacaa'.repeat(2));
  });

  it('lowers the weight of one that fails by w / max_fails, and gives 1 back each pick', () => {
    const weight = 60;
    const fleet = createFleet(
      settings('weighted', [endpoint('a', { weight, maxFailures: 3 }), endpoint('b', { weight })]),
    );
    const ofA = (count: number): number => picks(fleet, count).filter((id) => id === 'a').length;
    for (let i = 0; i < 2; i += 1) {
      fail(fleet, 'a', 'reset');
      fleet.began('b', 'main', 'generate', NOW);
      fleet.ended('b', answered('b', NOW), 'generate', undefined, NOW);
    }
    expect(ofA(10)).toBeLessThanOrEqual(4);
    ofA(40);
    expect(ofA(20)).toBe(10);
  });

  it('gathers no turns while out of service', () => {
    const fleet = createFleet(settings('weighted', [endpoint('a'), endpoint('b'), endpoint('c')]));
    open(fleet, 'c');
    expect(new Set(picks(fleet, 30))).toEqual(new Set(['a', 'b']));
    fleet.checkEnded('c', { ok: true }, NOW);
    expect(picks(fleet, 6).filter((id) => id === 'c').length).toBeLessThanOrEqual(2);
  });

  it('has its whole weight again once verified', () => {
    const fleet = createFleet(
      settings('weighted', [endpoint('a', { weight: 300 }), endpoint('b', { weight: 100 })]),
    );
    for (let i = 0; i < 3; i += 1) fail(fleet, 'a', 'reset');
    fleet.checkEnded('a', { ok: true }, NOW);
    expect(shares(picks(fleet, 40)).a).toBeCloseTo(0.75, 1);
  });

  it('gives weight 0 nothing while another is there', () => {
    const fleet = createFleet(
      settings('weighted', [endpoint('z', { weight: 0 }), endpoint('a', { weight: 1 })]),
    );
    expect(new Set(picks(fleet, 50))).toEqual(new Set(['a']));
    open(fleet, 'a');
    expect(said(fleet)).toBe('z only-one-left');
  });

  it('does not pile up turns while another protocol, a session or a failover takes them', () => {
    const fleet = createFleet(
      settings('weighted', [endpoint('a', { protocols: ['anthropic-messages'] }), endpoint('b')]),
    );
    for (let i = 0; i < 1000; i += 1) {
      fleet.began('b', 'main', 'generate', NOW);
      fleet.ended('b', answered('b', NOW), 'generate', undefined, NOW);
    }
    const after = picks(fleet, 20);
    expect(after.filter((id) => id === 'b').length).toBeGreaterThanOrEqual(8);
  });

  it('keeps turns across a reload', () => {
    const fleet = createFleet(settings('weighted', three));
    const first = picks(fleet, 3);
    fleet.apply(settings('weighted', three));
    expect([...first, ...picks(fleet, 4)].join('')).toBe('aabacaa');
  });
});

describe('round robin', () => {
  it('goes round, whatever the weights', () => {
    const fleet = createFleet(
      settings('round_robin', [endpoint('a', { weight: 900 }), endpoint('b'), endpoint('c')]),
    );
    expect(picks(fleet, 7).join('')).toBe('abcabca');
  });

  it('takes one that comes back in again without making up for the time', () => {
    const fleet = createFleet(settings('round_robin', [A, B, C]));
    open(fleet, 'b');
    expect(picks(fleet, 4).join('')).toBe('acac');
    fleet.checkEnded('b', { ok: true }, NOW);
    expect(picks(fleet, 4).join('')).toBe('bacb');
    fleet.apply(settings('round_robin', [A, B, C]));
    expect(picks(fleet, 4).join('')).toBe('acba');
  });
});

describe('random', () => {
  it('draws as the weights are', () => {
    const fleet = createFleet(
      settings('random', [endpoint('a', { weight: 3 }), endpoint('b', { weight: 1 })]),
    );
    const share = shares(picks(fleet, 4000, seeded(7)));
    expect(share.a).toBeGreaterThan(0.72);
    expect(share.a).toBeLessThan(0.78);
  });

  it.each([
    [0, 'a'],
    [0.74, 'a'],
    [0.76, 'b'],
    [0.999_999, 'b'],
  ])('draw %d → %s', (draw, expected) => {
    const fleet = createFleet(
      settings('random', [endpoint('a', { weight: 3 }), endpoint('b', { weight: 1 })]),
    );
    expect(picks(fleet, 1, () => draw)).toEqual([expected]);
  });
});

describe('least connections', () => {
  it.each<[number, number, string]>([
    [0, 0, 'a'],
    [1, 0, 'b'],
    [1, 1, 'a'],
    [2, 1, 'b'], // a tie, and a had the turn before
    [3, 1, 'b'],
  ])('%i at a (weight 2), %i at b (weight 1) → %s', (atA, atB, expected) => {
    const fleet = createFleet(
      settings('least_connections', [endpoint('a', { weight: 2 }), endpoint('b', { weight: 1 })]),
    );
    for (let i = 0; i < atA; i += 1) fleet.began('a', 'main', 'generate', NOW);
    for (let i = 0; i < atB; i += 1) fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet)).toBe(`${expected} least_connections`);
  });
});

describe('fastest', () => {
  /** One answered attempt with this time to first event. */
  function measure(fleet: Fleet, id: string, ms: number, now: number): void {
    fleet.began(id, 'main', 'generate', now);
    const times = { longestSilenceMs: 0, totalMs: ms + 10, firstByteMs: 1, firstEventMs: ms };
    fleet.ended(id, answered(id, now, { times }), 'generate', undefined, now);
  }

  const pair = (): Fleet => createFleet(settings('fastest', [endpoint('a'), endpoint('b')]));

  it('tries what was never measured first, one request at a time', () => {
    const fleet = pair();
    measure(fleet, 'a', 200, NOW);
    expect(said(fleet)).toBe('b unmeasured');
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('a fastest');
  });

  it('spreads a first burst while nothing is measured', () => {
    const fleet = pair();
    const burst = Array.from({ length: 6 }, () => {
      const choice = fleet.choose(request(), NOW, random);
      if (choice.kind !== 'endpoint') return choice.kind;
      fleet.began(choice.endpoint.id, 'main', 'generate', NOW);
      return choice.endpoint.id;
    });
    expect(shares(burst)).toEqual({ a: expect.closeTo(0.5), b: expect.closeTo(0.5) });
  });

  it('goes by time to first event, not to first byte, and by what is pending', () => {
    const fleet = pair();
    measure(fleet, 'a', 100, NOW);
    measure(fleet, 'b', 350, NOW);
    expect(said(fleet)).toBe('a fastest');
    for (let i = 0; i < 3; i += 1) fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('b fastest');
  });

  it('takes a slow answer at once, a faster one step by step', () => {
    const fleet = pair();
    measure(fleet, 'a', 100, NOW);
    measure(fleet, 'b', 350, NOW);
    measure(fleet, 'a', 5000, NOW + 1);
    expect(said(fleet)).toBe('b fastest');
    measure(fleet, 'a', 100, NOW + 1000);
    expect(said(fleet, {}, NOW + 1000)).toBe('b fastest');
    measure(fleet, 'a', 100, NOW + 60_000);
    expect(said(fleet, {}, NOW + 60_000)).toBe('a fastest');
  });

  it.each<[FailureCause, number, string]>([
    ['connect-failed', 1, 'a'],
    ['timeout', 60_000, 'b'],
    ['reset', 5000, 'b'],
  ])('after %s in %i ms → %s', (cause, totalMs, expected) => {
    const fleet = pair();
    measure(fleet, 'a', 100, NOW);
    measure(fleet, 'b', 350, NOW);
    fleet.began('a', 'main', 'generate', NOW);
    const times = { longestSilenceMs: totalMs, totalMs };
    fleet.ended('a', failed('a', cause, NOW, { times }), 'generate', undefined, NOW);
    expect(said(fleet)).toBe(`${expected} fastest`);
  });

  it.each<[FailureCause, string]>([
    ['connect-failed', 'b unmeasured'],
    ['edge-timeout', 'a fastest'],
  ])('takes %s at one never measured for what it is', (cause, expected) => {
    const fleet = pair();
    measure(fleet, 'a', 100, NOW);
    fleet.began('b', 'main', 'generate', NOW);
    const times = { longestSilenceMs: 90_000, totalMs: cause === 'edge-timeout' ? 90_000 : 1 };
    fleet.ended('b', failed('b', cause, NOW, { times }), 'generate', undefined, NOW);
    expect(said(fleet)).toBe(expected);
  });

  it('tries one that was slow again after a while', () => {
    const fleet = pair();
    measure(fleet, 'a', 5000, NOW);
    const later = NOW + 300_000 * Math.log(60);
    measure(fleet, 'b', 100, NOW);
    measure(fleet, 'b', 100, later);
    expect(said(fleet, {}, NOW + 300_000)).toBe('b fastest');
    expect(said(fleet, {}, later)).toBe('a fastest');
  });

  it('compares two different ones, each pair alike often', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const fleet = createFleet(
      settings(
        'fastest',
        ids.map((id) => endpoint(id)),
      ),
    );
    ids.forEach((id, index) => {
      measure(fleet, id, 100 * (ids.length - index), NOW);
    });
    const draw = seeded(3);
    const drawn = Array.from({ length: 6000 }, () => said2(fleet, draw));
    const share = shares(drawn);
    expect(share.d).toBeCloseTo(3 / 6, 1);
    expect(share.c).toBeCloseTo(2 / 6, 1);
    expect(share.b).toBeCloseTo(1 / 6, 1);
    expect(share.a).toBeUndefined();
  });

  function said2(fleet: Fleet, draw: () => number): string {
    const choice = fleet.choose(request(), NOW, draw);
    return choice.kind === 'endpoint' ? choice.endpoint.id : choice.kind;
  }

  it('lets a session decide a tie', () => {
    const fleet = pair();
    measure(fleet, 'a', 100, NOW);
    measure(fleet, 'b', 100, NOW);
    const first = said(fleet, { session: 's1' });
    expect(first).toMatch(/session$/);
    const sessions = Array.from({ length: 30 }, (_, i) => said(fleet, { session: `s${i}` }));
    expect(new Set(sessions)).toEqual(new Set(['a session', 'b session']));
  });
});

describe('session affinity', () => {
  const strategies: Strategy[] = ['priority', 'weighted', 'round_robin', 'random', 'least_connections'];
  const equal = ['a', 'b', 'c', 'd'].map((id) => endpoint(id));

  it.each(strategies)('%s: a session stays where it is', (strategy) => {
    const fleet = createFleet(settings(strategy, equal));
    expect(new Set(picks(fleet, 12, seeded(1), () => 'session-1')).size).toBe(1);
  });

  it('spreads sessions as the weights are', () => {
    const fleet = createFleet(
      settings('weighted', [endpoint('a', { weight: 300 }), endpoint('b', { weight: 100 })]),
    );
    const share = shares(picks(fleet, 4000, random, (turn) => `user_${turn}`));
    expect(share.a).toBeGreaterThan(0.72);
    expect(share.a).toBeLessThan(0.78);
  });

  it('spreads sessions evenly among equals', () => {
    const fleet = createFleet(settings('weighted', equal));
    const share = shares(picks(fleet, 8000, random, (turn) => `{"session_id":"${turn}"}`));
    for (const { id } of equal) expect(share[id]).toBeCloseTo(0.25, 1);
  });

  it('moves only the sessions of the endpoint that goes, and brings them back', () => {
    const fleet = createFleet(settings('weighted', equal));
    const sessions = Array.from({ length: 400 }, (_, i) => `s-${i}`);
    const placed = (): string[] => sessions.map((session) => said(fleet, { session }).slice(0, 1));
    const before = placed();
    open(fleet, 'b');
    const meanwhile = placed();
    expect(meanwhile.filter((id, i) => id !== before[i])).toHaveLength(
      before.filter((id) => id === 'b').length,
    );
    fleet.checkEnded('b', { ok: true }, NOW);
    expect(placed()).toEqual(before);
  });

  it('does not reach past a better priority', () => {
    const fleet = createFleet(settings('priority', [A, B, C]));
    const sessions = Array.from({ length: 20 }, (_, i) => said(fleet, { session: `s-${i}` }));
    expect(new Set(sessions)).toEqual(new Set(['a priority']));
  });
});
