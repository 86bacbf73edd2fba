import { describe, expect, it } from 'vitest';
import { changesOf, diffLines, offsetOf } from './config-diff.ts';

const marks = { same: ' ', gone: '-', added: '+' };
const shown = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text, line }) => `${marks[kind]}${line} ${text}`);

describe('a comparison', () => {
  it.each([
    ['a\nb', 'a\nb', [' 1 a', ' 2 b']],
    ['a\nb\nc', 'a\nx\nc', [' 1 a', '-2 b', '+2 x', ' 3 c']],
    ['a\nc', 'a\nb\nc', [' 1 a', '+2 b', ' 3 c']],
    ['a\nb\nc', 'c', ['-1 a', '-2 b', ' 1 c']],
    ['', 'a', ['-1 ', '+1 a']],
    ['a\nb\nc\nd', 'b\nd\nc', ['-1 a', ' 1 b', '-3 c', ' 2 d', '+3 c']],
  ])('of %j with %j', (before, after, lines) => expect(shown(before, after)).toEqual(lines));

  it('rebuilds both texts from its lines', () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % n;
    };
    for (let round = 0; round < 200; round += 1) {
      const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
      const [before, after] = [text(), text()];
      const lines = diffLines(before, after);
      const without = (kind: string) =>
        lines
          .filter((line) => line.kind !== kind)
          .map((line) => line.text)
          .join('\n');
      expect(without('added')).toBe(before);
      expect(without('gone')).toBe(after);
    }
  });

  it('shows changes with what stands around them', () => {
    const before = Array.from({ length: 9 }, (_, n) => `l${n}`).join('\n');
    const lines = changesOf(diffLines(before, before.replace('l4', 'x')), 1);
    expect(lines.map((line) => line?.text)).toEqual(['l3', 'l4', 'x', 'l5', undefined]);
  });
});

it.each([
  [1, 1, 0],
  [2, 3, 5],
  [2, 99, 6],
  [9, 1, 9],
])('line %i, column %i of three lines is at %i', (line, column, offset) =>
  expect(offsetOf('ab\ncde\nfg', line, column)).toBe(offset),
);
