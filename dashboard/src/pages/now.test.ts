import { describe, expect, it } from 'vitest';
import type { EndpointView, ExchangeView } from '../../../src/admin/admin.ts';
import { rateOf, sparkPoints } from './now-figures.tsx';
import { levelOf, lifeMs, scaleMs } from './now-running.tsx';

it.each([
  [[], 0],
  [[5], 5],
  [[100, ...Array(10).fill(2)], 2],
])('requests in the last seconds %j: %d a second', (perSecond, rate) => {
  expect(rateOf(perSecond)).toBe(rate);
});

it.each([
  [[], ''],
  [[7], '0.0,0.0'],
  [[0, 0], '0.0,20.0 120.0,20.0'],
  [[0, 4, 2], '0.0,20.0 60.0,0.0 120.0,10.0'],
])('a spark of %j is %s', (values, points) => {
  expect(sparkPoints(values, 120, 20)).toBe(points);
});

describe('a running exchange', () => {
  it.each([
    [0, undefined, 'plain'],
    [1e9, undefined, 'plain'],
    [69_000, 100_000, 'plain'],
    [70_000, 100_000, 'warn'],
    [100_000, 100_000, 'bad'],
  ])('at %i of %s is %s', (ms, limit, level) => {
    expect(levelOf(ms, limit)).toBe(level);
  });

  it.each([
    [undefined, undefined, undefined],
    [61_000, undefined, 60_000],
    [undefined, 900_000, 900_000],
    [601_000, 30_000, 30_000],
    [21_000, 30_000, 20_000],
  ])('deadline %s, edge %s: %s ms of life', (deadlineAt, totalMs, ms) => {
    const exchange = { startedAt: 1_000, ...(deadlineAt && { deadlineAt }) } as ExchangeView;
    const endpoint = { ...(totalMs && { edge: { totalMs } }) } as EndpointView;
    expect(lifeMs(exchange, endpoint)).toBe(ms);
  });

  it('is measured against a minute at least', () => {
    expect(scaleMs([])).toBe(60_000);
    expect(scaleMs([5, 90_000])).toBe(90_000);
  });
});
