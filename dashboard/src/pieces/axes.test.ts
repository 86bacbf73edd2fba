import { expect, it } from 'vitest';
import { logSplits, timeLabels } from './axes.ts';

it.each([
  [0.5, 250, [1, 3, 10, 30, 100]],
  [0.01, 0.2, [0.01, 0.03, 0.1]],
  [1, 1, [1]],
])('a logarithmic axis from %d to %d', (least, most, splits) => {
  expect(logSplits(least, most)).toEqual(splits);
});

it('names the day under the first time of each', () => {
  const at = (...time: [number, number]): number => new Date(2026, 10, ...time).getTime() / 1000;
  expect(timeLabels([at(21, 23), at(22, 0), at(22, 1)], 3600)).toEqual([
    '23:00\n11-21',
    '00:00\n11-22',
    '01:00',
  ]);
  expect(timeLabels([at(21, 0), at(22, 0)], 86_400)).toEqual(['11-21', '11-22']);
  expect(timeLabels([at(21, 0) + 5], 5)).toEqual(['00:00:05\n11-21']);
});
