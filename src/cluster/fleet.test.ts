import { describe, expect, it } from 'vitest';
import type { EndpointSnapshot } from '../domain/health.ts';
import type { FailureCause, Outcome } from '../domain/outcome.ts';
import type { Operation } from '../domain/protocol.ts';
import { createFleet, type Fleet } from './cluster.ts';
import { answered, cluster, endpoint, failed, HEALTH, rejected, request, settings } from './samples.ts';

const NOW = 1_000_000;
const MINUTE = 60_000;
const random = (): number => 0.5;

const one = (health: Partial<typeof HEALTH> = {}): Fleet =>
  createFleet(settings('priority', [endpoint('a'), endpoint('b', { priority: 2 })], health));

/** One attempt at `a`, from beginning to end; gives the kinds of the events. */
function attempt(fleet: Fleet, outcome: Outcome, now = NOW, operation: Operation = 'generate'): string[] {
  fleet.began('a', 'main', operation, now);
  return fleet.ended('a', outcome, operation, 'model-1', now).map(({ kind }) => kind);
}

const breaks = (fleet: Fleet, times = 1, now = NOW): string[] =>
  Array.from({ length: times }, () => attempt(fleet, failed('a', 'upstream-error', now), now)).flat();

const circuit = (fleet: Fleet): string | undefined => fleet.view('a', NOW)?.circuit.kind;

