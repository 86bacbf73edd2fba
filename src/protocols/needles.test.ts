import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyText } from './key-text.ts';
import { Needles } from './needles.ts';

describe('needles', () => {
  it('are found at each of their places, in order', () => {
    const words = ['ab', 'ba', 'c', 'abc'];
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 40 });
    fc.assert(
      fc.property(text, (run) => {
        const bytes = Buffer.from(run);
        const needles = new Needles(words);
        const found: number[] = [];
        for (let at = needles.first(bytes); at < bytes.length; at = needles.next(bytes, at + 1))
          found.push(at);
        const places = [...run].map((_, at) => at);
        expect(found).toEqual(places.filter((at) => words.some((word) => run.startsWith(word, at))));
      }),
    );
  });
});

describe('the text of a key', () => {
  it('is what its bytes say, whatever was read before', () => {
    const key = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('ab', 'aé', 'ba', 'model'),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 20 }), (keys) => {
        for (const text of keys) {
          const bytes = Buffer.from(`"${text}"`);
          expect(keyText(bytes, 1, bytes.length - 1)).toBe(bytes.toString('utf8', 1, bytes.length - 1));
        }
      }),
    );
  });
});
