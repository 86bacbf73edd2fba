import { describe, expect, it } from 'vitest';
import type { EndpointView, LedgerPoint } from '../../../src/admin/admin.ts';
import { dotsOf, edgeLines, footOf, nearestDot, placedLines, spots, topOf } from './durations-chart.ts';

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

  it('are as configured or as learned, whichever is shorter; disabled endpoints have none', () => {
    const endpoints = [
      endpoint('a', { edge: { silenceMs: 60_000, totalMs: 900_000 }, learnedEdge: learned(70_000) }),
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

it.each([
  [30, 0.5],
  [0.2, 0.2],
  [0, 0.01],
  [Number.POSITIVE_INFINITY, 0.5],
])('with answers from %d s on a logarithmic axis begins at %d s', (shortest, foot) => {
  expect(footOf(shortest)).toBe(foot);
});

describe('points', () => {
  const point = (id: string, startedAt: number, durationMs: number, failed = false): LedgerPoint => ({
    id,
    startedAt,
    durationMs,
    failed,
  });
  const straight = (value: number): number => value;
  const dots = dotsOf(
    [point('a', 0, 100), point('b', 50, 50, true), point('c', 280, 20)],
    straight,
    (value) => value * 1000,
  );

  it('lie where their requests ended', () => {
    expect(dots.map(({ left, top }) => [left, top])).toEqual([
      [100, 100],
      [100, 50],
      [300, 20],
    ]);
    expect(spots(dots.slice(1))).toBe('M100.0 50.0h.1M300.0 20.0h.1');
  });

  it.each([
    [100, 100, 'a'],
    [105, 60, 'b'],
    [100, 75, undefined],
    [300, 33, 'c'],
    [315, 20, undefined],
  ])('a pointer at %i, %i means %s', (x, y, id) => {
    expect(nearestDot(dots, x, y)?.point.id).toBe(id);
  });

  it('that failed come before others at the same place', () => {
    const same = dotsOf(
      [point('good', 0, 5), point('bad', 0, 5, true), point('good', 0, 5)],
      straight,
      straight,
    );
    expect(nearestDot(same, 5, 0)?.point.id).toBe('bad');
  });
});

it('puts the words of a line below it where the next one is near, and leaves out what is above the chart', () => {
  const line = (ms: number) => ({ ms, kind: 'silence' as const, names: ['a'] });
  const y = (seconds: number): number => 300 - seconds;
  const placed = placedLines([line(100_000), line(110_000), line(200_000), line(290_000)], y, 20);
  expect(placed.map(({ y: at, wordsY }) => [at, wordsY])).toEqual([
    [200, 213],
    [190, 185],
    [100, 95],
  ]);
});