describe('what an outcome does to the circuit', () => {
  it.each<[FailureCause, number, string, boolean]>([
    ['connect-failed', 1, 'closed', false],
    ['timeout', 1, 'closed', false],
    ['reset', 1, 'closed', false],
    ['edge-timeout', 1, 'closed', false],
    ['upstream-error', 1, 'closed', false],
    ['stream-error', 1, 'closed', false],
    ['empty', 1, 'closed', false],
    ['not-api', 1, 'closed', false],
    ['truncated', 1, 'closed', false],
    ['rate-limited', 0, 'closed', true],
    ['overloaded', 0, 'closed', true],
    ['bad-key', 3, 'open', false],
    ['cancelled', 0, 'closed', false],
  ])('%s: %i in a row, %s, cooling %s', (cause, consecutive, kind, cooling) => {
    const fleet = one();
    attempt(fleet, failed('a', cause, NOW));
    const view = fleet.view('a', NOW)!;
    expect([view.consecutiveFailures, view.circuit.kind, view.coolingUntil > 0]).toEqual([
      consecutive,
      kind,
      cooling,
    ]);
  });

  it('opens after maxFailures in a row, and says so once', () => {
    const fleet = one();
    expect(breaks(fleet, 2)).toEqual([]);
    expect(circuit(fleet)).toBe('closed');
    expect(breaks(fleet)).toEqual(['opened']);
    expect(fleet.view('a', NOW)).toMatchObject({
      health: 'unhealthy',
      inQueue: true,
      circuit: { kind: 'open', since: NOW, nextCheckAt: NOW + MINUTE, checks: 0 },
    });
    expect(breaks(fleet)).toEqual([]);
  });

  it.each<[string, Outcome]>([
    ['an answer', answered('a', NOW)],
    ['a rejection', rejected('a', NOW)],
  ])('%s breaks the row', (_, outcome) => {
    const fleet = one();
    breaks(fleet, 2);
    attempt(fleet, outcome);
    expect(breaks(fleet, 2)).toEqual([]);
    expect(breaks(fleet)).toEqual(['opened']);
  });

  it.each<FailureCause>(['rate-limited', 'cancelled'])('%s neither counts nor breaks the row', (cause) => {
    const fleet = one();
    breaks(fleet, 2);
    attempt(fleet, failed('a', cause, NOW));
    expect(fleet.view('a', NOW)?.consecutiveFailures).toBe(2);
    expect(breaks(fleet)).toEqual(['opened']);
  });

  it.each<Operation>(['count-tokens', 'pass'])(
    '%s proves nothing of the model, but a refused connection',
    (operation) => {
      const fleet = one();
      for (const cause of ['upstream-error', 'bad-key', 'rate-limited'] as const) {
        attempt(fleet, failed('a', cause, NOW), NOW, operation);
      }
      expect(fleet.view('a', NOW)).toMatchObject({
        consecutiveFailures: 0,
        coolingUntil: 0,
        circuit: { kind: 'closed' },
      });
      breaks(fleet, 2);
      attempt(fleet, answered('a', NOW), NOW, operation);
      expect(attempt(fleet, failed('a', 'connect-failed', NOW), NOW, operation)).toEqual(['opened']);
      attempt(fleet, answered('a', NOW), NOW, operation);
      expect(circuit(fleet)).toBe('open');
    },
  );

  it('is closed by traffic that succeeds in panic mode, but not by a call from before', () => {
    const fleet = one();
    breaks(fleet, 3);
    expect(attempt(fleet, answered('a', NOW - 1), NOW + 5)).toEqual([]);
    expect(circuit(fleet)).toBe('open');
    expect(attempt(fleet, answered('a', NOW + 4), NOW + 5)).toEqual(['recovered']);
    expect(circuit(fleet)).toBe('closed');
  });

  it('counts by the strictest of the clusters an endpoint stands in', () => {
    const fleet = createFleet({
      clusters: [
        cluster('priority', [endpoint('a', { maxFailures: 5 })]),
        cluster('priority', [endpoint('a', { maxFailures: 2 })], 'other'),
      ],
      health: HEALTH,
    });
    expect(breaks(fleet)).toEqual([]);
    expect(breaks(fleet)).toEqual(['opened']);
  });

  it('leaves no trace of a call that was cancelled but what was in flight', () => {
    const fleet = one();
    attempt(fleet, failed('a', 'cancelled', NOW));
    expect(fleet.view('a', NOW)).toMatchObject({ requests: 0, health: 'unknown', inFlight: 0 });
    expect(fleet.view('a', NOW)?.lastError).toBeUndefined();
  });

  it('makes no room at the limit by an end without a beginning', () => {
    const fleet = createFleet(settings('priority', [endpoint('a', { limits: { concurrency: 1 } })]));
    fleet.ended('a', answered('a', NOW), 'generate', 'm', NOW);
    fleet.began('a', 'main', 'generate', NOW);
    expect(fleet.choose(request(), NOW, random).kind).toBe('full');
    expect(fleet.view('a', NOW)?.inFlight).toBe(1);
  });

  it('ignores what it does not know', () => {
    const fleet = one();
    fleet.began('x', 'main', 'generate', NOW);
    expect(fleet.ended('x', answered('x', NOW), 'generate', 'm', NOW)).toEqual([]);
    expect(fleet.checkEnded('x', { ok: true }, NOW)).toEqual([]);
    fleet.checkBegan('x', NOW);
    expect(fleet.clear('x', NOW)).toEqual([]);
    expect([fleet.view('x', NOW), fleet.endpoint('x'), fleet.lastModel('x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(fleet.views(NOW, 'no-such-cluster')).toEqual([]);
    expect(fleet.changedSince()).toEqual([]);
  });
});

describe('cooling', () => {
  it.each<[string, number | undefined, number]>([
    ['as asked', 5000, 5000],
    ['the default', undefined, 30_000],
    ['at most 10 min', 86_400_000, 10 * MINUTE],
    ['never backwards', -5, 0],
  ])('%s', (_, retryAfterMs, ms) => {
    const fleet = one();
    const more = retryAfterMs === undefined ? {} : { retryAfterMs };
    attempt(fleet, failed('a', 'rate-limited', NOW, more));
    const health = (at: number): string | undefined => fleet.view('a', at)?.health;
    if (ms > 0) expect(health(NOW + ms - 1)).toBe('degraded');
    expect(health(NOW + ms)).toBe('healthy');
    const id = (at: number) => fleet.choose(request(), at, random);
    expect(id(NOW + ms)).toMatchObject({ endpoint: { id: 'a' } });
    if (ms > 0) expect(id(NOW + ms - 1)).toMatchObject({ endpoint: { id: 'b' }, outOfService: false });
  });

  it.each<[string, (fleet: Fleet) => string[]]>([
    ['cleared', (fleet) => fleet.clear('a', NOW).map(({ kind }) => kind)],
    ['verified', (fleet) => fleet.checkEnded('a', { ok: true }, NOW).map(({ kind }) => kind)],
  ])('ends when %s', (kind, act) => {
    const fleet = one();
    attempt(fleet, failed('a', 'rate-limited', NOW));
    expect(act(fleet)).toEqual([kind]);
    expect(fleet.view('a', NOW)).toMatchObject({ health: 'healthy', coolingUntil: 0 });
    expect(act(fleet)).toEqual([]);
  });

  it('is news once, and never gets shorter', () => {
    const fleet = one();
    const limited = (retryAfterMs: number) => failed('a', 'overloaded', NOW, { retryAfterMs });
    expect(attempt(fleet, limited(9000))).toEqual(['cooled-down']);
    expect(attempt(fleet, limited(1000))).toEqual([]);
    expect(fleet.view('a', NOW)?.coolingUntil).toBe(NOW + 9000);
    expect(attempt(fleet, limited(0), NOW + 20_000)).toEqual([]);
  });
});

describe('failure queue', () => {
  it('verifies with growing pauses until the model answers', () => {
    const fleet = one();
    let now = NOW;
    breaks(fleet, 3, now);
    for (const pause of [1, 2, 4, 8, 10, 10]) {
      expect(fleet.nextDueAt()).toBe(now + pause * MINUTE);
      expect(fleet.due(now + pause * MINUTE - 1)).toEqual([]);
      now += pause * MINUTE;
      expect(fleet.due(now).map(({ id }) => id)).toEqual(['a']);
      fleet.checkBegan('a', now);
      expect(fleet.due(now)).toEqual([]);
      expect(fleet.nextDueAt()).toBeUndefined();
      expect(circuit(fleet)).toBe('half-open');
      now += 700;
      const [event] = fleet.checkEnded('a', { ok: false, detail: 'HTTP 504' }, now);
      expect(event).toEqual({ at: now, endpointId: 'a', kind: 'verification-failed', detail: 'HTTP 504' });
    }
    expect(fleet.view('a', now)).toMatchObject({
      circuit: { since: NOW, checks: 6 },
      lastError: { detail: 'HTTP 504' },
    });
    fleet.checkBegan('a', now);
    expect(fleet.checkEnded('a', { ok: true }, now).map(({ kind }) => kind)).toEqual(['verified']);
    expect(fleet.view('a', now)).toMatchObject({
      circuit: { kind: 'closed' },
      consecutiveFailures: 0,
      inQueue: false,
    });
    breaks(fleet, 3, now);
    expect(fleet.nextDueAt()).toBe(now + MINUTE);
  });

  it('says the earliest of several', () => {
    const fleet = one();
    breaks(fleet, 3);
    fleet.began('b', 'main', 'generate', NOW - 500);
    fleet.ended('b', failed('b', 'bad-key', NOW - 500), 'generate', undefined, NOW - 500);
    expect(fleet.nextDueAt()).toBe(NOW - 500 + MINUTE);
    expect(fleet.due(NOW + MINUTE).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('lets traffic that fails meanwhile change nothing, and one that succeeds end it', () => {
    const fleet = one();
    breaks(fleet, 3);
    fleet.checkBegan('a', NOW + MINUTE);
    expect(breaks(fleet, 2, NOW + MINUTE)).toEqual([]);
    expect(circuit(fleet)).toBe('half-open');
    expect(attempt(fleet, answered('a', NOW + MINUTE), NOW + MINUTE)).toEqual(['recovered']);
    expect(fleet.checkEnded('a', { ok: true }, NOW + MINUTE)).toEqual([]);
    expect(circuit(fleet)).toBe('closed');
  });

  it('takes nothing out for a verification by hand that fails', () => {
    const fleet = one();
    fleet.checkBegan('a', NOW);
    const events = fleet.checkEnded('a', { ok: false, detail: 'wrong code' }, NOW);
    expect(events.map(({ kind }) => kind)).toEqual(['verification-failed']);
    expect(fleet.view('a', NOW)).toMatchObject({
      circuit: { kind: 'closed' },
      lastError: { detail: 'wrong code' },
    });
  });

  it('does not verify an endpoint that is disabled', () => {
    const fleet = one();
    breaks(fleet, 3);
    fleet.apply(settings('priority', [endpoint('a', { enabled: false }), endpoint('b')]));
    expect(fleet.due(NOW + MINUTE)).toEqual([]);
    expect(fleet.nextDueAt()).toBeUndefined();
    fleet.apply(settings('priority', [endpoint('a'), endpoint('b')]));
    expect(fleet.nextDueAt()).toBe(NOW + MINUTE);
  });

  it.each([
    ['one', 'a', ['a']],
    ['another', 'b', []],
    ['all', undefined, ['a']],
  ])('is cleared by hand: %s', (_, id, cleared) => {
    const fleet = one();
    breaks(fleet, 3);
    const events = fleet.clear(id, NOW);
    expect(events.map(({ endpointId }) => endpointId)).toEqual(cleared);
    expect(events.every(({ kind }) => kind === 'cleared')).toBe(true);
    expect(circuit(fleet)).toBe(cleared.length > 0 ? 'closed' : 'open');
  });
});

describe('without verification (health.enabled false)', () => {
  const due = NOW + MINUTE;
  const opened = (): Fleet => {
    const fleet = one({ enabled: false });
    breaks(fleet, 3);
    return fleet;
  };
  const whom = (fleet: Fleet, now: number, operation: Operation = 'generate') => {
    const choice = fleet.choose(request({ operation }), now, random);
    return choice.kind === 'endpoint' ? choice.endpoint.id : choice.kind;
  };

  it('lets one request through after the pause, which decides', () => {
    const fleet = opened();
    expect([fleet.due(due), fleet.nextDueAt()]).toEqual([[], undefined]);
    expect([whom(fleet, due - 1), whom(fleet, due), whom(fleet, due, 'pass')]).toEqual(['b', 'a', 'b']);
    fleet.began('a', 'main', 'generate', due);
    expect(circuit(fleet)).toBe('half-open');
    expect(whom(fleet, due)).toBe('b');
    const events = fleet.ended('a', answered('a', due - 0.5), 'generate', 'm', due + 900);
    expect(events.map(({ kind }) => kind)).toEqual(['recovered']);
    expect(whom(fleet, due)).toBe('a');
  });

  it.each<[FailureCause, number, number, string[]]>([
    ['timeout', 2 * MINUTE, 1, ['verification-failed']],
    ['rate-limited', 30_000, 0, ['cooled-down']],
    ['cancelled', 0, 0, []],
  ])('%s: the next one after %i ms', (cause, pause, checks, kinds) => {
    const fleet = opened();
    expect(attempt(fleet, failed('a', cause, due), due)).toEqual(kinds);
    expect(fleet.view('a', due)?.circuit).toMatchObject({ kind: 'open', checks, nextCheckAt: due + pause });
    if (pause > 0) expect(whom(fleet, due + pause - 1)).toBe('b');
    expect(whom(fleet, due + pause)).toBe('a');
  });
});

describe('reload', () => {
  it('keeps state for ids that stay, also in another cluster and with another weight', () => {
    const fleet = one();
    breaks(fleet, 3);
    fleet.apply({ clusters: [cluster('weighted', [endpoint('a', { weight: 7 })], 'other')], health: HEALTH });
    expect(fleet.view('a', NOW)).toMatchObject({ clusters: ['other'], weight: 7, health: 'unhealthy' });
    expect(fleet.view('b', NOW)).toBeUndefined();
    expect(fleet.snapshots().map(({ endpointId }) => endpointId)).toEqual(['a']);
  });

  it('forgets what is gone once it is idle', () => {
    const fleet = one();
    breaks(fleet, 2);
    fleet.began('a', 'main', 'generate', NOW);
    fleet.apply(settings('priority', [endpoint('b')]));
    expect(fleet.snapshots().map(({ endpointId }) => endpointId)).toEqual(['b', 'a']);
    expect(fleet.views(NOW).map(({ id }) => id)).toEqual(['b']);
    expect(fleet.ended('a', failed('a', 'reset', NOW), 'generate', undefined, NOW)).toEqual([]);
    expect(fleet.snapshots().map(({ endpointId }) => endpointId)).toEqual(['b']);
    fleet.apply(settings('priority', [endpoint('a'), endpoint('b')]));
    expect(fleet.view('a', NOW)).toMatchObject({ health: 'unknown', consecutiveFailures: 0 });
  });

  it('finds one again that came back while still busy', () => {
    const fleet = one();
    breaks(fleet, 2);
    fleet.began('a', 'main', 'generate', NOW);
    fleet.apply(settings('priority', [endpoint('b')]));
    fleet.apply(settings('priority', [endpoint('a'), endpoint('b')]));
    expect(fleet.view('a', NOW)).toMatchObject({ consecutiveFailures: 2, inFlight: 1 });
  });

  it('takes over changed limits with the starts already made', () => {
    const withRpm = (rpm: number) => settings('priority', [endpoint('a', { limits: { rpm } })]);
    const fleet = createFleet(withRpm(3));
    fleet.began('a', 'main', 'generate', NOW);
    fleet.began('a', 'main', 'generate', NOW + 10);
    fleet.apply(withRpm(1));
    expect(fleet.choose(request(), NOW + 20, random)).toEqual({
      kind: 'full',
      soonestMs: MINUTE - 10,
      waiting: 1,
    });
    fleet.apply(settings('priority', [endpoint('a')]));
    expect(fleet.choose(request(), NOW + 20, random).kind).toBe('endpoint');
  });

  it('counts an endpoint listed twice in a cluster once', () => {
    const fleet = createFleet(
      settings('weighted', [endpoint('a', { weight: 3 }), endpoint('a', { weight: 9 })]),
    );
    expect(fleet.views(NOW, 'main').map(({ weight }) => weight)).toEqual([3]);
  });
});

describe('restart', () => {
  it('takes over what was saved', () => {
    const fleet = one();
    breaks(fleet, 3);
    fleet.began('b', 'main', 'generate', NOW);
    fleet.ended('b', answered('b', NOW), 'generate', 'model-b', NOW);
    fleet.began('b', 'main', 'generate', NOW);
    fleet.ended('b', failed('b', 'rate-limited', NOW), 'generate', 'x', NOW);
    const saved = fleet.snapshots();
    const after = one();
    after.restore(JSON.parse(JSON.stringify(saved)) as EndpointSnapshot[]);
    expect(after.snapshots()).toEqual(saved);
    expect(after.lastModel('b')).toBe('model-b');
    expect(after.view('b', NOW)).toMatchObject({
      successRate: 0.5,
      requests: 2,
      health: 'degraded',
      inFlight: 0,
    });
    expect(after.due(NOW + MINUTE).map(({ id }) => id)).toEqual(['a']);
    expect(after.changedSince()).toEqual([]);
  });

  it('verifies anew what was being verified', () => {
    const fleet = one();
    breaks(fleet, 3);
    fleet.checkBegan('a', NOW + MINUTE);
    const after = one();
    after.restore(fleet.snapshots());
    expect(after.due(NOW + MINUTE).map(({ id }) => id)).toEqual(['a']);
  });

  it('leaves ids that are not in the settings', () => {
    const fleet = one();
    fleet.restore([{ ...one().snapshots()[0]!, endpointId: 'gone' }]);
    expect(fleet.snapshots().map(({ endpointId }) => endpointId)).toEqual(['a', 'b']);
  });

  it('gives what changed, once', () => {
    const fleet = one();
    fleet.began('a', 'main', 'generate', NOW);
    expect(fleet.changedSince()).toEqual([]);
    fleet.ended('a', answered('a', NOW), 'generate', 'm', NOW);
    expect(fleet.changedSince()).toMatchObject([
      { endpointId: 'a', successes: 1, lastModel: 'm', lastSuccessAt: NOW },
    ]);
    expect(fleet.changedSince()).toEqual([]);
    fleet.checkEnded('b', { ok: false, detail: 'x' }, NOW);
    expect(fleet.changedSince()).toMatchObject([{ endpointId: 'b' }]);
  });
});

describe('views', () => {
  it('says unknown until something was tried', () => {
    const fleet = one();
    expect(fleet.view('a', NOW)).toEqual({
      id: 'a',
      name: 'a',
      baseUrl: 'http://a.test',
      clusters: ['main'],
      enabled: true,
      priority: 1,
      weight: 100,
      health: 'unknown',
      circuit: { kind: 'closed' },
      inQueue: false,
      coolingUntil: 0,
      requests: 0,
      consecutiveFailures: 0,
      qps: 0,
      inFlight: 0,
    });
    fleet.checkEnded('a', { ok: true }, NOW);
    expect(fleet.view('a', NOW)?.health).toBe('healthy');
  });

  it('has rates and percentiles of the last minutes', () => {
    const fleet = one();
    for (let i = 1; i <= 100; i += 1) {
      const times = { longestSilenceMs: 0, totalMs: 500, firstByteMs: i, firstEventMs: 400 };
      attempt(fleet, answered('a', NOW, { times }));
    }
    breaks(fleet);
    attempt(fleet, rejected('a', NOW));
    const view = fleet.view('a', NOW)!;
    expect(view).toMatchObject({ p50Ms: 50, p95Ms: 95, qps: 10.2, requests: 102, health: 'healthy' });
    expect(view.successRate).toBeCloseTo(101 / 102);
    const later = fleet.view('a', NOW + 5 * MINUTE + 1)!;
    expect(later).toMatchObject({ qps: 0, requests: 102 });
    expect('p50Ms' in later).toBe(false);
  });

  it('keeps the last 512 times', () => {
    const fleet = one();
    for (let i = 0; i < 1024; i += 1) {
      const times = { longestSilenceMs: 0, totalMs: 500, firstByteMs: i < 512 ? 9000 : 10 };
      attempt(fleet, answered('a', NOW, { times }));
    }
    expect(fleet.view('a', NOW)).toMatchObject({ p50Ms: 10, p95Ms: 10 });
  });

  it('shows an endpoint of two clusters once, and per cluster as it stands there', () => {
    const off = endpoint('a', { enabled: false, weight: 1 });
    const fleet = createFleet({
      clusters: [
        cluster('priority', [off, endpoint('b')]),
        cluster('weighted', [endpoint('a', { weight: 9 })], 'w'),
      ],
      health: HEALTH,
    });
    expect(fleet.views(NOW).map(({ id, weight, clusters }) => [id, weight, clusters])).toEqual([
      ['a', 9, ['main', 'w']],
      ['b', 100, ['main']],
    ]);
    expect(fleet.views(NOW, 'main').map(({ id, enabled }) => [id, enabled])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(fleet.endpoint('a')?.weight).toBe(9);
  });

  it('never shows a credential, and keeps errors short', () => {
    const fleet = one();
    attempt(fleet, failed('a', 'not-api', NOW, { detail: 'x'.repeat(100_000) }));
    const text = JSON.stringify([fleet.views(NOW), fleet.snapshots()]);
    expect(text).not.toContain('key-a');
    expect(text.length).toBeLessThan(3000);
  });
});
