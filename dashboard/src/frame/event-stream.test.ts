import { describe, expect, it } from 'vitest';
import { messageReader, type StreamMessage } from './event-stream.ts';

function read(...pieces: readonly string[]): StreamMessage[] {
  const messages: StreamMessage[] = [];
  const take = messageReader((message) => messages.push(message));
  for (const piece of pieces) take(piece);
  return messages;
}

const STREAM =
  'event: live\r\ndata: {"a":1}\r\n\r\n: comment\nevent:exchange\ndata: x\ndata:y\n\ndata\n\nid: 4\n\n';
const MESSAGES = [
  { event: 'live', data: '{"a":1}' },
  { event: 'exchange', data: 'x\ny' },
  { event: 'message', data: '' },
];

describe('an event stream', () => {
  it('is read whole', () => {
    expect(read(STREAM)).toEqual(MESSAGES);
  });

  it.each(Array.from({ length: STREAM.length - 1 }, (_, index) => index + 1))('is read cut at %i', (at) => {
    expect(read(STREAM.slice(0, at), STREAM.slice(at))).toEqual(MESSAGES);
  });

  it('is read character by character', () => {
    expect(read(...STREAM)).toEqual(MESSAGES);
  });

  it('gives nothing for a message that has not ended', () => {
    expect(read('event: live\ndata: {"a"')).toEqual([]);
  });

  it('gives up on a line without an end', () => {
    const take = messageReader(() => undefined);
    const megabyte = 'x'.repeat(1_000_000);
    expect(() => {
      for (let n = 0; n < 20; n += 1) take(megabyte);
    }).toThrow(RangeError);
  });
});
