import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pages } from './pages.ts';

const piece = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));

function read(pages: Pages, from: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = from; at < pages.end; ) {
    const part = pages.at(at);
    if (part === undefined) throw new Error(`nothing at ${at}`);
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

describe('pages', () => {
  it('give the bytes from any place on, also after some of the beginning is let go', () => {
    const property = (pieces: Buffer[], drop: number, from: number) => {
      const pages = new Pages();
      for (const each of pieces) pages.append(each);
      const all = Buffer.concat(pieces);
      expect(pages.bytes().equals(all)).toBe(true);
      const dropTo = drop % (all.length + 1);
      pages.dropTo(dropTo);
      expect(pages.start).toBeLessThanOrEqual(dropTo);
      expect(pages.end).toBe(all.length);
      const at = pages.start + (from % (all.length - pages.start + 1));
      expect(read(pages, at).equals(all.subarray(at))).toBe(true);
      expect(pages.at(all.length)).toBeUndefined();
      if (pages.start > 0) expect(pages.at(pages.start - 1)).toBeUndefined();
    };
    fc.assert(fc.property(fc.array(piece, { maxLength: 120 }), fc.nat(), fc.nat(), property));
  });

  it('weigh what they hold, not many times that, however small the pieces', () => {
    const pages = new Pages();
    for (let i = 0; i < 3_200; i += 1) pages.append(Buffer.alloc(130));
    expect(pages.weight).toBeGreaterThanOrEqual(3_200 * 130);
    expect(pages.weight).toBeLessThan(1.1 * 3_200 * 130);
  });

  it('count what goes by without being kept', () => {
    const pages = new Pages();
    pages.skip(10);
    pages.append(Buffer.from('abc'));
    expect([pages.start, pages.end, pages.at(10)?.toString(), pages.at(9)]).toEqual([
      10,
      13,
      'abc',
      undefined,
    ]);
  });
});
