import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundaryTracker, createHeldBytes, createSseParser, type SseEvent } from './sse.ts';

const ev = (data: string, event = ''): SseEvent => ({ event, data });

function parse(text: string | Uint8Array, cuts: readonly number[] = []): SseEvent[] {
  const parser = createSseParser();
  return chunksOf(Buffer.from(text), cuts).flatMap((chunk) => parser.push(chunk));
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

describe('framing', () => {
  it.each<[string, string, SseEvent[]]>([
    ['one event', 'data: a\n\n', [ev('a')]],
    ['a name', 'event: ping\ndata: {}\n\n', [ev('{}', 'ping')]],
    ['no space after the colon', 'event:x\ndata:a\n\n', [ev('a', 'x')]],
    ['only one space is dropped', 'data:  a\n\n', [ev(' a')]],
    ['several data lines', 'data: a\ndata: b\n\n', [ev('a\nb')]],
    ['an empty data line', 'data\n\n', [ev('')]],
    ['two empty data lines', 'data:\ndata\n\n', [ev('\n')]],
    ['no data, no event', 'event: x\n\ndata: a\n\n', [ev('a')]],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', [ev('a'), ev('b')]],
    ['CR', 'data: a\r\rdata: b\r\r', [ev('a'), ev('b')]],
    ['mixed line ends', 'data: a\r\ndata: b\n\r\ndata: c\r\n\n', [ev('a\nb'), ev('c')]],
    ['a BOM', '\ufeffdata: a\n\n', [ev('a')]],
    ['a BOM later is text', 'data: a\n\n\ufeffdata: b\n\n', [ev('a')]],
    ['comments', ': hi\n\n:\ndata: a\n: in between\n\n', [ev('a')]],
    ['id and retry', 'id: 1\nretry: 100\ndata: a\n\n', [ev('a')]],
    ['unknown and longer field names', 'database: x\ndat: y\ndata: a\n\n', [ev('a')]],
    ['the last event without its blank line', 'data: a\n\ndata: b\n', [ev('a')]],
    ['the last name counts', 'event: x\nevent: y\ndata: a\n\n', [ev('a', 'y')]],
    ['a colon in the value', 'data: a: b\n\n', [ev('a: b')]],
  ])('%s', (_name, text, events) => {
    expect(parse(text)).toEqual(events);
  });

  const piece = fc.constantFrom(
    ...[
      'data',
      'event',
      ': c',
      ':',
      ' ',
      'a',
      '世',
      '🌍',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\ufeff',
      'data: x\n\n',
      'id: 1\n',
    ],
  );
  const stream = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
  const cuts = fc.array(fc.nat(200), { maxLength: 20 });

  it('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(stream, cuts, (text, at) => {
        expect(parse(text, at)).toEqual(parse(text));
      }),
    );
  });

  it.each<[string, boolean]>([
    ['data: a\n\n', false],
    ['data: a\n\n: comment\n', false],
    ['data: a\n', true],
    ['data: a\n\ndat', true],
    ['', false],
  ])('%j ends inside an event: %s', (text, incomplete) => {
    const parser = createSseParser();
    parser.push(Buffer.from(text));
    expect(parser.end()).toEqual({ incomplete });
  });

  it.each<[string, string[]]>([
    ['in one line', ['data: 0123456789\n\n']],
    ['over chunks without a line end', ['data: 0123', '4567', '89']],
    ['over many lines', ['data: 012\ndata: 345\n', 'data: 678\n\n']],
  ])('an event over the limit %s is an error, and nothing more is read', (_name, chunks) => {
    const parser = createSseParser(15);
    expect(parser.push(Buffer.from('data: before\n\n'))).toEqual([ev('before')]);
    expect(chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)))).toEqual([]);
    expect(parser.error?.detail).toBe('an event of the stream is larger than 15 bytes');
    expect(parser.push(Buffer.from('\n\ndata: a\n\n'))).toEqual([]);
  });

  it('many events under the limit are no error, whatever they sum up to', () => {
    const parser = createSseParser(10);
    for (let i = 0; i < 100; i += 1) expect(parser.push(Buffer.from(`data: ${i}\n\n`))).toHaveLength(1);
    expect(parser.error).toBeUndefined();
  });
});

describe('boundary', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['data: a\n\n', true],
    ['data: a\r\n\r\n', true],
    ['data: a\r\r', true],
    ['data: a\n\r\n', true],
    ['\n', true],
    [': comment\n', true],
    [': comment\r\n', true],
    ['data: a\n\n: comment\n: another\n', true],
    ['data: a\n: comment\n', false],
    ['data: a\n', false],
    ['data: a\r\n', false],
    ['data: a\n\nevent: b', false],
    [': comm', false],
    ['data: a\n\ndata: x\n: c\n', false],
  ])('%j: %s', (text, atBoundary) => {
    const tracker = createBoundaryTracker();
    tracker.push(Buffer.from(text));
    expect(tracker.atBoundary).toBe(atBoundary);
  });

  it('is where the parser holds nothing, however the bytes are cut, comments apart', () => {
    const piece = fc.constantFrom('data: x', 'event: y', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(60)), (pieces, at) => {
        const bytes = Buffer.from(pieces.join(''));
        const tracker = createBoundaryTracker();
        const parser = createSseParser();
        for (const chunk of chunksOf(bytes, at)) {
          tracker.push(chunk);
          parser.push(chunk);
          expect(tracker.atBoundary).toBe(!parser.end().incomplete);
        }
      }),
    );
  });

  it('does not depend on how the bytes are cut, comments included', () => {
    const piece = fc.constantFrom('data: x', ': c', ':', 'e:', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n');
    const stream = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join('')));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(60)), (bytes, at) => {
        const whole = createBoundaryTracker();
        whole.push(bytes);
        const cut = createBoundaryTracker();
        for (const chunk of chunksOf(bytes, at)) cut.push(chunk);
        expect(cut.atBoundary).toBe(whole.atBoundary);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not in the middle of a comment', () => {
    const tracker = createBoundaryTracker();
    for (const [chunk, atBoundary] of [
      ['data: a\n\n: com', false],
      ['ment', false],
      ['\n', true],
      [': next\r', true],
      ['\n', true],
      ['data: b\n: com', false],
      ['ment\n', false],
    ] as const) {
      tracker.push(Buffer.from(chunk));
      expect(tracker.atBoundary).toBe(atBoundary);
    }
  });
});

describe('bytes that are held', () => {
  it('come out as they went in, however many parts there were', () => {
    const held = createHeldBytes();
    const text = Array.from({ length: 5000 }, (_, i) => String(i));
    for (const part of text) held.add(Buffer.from(part));
    expect(held.bytes).toBe(text.join('').length);
    expect(held.tail(3).toString()).toBe('999');
    expect(held.takeWith(Buffer.from('end')).toString()).toBe(`${text.join('')}end`);
    expect(held.bytes).toBe(0);
    expect(held.tail(3)).toHaveLength(0);
    expect(held.takeWith(Buffer.from('next')).toString()).toBe('next');
  });
});
