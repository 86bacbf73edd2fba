import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateInputTokens, estimateOutputTokens } from './protocols.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('estimateInputTokens', () => {
  const estimate = (content: unknown) =>
    estimateInputTokens(json({ messages: [{ role: 'user', content }] })) -
    estimateInputTokens(json({ messages: [{ role: 'user', content: '' }] }));

  it.each<[string, unknown, number]>([
    ['Latin text: 4 characters a token', 'word '.repeat(800), 1000],
    ['CJK: a character a token', '世'.repeat(1000), 1000],
    [
      'an image: a flat rate, not its bytes',
      [{ type: 'image', source: { data: 'iVBOR/+0'.repeat(100_000) } }],
      1609,
    ],
    [
      'an image of 16 MB: the same flat rate',
      [{ type: 'image', source: { data: 'iVBOR/+0'.repeat(2_000_000) } }],
      1609,
    ],
    ['two images', ['a'.repeat(4096), 'b'.repeat(9000)], 3202],
    ['a run that is too short for an image', 'a'.repeat(4095), 1024],
  ])('%s', (_name, content, tokens) => {
    expect(Math.abs(estimate(content) - tokens)).toBeLessThanOrEqual(2);
  });

  it('takes bytes that are no text', () => {
    expect(estimateInputTokens(Buffer.from([0xff, 0xfe, 0x00]))).toBeGreaterThan(0);
    expect(estimateInputTokens(Buffer.alloc(0))).toBe(0);
  });

  /** The definition, by regular expressions: too slow for megabytes, and out of stack at 6 MB. */
  function defined(body: Buffer): number {
    const MEDIA = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{4096,}/g;
    const text = body.toString('utf8');
    const media = text.match(MEDIA)?.length ?? 0;
    const rest = text.replace(MEDIA, '');
    const wide = (Buffer.byteLength(rest) - rest.length) / 2;
    return Math.ceil((rest.length - wide) / 4 + wide + media * 1600);
  }

  const part = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('世界', '"', ' ', 'é', '\n', '🌍', '='),
    fc.tuple(fc.constantFrom('a', '-', 'Z9+/_'), fc.nat(5000)).map(([unit, times]) => unit.repeat(times)),
    fc.constantFrom('x'.repeat(4095), 'x'.repeat(4096), 'x'.repeat(4097), 'x'.repeat(8192)),
  );

  it('is what its definition says, for a body in one piece and in several', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(30_000)), (parts, at) => {
        const body = Buffer.from(parts.join(''));
        const expected = defined(body);
        expect(estimateInputTokens(body)).toBe(expected);
        const ends = [...at.map((end) => end % (body.length + 1)), body.length].sort((a, b) => a - b);
        const pieces = ends.map((end, i) => body.subarray(ends[i - 1] ?? 0, end));
        expect(estimateInputTokens({ pieces, bytes: body.length })).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('estimateOutputTokens', () => {
  it.each([
    [0, 0],
    [1, 1],
    [4000, 1000],
  ])('%i bytes of text: %i', (bytes, tokens) => {
    expect(estimateOutputTokens(bytes)).toBe(tokens);
  });
});
