import { describe, expect, it } from 'vitest';
import { parseSorting, sorted, sortingText } from './table.tsx';

interface Row {
  readonly name: string;
  readonly cost?: number;
}
const ROWS: readonly Row[] = [
  { name: 'b', cost: 2 },
  { name: 'a' },
  { name: 'c', cost: 10 },
  { name: 'd', cost: 2 },
];
const COLUMNS = [
  { key: 'name', title: '', cell: () => '', sort: ({ name }: Row) => name },
  { key: 'cost', title: '', cell: () => '', sort: ({ cost }: Row) => cost },
  { key: 'plain', title: '', cell: () => '' },
];

describe('rows', () => {
  it.each([
    [null, 'bacd'],
    ['name', 'abcd'],
    ['-name', 'dcba'],
    ['cost', 'bdca'],
    ['-cost', 'cbda'],
    ['plain', 'bacd'],
    ['nothing', 'bacd'],
  ])('sorted by %s: %s', (text, order) => {
    const names = sorted(ROWS, COLUMNS, parseSorting(text)).map(({ name }) => name);
    expect(names.join('')).toBe(order);
  });

  it.each(['cost', '-cost'])('%s is written as it was read', (text) => {
    expect(sortingText(parseSorting(text)!)).toBe(text);
  });
});
