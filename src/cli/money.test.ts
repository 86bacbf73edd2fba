import { describe, expect, it } from 'vitest';
import { csv } from './csv.ts';
import { cost, money, sum } from './money.ts';
import { sinceOf } from './since.ts';

describe('money', () => {
  it.each([
    [0, '$0.0000'],
    [1, '<$0.0001'],
    [50, '$0.0001'],
    [12_300, '$0.0123'],
    [99_999_949, '$99.9999'],
    [1_234_567_890_000, '$1,234,567.89'],
  ])('%i micro-USD is %s', (microUsd, text) => {
    expect(money(microUsd)).toBe(text);
  });

  it.each([
    [undefined, 'unknown', '?'],
    [undefined, 'estimated', '?'],
    [12_300, 'estimated', '~$0.0123'],
    [12_300, 'charged', '$0.0123'],
    [0, 'not-charged', '$0.0000'],
  ] as const)('a cost of %s, %s, is %s', (microUsd, charge, text) => {
    expect(cost(microUsd, charge)).toBe(text);
  });

  it.each([
    [12_300, 0, '$0.0123'],
    [12_300, 2, '$0.0123 + ?'],
    [0, 2, '?'],
    [0, 0, '$0.0000'],
  ])('a sum of %i with %i unknown is %s', (microUsd, unknown, text) => {
    expect(sum(microUsd, unknown)).toBe(text);
  });
});

describe('csv', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "a"', '"say ""a"""'],
    ['two\nlines', '"two\nlines"'],
    ['', ''],
    [undefined, ''],
    [0, '0'],
  ])('%j is written %s', (value, text) => {
    expect(csv(['a'], [[value]])).toBe(`a\r\n${text}\r\n`);
  });
});

describe('since', () => {
  const NOW = Date.UTC(2026, 10, 21, 12);

  it.each([
    ['90m', NOW - 90 * 60_000],
    ['24h', NOW - 24 * 3_600_000],
    ['7d', NOW - 7 * 24 * 3_600_000],
    ['2w', NOW - 14 * 24 * 3_600_000],
    ['999999w', 0],
    ['2026-11-01', new Date(2026, 10, 1).getTime()],
    ['2026-11-01T12:30Z', Date.UTC(2026, 10, 1, 12, 30)],
    ['2026-02-30', undefined],
    ['2026-13-01', undefined],
    ['24', undefined],
    ['-1h', undefined],
    ['yesterday', undefined],
    ['1', undefined],
    ['', undefined],
  ])('%s', (word, at) => {
    expect(sinceOf(word, NOW)).toBe(at);
  });
});
