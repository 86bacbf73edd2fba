import { describe, expect, it } from 'vitest';
import type { EndpointView, LedgerPoint } from '../../../src/admin/admin.ts';
import { byEnd, columnsOf, edgeLines, topOf } from './durations-chart.ts';

function endpoint(name: string, more: Partial<EndpointView>): EndpointView {
  return {
    id: name,
    name,
    baseUrl: '',
    clusters: [],
    enabled: true,
    priority: 1,
    weight: 1,
    health: 'healthy',
    circuit: { kind: 'closed' },
    inQueue: false,
    coolingUntil: 0,
    requests: 0,
    consecutiveFailures: 0,
    qps: 0,
    inFlight: 0,
    ...more,
  };
}
const learned = (silenceMs: number) => ({ silenceMs, since: 0, lastCutAt: 0, cuts: 2 });

describe('the edges drawn in', () => {
  it('are none where none is known', () => {
    expect(edgeLines([endpoint('a', {})])).toEqual([]);
  });

  it('are as configured, else as learned; disabled endpoints have none', () => {
    const endpoints = [
      endpoint('a', { edge: { silenceMs: 60_000, totalMs: 900_000 }, learnedEdge: learned(50_000) }),
      endpoint('b', { learnedEdge: learned(100_000) }),
      endpoint('c', { enabled: false, edge: { silenceMs: 1_000 } }),
      endpoint('d', { edge: { totalMs: 30_000 }, learnedEdge: learned(20_000) }),
    ];
    expect(edgeLines(endpoints)).toEqual([
      { ms: 20_000, kind: 'silence', names: ['d'] },
      { ms: 30_000, kind: 'total', names: ['d'] },
      { ms: 60_000, kind: 'silence', names: ['a'] },
      { ms: 100_000, kind: 'silence', names: ['b'] },
      { ms: 900_000, kind: 'total', names: ['a'] },
    ]);
  });

  it('are one where they are about the same, unless they cut for another reason', () => {
    const endpoints = [
      endpoint('a', { learnedEdge: learned(100_400) }),
      endpoint('b', { learnedEdge: learned(99_800) }),
      endpoint('c', { edge: { totalMs: 100_000 } }),
      endpoint('d', { learnedEdge: learned(103_000) }),
    ];
    expect(edgeLines(endpoints).map(({ kind, names }) => `${kind} ${names}`)).toEqual([
      'silence b,a',
      'total c',
      'silence d',
    ]);
  });
});

it.each([
  [0, [], 10],
  [50, [], 55],
  [1, [100_000], 125],
  [300, [100_000, 900_000], 330],
])('with answers of up to %d s and edges at %j the axis goes to %d s', (longest, edges, top) => {
  const lines = edges.map((ms) => ({ ms, kind: 'silence' as const, names: ['a'] }));
  expect(topOf(longest, lines)).toBeCloseTo(top);
});

it('puts good and failed points into series of their own, by when they ended', () => {
  const points: LedgerPoint[] = [
    { id: 'late', startedAt: 1_000, durationMs: 100_000, failed: true },
    { id: 'soon', startedAt: 50_000, durationMs: 0, failed: false },
  ];
  const ordered = byEnd(points);
  expect(ordered.map(({ id }) => id)).toEqual(['soon', 'late']);
  expect(columnsOf(ordered)).toEqual([
    [50, 101],
    [0.001, null],
    [null, 100],
  ]);
});
