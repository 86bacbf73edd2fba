import { describe, expect, it } from 'vitest';
import type { EndpointSnapshot } from '../domain/health.ts';
import { createFleet } from './cluster.ts';
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
