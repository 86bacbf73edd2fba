import { describe, expect, it } from 'vitest';
import { linearScale, logScale, logSteps, roundSteps, timeLabels, timeSteps } from './scales.ts';

it('places values on a straight scale, downwards, too', () => {
  const y = linearScale(0, 10, 200, 0);
  expect([y(0), y(5), y(10)]).toEqual([200, 100, 0]);
  expect(linearScale(5, 5, 0, 100)(5)).toBe(0);
});

it('places values on a logarithmic scale', () => {
  const y = logScale(0.1, 1000, 0, 400);
  expect([y(0.1), y(1), y(100), y(1000), y(0)].map(Math.round)).toEqual([0, 100, 300, 400, 0]);
});

it.each([
  [125, 5, [0, 50, 100]],
  [10, 5, [0, 2, 4, 6, 8, 10]],
  [0.007, 4, [0, 0.002, 0.004, 0.006]],
  [1_400_000, 4, [0, 500_000, 1_000_000]],
])('round steps up to %d, about %i', (most, count, steps) => {
  expect(roundSteps(most, count)).toEqual(steps);
});

it.each([
  [0.5, 250, [1, 3, 10, 30, 100]],
  [0.01, 0.2, [0.01, 0.03, 0.1]],
  [1, 1, [1]],
])('logarithmic steps from %d to %d', (least, most, steps) => {
  expect(logSteps(least, most)).toEqual(steps);
});

describe('times', () => {
  const at = (date: number, hours: number, minutes = 0): number =>
    new Date(2026, 10, date, hours, minutes).getTime();

  it.each([
    ['an hour', at(22, 13, 7), at(22, 14, 7), 7, [at(22, 13, 10), at(22, 13, 20)], 6],
    ['six hours', at(21, 19, 7), at(22, 1, 7), 6, [at(21, 20), at(21, 21)], 6],
    ['a day', at(21, 14, 3), at(22, 14, 3), 10, [at(21, 15), at(21, 18)], 8],
    ['a week on a phone', at(15, 14), at(22, 14), 4, [at(17, 0), at(19, 0)], 3],
  ])('fall on round ones: %s', (_name, from, to, count, first, length) => {
    const steps = timeSteps(from, to, count);
    expect(steps.slice(0, 2)).toEqual(first);
    expect(steps).toHaveLength(length);
  });

  it('have the day under the first one of each', () => {
    expect(timeLabels([at(21, 23), at(22, 0), at(22, 1, 30)])).toEqual([
      ['23:00', '11-21'],
      ['00:00', '11-22'],
      ['01:30', ''],
    ]);
  });
});
