import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableLines } from './table.ts';
import { shortenEnd, shortenMiddle, widthOf, withoutControls } from './width.ts';

const plain = (text: string): string => text;

describe('widthOf', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['集群', 4],
    ['（a）', 5],
    ['한글', 4],
    ['e\u0301', 1],
    ['🔍', 2],
    ['\u001b[31mred\u001b[39m', 3],
    ['…', 1],
  ])('%j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});

describe('shortening', () => {
  it.each([
    ['https://jp.example.com/v1', 25, 'https://jp.example.com/v1'],
    ['https://jp.example.com/v1', 11, 'https…om/v1'],
    ['备用线路之二', 7, '备…二'],
    ['备用线路之二', 12, '备用线路之二'],
  ])('%s in the middle to %i', (text, width, short) => {
    expect(shortenMiddle(text, width)).toBe(short);
  });

  it.each([
    ['HTTP 504', 8, 'HTTP 504'],
    ['HTTP 504', 6, 'HTTP …'],
    ['备用线路', 6, '备用…'],
  ])('%s at the end to %i', (text, width, short) => {
    expect(shortenEnd(text, width)).toBe(short);
  });

  it('never leaves more than was asked for', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (any, width) => {
        expect(widthOf(shortenEnd(any, width))).toBeLessThanOrEqual(width);
        expect(widthOf(shortenMiddle(any, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

it.each([
  ['a\nb\tc', 'a b c'],
  ['\u001b[2J\u001b]0;title\u0007x', 'x'],
  ['\u202egnp.exe', ' gnp.exe'],
])('withoutControls(%j) is %j', (text, clean) => {
  expect(withoutControls(text)).toBe(clean);
});

describe('a table', () => {
  it('is never wider than was asked for, where its columns can be shortened', async () => {
    const cell = fc.oneof(
      fc.string({ maxLength: 100 }),
      fc.stringMatching(/^[\u4e00-\u4eff]{0,60}$/),
      fc.webUrl(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), async (rows) => {
        const columns = [
          { title: 'A', shorten: 'end' },
          { title: '名称', shorten: 'middle' },
          { title: 'URL', shorten: 'url' },
        ] as const;
        for (const line of await tableLines(columns, rows, 60, plain)) {
          expect(widthOf(line)).toBeLessThanOrEqual(60);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps its columns in line beside wide characters', async () => {
    const columns = [{ title: '名称' }, { title: 'N', align: 'right' }] as const;
    expect(
      await tableLines(
        columns,
        [
          ['备用', '1'],
          ['ab', '22'],
        ],
        80,
        plain,
      ),
    ).toEqual(['名称   N', '备用   1', 'ab    22']);
  });

  it('drops the scheme before it cuts an address', async () => {
    const rows = [['https://jp.example.com/v1', 'x'.repeat(40)]];
    const columns = [{ title: 'URL', shorten: 'url' }, { title: 'X' }] as const;
    expect((await tableLines(columns, rows, 60, plain))[1]).toBe(`jp.example.com/v1   ${'x'.repeat(40)}`);
  });
});
