import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globOf, MOST_CHARACTERS } from './glob.ts';

describe('a glob', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*c', 'abbc', true],
    ['a*c', 'ab', false],
    ['a*c', 'acb', false],
    ['a**c', 'abc', true],
    ['a*', 'a', true],
    ['*a*', 'bab', true],
    ['a?c', 'ac', false],
    ['a?c', 'a*c', true],
    ['?', '', false],
    ['*?', 'a', true],
    ['*?', '', false],
    ['*aab', 'aaaab', true],
    ['*ab?d', 'abcabxd', true],
    ['a.c', 'abc', false],
    ['a+(b)[c]{1}|d^$\\', 'a+(b)[c]{1}|d^$\\', true],
    ['claude-*', 'Claude-3\nx', true],
    ['CLAUDE-?', 'claude-3', true],
    ['claude', 'Claude', true],
  ])('%j, %j: %s', (pattern, text, expected) => {
    expect(globOf(pattern)(text)).toBe(expected);
  });

  it('is what an expression with `.*` and `.` would say', () => {
    const letters = (all: string) => fc.string({ unit: fc.constantFrom(...all), maxLength: 12 });
    fc.assert(
      fc.property(letters('aB*?'), letters('aAb'), (pattern, text) => {
        const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
        expect(globOf(pattern)(text)).toBe(new RegExp(`^${source}$`, 'is').test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  // These take minutes, or years, where each `*` may try all lengths.
  it.each([
    ['*claude*opus*thinking', 'claude-opus-'.repeat(1_300)],
    ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(MOST_CHARACTERS)],
    [`${'*a'.repeat(60)}*b*`, 'a'.repeat(MOST_CHARACTERS)],
    [`${'*?'.repeat(60)}b`, 'a'.repeat(MOST_CHARACTERS)],
  ])('%s, on a long name made for it, says no soon', (pattern, text) => {
    expect(globOf(pattern)(text)).toBe(false);
  });

  it.each(['*', 'a*', '*a', 'a'.repeat(MOST_CHARACTERS + 1)])(
    '%s does not fit what is too long',
    (pattern) => {
      expect(globOf(pattern)('a'.repeat(MOST_CHARACTERS + 1))).toBe(false);
      expect(globOf(pattern)('a'.repeat(MOST_CHARACTERS))).toBe(pattern.length < MOST_CHARACTERS);
    },
  );
});
