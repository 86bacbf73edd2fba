import { describe, expect, it } from 'vitest';
import type { Endpoint, Limits, Strategy } from '../domain/endpoint.ts';
import type { FailureCause } from '../domain/outcome.ts';
import { type ChooseRequest, createFleet, type Fleet } from './cluster.ts';
import { answered, cluster, endpoint, failed, HEALTH, request, seeded, settings } from './samples.ts';

const NOW = 1_000_000;
const random = (): number => 0.5;

const A = endpoint('a', { priority: 1 });
const B = endpoint('b', { priority: 2 });
const C = endpoint('c', { priority: 3 });

/** Makes one attempt at an endpoint fail. */
function fail(fleet: Fleet, id: string, cause: FailureCause, now = NOW, retryAfterMs?: number): void {
  fleet.began(id, 'main', 'generate', now);
  const more = retryAfterMs === undefined ? {} : { retryAfterMs };
  fleet.ended(id, failed(id, cause, now, more), 'generate', undefined, now);
}

function open(fleet: Fleet, id: string, now = NOW): void {
  fail(fleet, id, 'bad-key', now);
}

/** Short form of a choice, for tables: `a priority`, `b least-bad!` (out of service), `full 300`, `none`. */
function said(fleet: Fleet, more: Partial<ChooseRequest> = {}, now = NOW): string {
  const choice = fleet.choose(request(more), now, random);
  if (choice.kind === 'none') return 'none';
  if (choice.kind === 'full') return `full ${choice.soonestMs}`;
  return `${choice.endpoint.id} ${choice.why}${choice.outOfService ? '!' : ''}`;
}

/** Picks `count` times, letting each attempt begin and succeed at once. */
function picks(fleet: Fleet, count: number, draw = random, session?: (turn: number) => string): string[] {
  return Array.from({ length: count }, (_, turn) => {
    const more = session ? { session: session(turn) } : {};
    const choice = fleet.choose(request(more), NOW, draw);
    if (choice.kind !== 'endpoint') return choice.kind;
    const { id } = choice.endpoint;
    fleet.began(id, 'main', 'generate', NOW);
    fleet.ended(id, answered(id, NOW), 'generate', 'm', NOW);
    return id;
  });
}

function shares(ids: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[id] = (counts[id] ?? 0) + 1 / ids.length;
  return counts;
}

describe('who is chosen, by state (strategy priority, a before b before c)', () => {
  interface Case {
    readonly what: string;
    readonly before?: (fleet: Fleet) => void;
    readonly ask?: Partial<ChooseRequest>;
    readonly endpoints?: readonly Endpoint[];
    readonly expected: string;
  }

  it.each<Case>([
    { what: 'all well', expected: 'a priority' },
    { what: 'first tried', ask: { tried: ['a'] }, expected: 'b priority' },
    { what: 'two tried', ask: { tried: ['a', 'b'] }, expected: 'c only-one-left' },
    { what: 'all tried: longest ago', ask: { tried: ['b', 'a', 'c'] }, expected: 'b tried-again' },
    { what: 'all tried: least often', ask: { tried: ['b', 'c', 'a', 'b'] }, expected: 'c tried-again' },
    { what: 'first banned', ask: { banned: ['a'] }, expected: 'b priority' },
    { what: 'all banned', ask: { banned: ['a', 'b', 'c'] }, expected: 'none' },
    { what: 'open', before: (f) => open(f, 'a'), expected: 'b priority' },
    { what: 'cooling', before: (f) => fail(f, 'a', 'rate-limited'), expected: 'b priority' },
    {
      what: 'half-open',
      before: (f) => {
        open(f, 'a');
        f.checkBegan('a', NOW);
      },
      expected: 'b priority',
    },
    {
      what: 'tried and in service before untried and out',
      before: (f) => {
        open(f, 'b');
        open(f, 'c');
      },
      ask: { tried: ['a', 'a'] },
      expected: 'a only-one-left',
    },
    {
      what: 'all out: nearest return',
      before: (f) => {
        open(f, 'a');
        fail(f, 'b', 'rate-limited', NOW, 40_000);
        fail(f, 'c', 'overloaded', NOW, 50_000);
      },
      expected: 'b least-bad!',
    },
    {
      what: 'all out: untried before tried',
      before: (f) => {
        open(f, 'a');
        fail(f, 'b', 'rate-limited', NOW, 40_000);
        fail(f, 'c', 'overloaded', NOW, 50_000);
      },
      ask: { tried: ['b'] },
      expected: 'c least-bad!',
    },
    {
      what: 'all out at once: fewest failures in a row',
      before: (f) => {
        for (const id of ['a', 'b', 'c']) open(f, id);
        fail(f, 'a', 'reset');
        fail(f, 'c', 'reset');
      },
      expected: 'b least-bad!',
    },
    {
      what: 'all out: a verification under way may end within its timeout',
      before: (f) => {
        for (const id of ['a', 'b', 'c']) open(f, id);
        f.checkBegan('c', NOW);
      },
      expected: 'c least-bad!',
    },
    {
      what: 'disabled',
      endpoints: [endpoint('a', { enabled: false }), B],
      expected: 'b priority',
    },
    { what: 'all disabled', endpoints: [endpoint('a', { enabled: false })], expected: 'none' },
    {
      what: 'another protocol',
      endpoints: [endpoint('a', { protocols: ['openai-chat'] }), B],
      expected: 'b priority',
    },
    {
      what: 'no such protocol',
      endpoints: [endpoint('a', { protocols: ['openai-chat'] })],
      expected: 'none',
    },
    { what: 'no such cluster', ask: { cluster: 'other' }, expected: 'none' },
    { what: 'the only one, tried', endpoints: [A], ask: { tried: ['a'] }, expected: 'a tried-again' },
    { what: 'the only one, out', endpoints: [A], before: (f) => open(f, 'a'), expected: 'a least-bad!' },
  ])('$what → $expected', ({ before, ask, endpoints, expected }) => {
    const fleet = createFleet(settings('priority', endpoints ?? [A, B, C]));
    before?.(fleet);
    expect(said(fleet, ask)).toBe(expected);
  });

  it('goes back to the first at once when it has recovered', () => {
    const fleet = createFleet(settings('priority', [A, B]));
    open(fleet, 'a');
    expect(said(fleet)).toBe('b only-one-left');
    fleet.checkEnded('a', { ok: true }, NOW + 1);
    expect(said(fleet)).toBe('a priority');
  });
});

