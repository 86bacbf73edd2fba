import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widthOf } from './width.ts';
import { hanging, joinFitting, wrapped } from './wrap.ts';

describe('text broken into lines', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['abcdefghij kl', 4, ['abcd', 'efgh', 'ij', 'kl']],
    ['中文没有空格，也能换行', 10, ['中文没有空', '格，也能换', '行']],
    ['see https://a.example.com/very/long', 12, ['see', 'https://a.ex', 'ample.com/ve', 'ry/long']],
    ['', 10, ['']],
  ])('%j in %d columns', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines);
  });

  it('loses no character, and fits', () => {
    const text = fc
      .array(fc.constantFrom('a', 'bb', ' ', '中', '，', 'https://x.example/long/path', '-'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 40 }), (said, width) => {
        const lines = wrapped(said, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(said.replaceAll(' ', ''));
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('hangs below what it begins with', () => {
    expect(hanging('- ', 'one two three', 9)).toEqual(['- one two', '  three']);
    expect(hanging('解决：', '一二三四', 10)).toEqual(['解决：一二', '      三四']);
  });

  it.each([
    [['a', 'bb', 'ccc'], 6, 'a  bb'],
    [['a', 'bb', 'ccc'], 10, 'a  bb  ccc'],
    [['aaaa'], 3, ''],
  ])('%j in %d columns: %j', (parts, width, line) => {
    expect(joinFitting(parts, '  ', width)).toBe(line);
  });
});
