import { describe, expect, it } from 'vitest';
import type { FailureCause, Outcome } from '../domain/outcome.ts';
import type { Operation } from '../domain/protocol.ts';
import { createFleet, type Fleet } from './cluster.ts';
import {
  answered,
  attempt,
  breaks,
  cluster,
  endpoint,
  failed,
  HEALTH,
  NOW,
  one,
  random,
  rejected,
  request,
  settings,
} from './samples.ts';

const MINUTE = 60_000;

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
    ['not-served', 0, 'closed', false],
    ['blocked', 1, 'closed', false],
    ['cancelled', 0, 'closed', false],
    ['internal', 0, 'closed', false],
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

  it.each<FailureCause>(['rate-limited', 'cancelled', 'not-served', 'internal'])(
    '%s neither counts nor breaks the row',
    (cause) => {
      const fleet = one();
      breaks(fleet, 2);
      attempt(fleet, failed('a', cause, NOW));
      expect(fleet.view('a', NOW)?.consecutiveFailures).toBe(2);
      expect(breaks(fleet)).toEqual(['opened']);
    },
  );

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
