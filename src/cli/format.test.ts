import { describe, expect, it } from 'vitest';
import { count, duration, percent, roughly } from './format.ts';

const HOUR = 3_600_000;

describe('duration', () => {
  it.each([
    [0, '0ms'],
    [-5, '0ms'],
    [850.4, '850ms'],
    [999.6, '1.0s'],
    [1_240, '1.2s'],
    [59_949, '59.9s'],
    [59_950, '1m'],
    [60_000, '1m'],
    [185_000, '3m 5s'],
    [HOUR - 400, '1h'],
    [HOUR + 5 * 60_000, '1h 5m'],
    [25 * HOUR, '1d 1h'],
    [48 * HOUR, '2d'],
  ])('%f ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('roughly', () => {
  it.each([
    [0, '0s'],
    [-12_300, '12s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [2 * HOUR + 1, '2h'],
    [49 * HOUR, '2d'],
  ])('%i ms is %s', (ms, text) => {
    expect(roughly(ms)).toBe(text);
  });
});

describe('percent', () => {
  it.each([
    [0, '0%'],
    [1, '100%'],
    [0.98764, '98.8%'],
    [0.99999, '99.9%'],
    [0.00001, '0.1%'],
  ])('%f is %s', (rate, text) => {
    expect(percent(rate)).toBe(text);
  });
});

it('count groups digits', () => {
  expect(count(1_234_567)).toBe('1,234,567');
});
