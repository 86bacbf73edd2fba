import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedText, textPieces } from './text.ts';

const messages = (content: unknown) => ({ messages: [{ role: 'user', content }] });

describe('the text of an answer', () => {
  it('has as many events of as many bytes as the script says', () => {
    const pieces = textPieces({ events: 5, eventBytes: 100 });
    expect(pieces.map((piece) => Buffer.byteLength(piece))).toEqual([100, 100, 100, 100, 100]);
  });

  it('is the same each time', () => {
    expect(expectedText({})).toBe(expectedText({}));
    expect(expectedText({ events: 1, eventBytes: 11 })).toBe('alpha bravo');
  });

  it('is empty with no events', () => {
    expect(expectedText({ events: 0 })).toBe('');
  });

  it.each([
    [{ text: '0123456789', events: 3 }, ['012', '345', '6789']],
    [{ text: '0123456789', eventBytes: 5 }, ['01234', '56789']],
    [{ text: 'ab', events: 5 }, ['a', 'b']],
    [{ text: '' }, []],
  ])('%j is cut into %j', (script, pieces) => {
    expect(textPieces(script)).toEqual(pieces);
  });

  it('keeps a given text exact, whole characters in each piece', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, events) => {
        const pieces = textPieces({ text, events });
        expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString()).toBe(text);
      }),
    );
  });

  it.each([
    ['a message', messages('Repeat this verification code K7Q2ZD and nothing else.'), 'K7Q2ZD'],
    ['a colon', messages('The code is: K7Q2ZD'), 'K7Q2ZD'],
    ['quotes', messages('Answer with the code "k7q2zd" only'), 'k7q2zd'],
    ['blocks', messages([{ type: 'text', text: 'Verification code ABCDEF' }]), 'ABCDEF'],
    ['a plain input', { input: 'code 123456' }, '123456'],
    [
      'input items',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'code ZZ99ZZ' }] }] },
      'ZZ99ZZ',
    ],
  ])('repeats a verification code asked for in %s', (_, request, code) => {
    expect(expectedText({ text: 'other' }, request)).toBe(code);
    const wrong = expectedText({ wrongCode: true }, request);
    expect(wrong).toMatch(/^\w{6}$/);
    expect(wrong).not.toBe(code);
  });

  it.each([
    messages('Review the code please.'),
    {
      messages: [
        { role: 'user', content: 'code K7Q2ZD' },
        { role: 'user', content: 'And now?' },
      ],
    },
    { messages: [{ role: 'assistant', content: 'code K7Q2ZD' }] },
    messages('code K7Q2ZDX'),
    undefined,
    'code K7Q2ZD',
  ])('takes nothing else for one: %j', (request) => {
    expect(expectedText({ text: 'other' }, request)).toBe('other');
  });
});
