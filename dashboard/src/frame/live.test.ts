import { expect, it } from 'vitest';
import { pauseMs } from './live.ts';

it.each([
  [1, 0, 250],
  [1, 1, 500],
  [3, 1, 2_000],
  [6, 1, 10_000],
  [2_000, 1, 10_000],
])('pause %i with chance %d: %i ms', (n, random, ms) => {
  expect(pauseMs(n, random)).toBe(ms);
});