describe('limits', () => {
  const limited = (limits: Limits, more: Limits = {}): Fleet =>
    createFleet(
      settings('priority', [endpoint('a', { limits }), endpoint('b', { priority: 2, limits: more })]),
    );

  it('goes elsewhere while an endpoint is at its limit, and says when all are', () => {
    const fleet = limited({ concurrency: 1 }, { rps: 1 });
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('b only-one-left');
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet, {}, NOW + 300)).toBe('full 700');
    expect(fleet.choose(request(), NOW + 300, random)).toMatchObject({ waiting: 2 });
    expect(said(fleet, {}, NOW + 1000)).toBe('b only-one-left');
    fleet.ended('a', answered('a', NOW), 'generate', undefined, NOW);
    expect(said(fleet, {}, NOW + 300)).toBe('a only-one-left');
  });

  it.each<[string, Limits, string]>([
    ['a slot', { concurrency: 2 }, 'full Infinity'],
    ['a second', { rps: 2 }, 'full 1000'],
    ['a minute', { rpm: 2 }, 'full 60000'],
    ['the later of two windows', { rps: 2, rpm: 2 }, 'full 60000'],
    ['a slot and a second', { concurrency: 2, rps: 2 }, 'full Infinity'],
  ])('waits for %s', (_, limits, expected) => {
    const fleet = createFleet(settings('weighted', [endpoint('a', { limits })]));
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('a weighted');
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe(expected);
  });

  it.each(['count-tokens', 'pass'] as const)('leaves %s alone, which costs no slot either', (operation) => {
    const fleet = createFleet(settings('priority', [endpoint('a', { limits: { concurrency: 1, rps: 1 } })]));
    for (let i = 0; i < 26; i += 1) fleet.began('a', 'main', operation, NOW);
    expect(said(fleet)).toBe('a priority');
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('full Infinity');
    expect(said(fleet, { operation })).toBe('a priority');
    expect(fleet.view('a', NOW)?.inFlight).toBe(27);
  });

  it('rather asks a tried endpoint again, or waits, than one that is out', () => {
    const fleet = limited({}, { concurrency: 1 });
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet, { tried: ['a'] })).toBe('a only-one-left');
    open(fleet, 'a');
    expect(said(fleet, { tried: ['a'] })).toBe('full Infinity');
  });

  it('holds limits also when every endpoint is out', () => {
    const fleet = limited({ concurrency: 1 }, { concurrency: 1 });
    open(fleet, 'a');
    open(fleet, 'b', NOW + 5);
    expect(said(fleet)).toBe('a least-bad!');
    fleet.began('a', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('b least-bad!');
    fleet.began('b', 'main', 'generate', NOW);
    expect(said(fleet)).toBe('full Infinity');
  });

  it('counts the smallest of the limits set where an endpoint stands in two clusters', () => {
    const loose = endpoint('a', { limits: { concurrency: 5 } });
    const tight = endpoint('a', { limits: { concurrency: 1 } });
    const fleet = createFleet({
      clusters: [cluster('priority', [loose]), cluster('priority', [tight], 'other')],
      health: HEALTH,
    });
    fleet.began('a', 'other', 'generate', NOW);
    expect(said(fleet)).toBe('full Infinity');
  });
});

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
