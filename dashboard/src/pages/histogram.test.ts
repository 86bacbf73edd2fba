import { expect, it } from 'vitest';
import { boundText, filledBuckets } from './histogram.tsx';

it('shows the buckets between the first and the last with something in them', () => {
  const bucket = (leMs: number | undefined, firstEvent: number, total: number) => ({
    ...(leMs === undefined ? {} : { leMs }),
    firstEvent,
    total,
  });
  const buckets = [
    bucket(1, 0, 0),
    bucket(2, 1, 0),
    bucket(3, 0, 0),
    bucket(4, 0, 2),
    bucket(undefined, 0, 0),
  ];
  expect(filledBuckets(buckets).map(({ leMs }) => leMs)).toEqual([2, 3, 4]);
  expect(filledBuckets([bucket(1, 0, 0)])).toEqual([]);
});

it.each([
  [250, '0.25'],
  [100_000, '100'],
  [1_310_720, '1310'],
])('a bound of %i ms reads %s', (ms, text) => {
  expect(boundText(ms)).toBe(text);
});
