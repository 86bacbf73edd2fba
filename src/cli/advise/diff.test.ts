import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unifiedDiff } from './diff.ts';

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
const NUMBERS = lines(...Array.from({ length: 20 }, (_, n) => String(n + 1)));

it.each([
  ['nothing', NUMBERS, NUMBERS, []],
  ['a line put in', lines('a', 'b'), lines('a', 'x', 'b'), ['@@ -1,2 +1,3 @@', ' a', '+x', ' b']],
  ['a line taken out', lines('a', 'x', 'b'), lines('a', 'b'), ['@@ -1,3 +1,2 @@', ' a', '-x', ' b']],
  ['all of it', '', lines('a'), ['@@ -0,0 +1,1 @@', '+a']],
  [
    'two places far apart',
    NUMBERS,
    NUMBERS.replace('2\n', 'two\n').replace('19\n', 'nineteen\n'),
    [
      '@@ -1,5 +1,5 @@',
      ' 1',
      '-2',
      '+two',
      ' 3',
      ' 4',
      ' 5',
      '@@ -16,5 +16,5 @@',
      ' 16',
      ' 17',
      ' 18',
      '-19',
      '+nineteen',
      ' 20',
    ],
  ],
])('%s', (_, before, after, expected) => {
  const [old = '--- f', changed = '+++ f', ...hunks] = unifiedDiff(before, after, 'f');
  expect([old, changed]).toEqual(['--- f', '+++ f']);
  expect(hunks).toEqual(expected);
});

/** Both texts can be read off a diff that shows everything. */
it('holds what was there and what comes, and no more changes than it must', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (old, changed) => {
      const shown = unifiedDiff(lines(...old), lines(...changed), 'f')
        .slice(2)
        .filter((line) => !line.startsWith('@@'));
      const of = (not: string): number => shown.filter((line) => !line.startsWith(not)).length;
      expect(of('-') - of('+')).toBe(changed.length - old.length);
      const gone = shown.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
      const rest: string[] = [...old];
      for (const line of gone) expect(rest.splice(rest.indexOf(line), 1)).toEqual([line]);
    }),
  );
});
