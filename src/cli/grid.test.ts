import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GridColumn, gridFor } from './grid.ts';
import { widthOf } from './width.ts';

type Row = readonly [string, string, string];

const columns: readonly GridColumn<Row>[] = [
  { title: 'ID', rank: 0, room: 4, cell: ([id]) => id },
  { title: 'NAME', rank: 1, room: 12, shorten: { to: 6, at: 'middle' }, cell: ([, name]) => name },
  { title: 'N', rank: 2, room: 5, align: 'right', cell: ([, , n]) => n },
];
const ROWS: readonly Row[] = [
  ['ab', 'claude-opus-4-5', '1'],
  ['cd', '模型名称很长很长', '22.5'],
];

describe('a grid', () => {
  it.each([
    [40, ['ID  NAME             N', 'ab  claude…s-4-5     1', 'cd  模型名…很长   22.5']],
    [16, ['ID  NAME       N', 'ab  cla…-5     1', 'cd  模…长   22.5']],
    [11, ['ID  NAME', 'ab  cla…4-5', 'cd  模…长']],
    [8, ['ID     N', 'ab     1', 'cd  22.5']],
    [1, ['', '', '']],
  ])('in %d columns', (width, expected) => {
    const grid = gridFor(columns, ROWS, { width });
    expect([grid.head, ...ROWS.map(grid.line)].map((line) => line.trimEnd())).toEqual(expected);
  });

  it('keeps its layout while unlike rows follow', () => {
    const grid = gridFor(columns, [], { width: 40, steady: true });
    const lines = ROWS.map(grid.line);
    expect(new Set(lines.map(widthOf)).size).toBe(1);
  });

  it('never cuts a number', () => {
    const grid = gridFor(columns, [], { width: 40, steady: true });
    expect(grid.line(['ab', 'x', '1234567.8'])).toContain('1234567.8');
  });

  it('colours after it has measured, and takes out what would steer the terminal', () => {
    const red = (text: string): string => `<${text}>`;
    const grid = gridFor(
      [
        {
          title: 'A',
          rank: 0,
          room: 6,
          shorten: { to: 4, at: 'end' },
          cell: (text: string) => ({ text, paint: red }),
        },
      ],
      ['a\u001b[2Jbcdefghij'],
      { width: 80 },
    );
    expect(grid.line('a\u001b[2Jbcdefghij')).toBe('<abcde…>');
  });

  it('fits any rows whose rigid columns do', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('ab', 'abcd'), word, fc.nat().map(String)), { maxLength: 8 }),
        fc.integer({ min: 30, max: 120 }),
        (rows, width) => {
          const grid = gridFor<Row>(columns, rows, { width });
          for (const line of [grid.head, ...rows.map(grid.line)])
            expect(widthOf(line.trimEnd())).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
