import { describe, expect, it } from 'vitest';
import { Family, HistogramCell, NumberCell } from './cells.ts';
import { exposition } from './exposition.ts';

describe('cells', () => {
  it.each([
    ['what is negative', -1],
    ['what is no number', Number.NaN],
    ['what has no end', Infinity],
  ])('a counter passes over %s', (_name, amount) => {
    const cell = new NumberCell();
    cell.add(2);
    cell.add(amount);
    expect(cell.value).toBe(2);
  });

  it('a histogram counts a value up to its bound, above all bounds apart, and one below zero as zero', () => {
    const cell = new HistogramCell([1, 2]);
    for (const value of [1, 1.5, 2, 2.5, -3, Number.NaN, Infinity]) cell.observe(value);
    expect([...cell.counts]).toEqual([2, 2, 1]);
    expect(cell).toMatchObject({ sum: 7, count: 5 });
  });

  it('the same labels lead to the same cell; a series begins when its cell is asked for', () => {
    const family = new Family(() => new NumberCell());
    const place = family.at('a').at('b');
    family.at('c');
    expect(family.series).toEqual([]);
    place.cell.add(1);
    family.at('a').at('b').cell.add(1);
    family.at('a').cell.add(5);
    expect(family.series.map(({ labels, cell }) => [labels, cell.value])).toEqual([
      [['a', 'b'], 2],
      [['a'], 5],
    ]);
  });
});

it('help and labels are escaped, each as the format has it', () => {
  const metric = {
    name: 'x',
    kind: 'gauge',
    help: 'one\\two\n"three"',
    labels: ['l'],
    otel: 'x',
    unit: '1',
  } as const;
  const series = [{ labels: ['one\\two\n"three"'], cell: { value: 1.5 } }];
  expect(exposition([{ metric, series }])).toBe(
    '# HELP x one\\\\two\\n"three"\n# TYPE x gauge\nx{l="one\\\\two\\n\\"three\\""} 1.5\n',
  );
});
