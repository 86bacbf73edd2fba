import { describe, expect, it } from 'vitest';
import { bytes, clock, count, day, dollars, instant, percent, seconds, short, span } from './format.ts';

describe('seconds', () => {
  it.each([
    [undefined, '–'],
    [Number.NaN, '–'],
    [0, '0.00'],
    [-5, '0.00'],
    [424, '0.42'],
    [9_994, '9.99'],
    [9_996, '10.0'],
    [100_249, '100.2'],
    [999_940, '999.9'],
    [999_960, '1,000'],
    [3_600_000, '3,600'],
  ])('%j ms is %s', (ms, text) => {
    expect(seconds(ms)).toBe(text);
  });
});

describe('span', () => {
  it.each([
    [-1, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [185_000, '3 min 5 s'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [4 * 86_400_000 + 3 * 3_600_000, '4 d 3 h'],
  ])('%i ms is %s', (ms, text) => {
    expect(span(ms)).toBe(text);
  });
});

describe('dollars', () => {
  it.each([
    [0, '$0'],
    [1, '$0.000001'],
    [99, '$0.000099'],
    [123, '$0.0001'],
    [4_200, '$0.0042'],
    [12_345, '$0.012'],
    [994_000, '$0.994'],
    [996_000, '$1.00'],
    [12_345_678, '$12.35'],
    [1_234_567_890, '$1,234.57'],
    [-2_000_000, '−$2.00'],
  ])('%i micro-USD is %s', (microUsd, text) => {
    expect(dollars(microUsd)).toBe(text);
  });
});

it.each([
  [0, '0 %'],
  [0.000_01, '0.1 %'],
  [0.1234, '12.3 %'],
  [0.999_99, '99.9 %'],
  [1, '100 %'],
])('a share of %d is %s', (share, text) => {
  expect(percent(share)).toBe(text);
});

it.each([
  [0, '0'],
  [9_999, '9,999'],
  [10_000, '10 k'],
  [12_345, '12.3 k'],
  [999_499, '999 k'],
  [999_500, '1 M'],
  [61_234_567, '61.2 M'],
  [12_345_678_901, '12,300 M'],
])('%i is %s for short', (value, text) => {
  expect(short(value)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_234, '1.23 kB'],
  [999_500, '1 MB'],
])('%i bytes are %s', (value, text) => {
  expect(bytes(value)).toBe(text);
});

it('counts with separators', () => {
  expect(count(1_234_567.4)).toBe('1,234,567');
});

it('tells the time of today, and the day of others', () => {
  const at = new Date(2026, 10, 22, 14, 3, 9).getTime();
  expect(clock(at)).toBe('14:03:09');
  expect(day(at)).toBe('2026-11-22');
  expect(instant(at, at + 1_000)).toBe('14:03:09');
  expect(instant(at, at + 86_400_000)).toBe('2026-11-22 14:03:09');
});
