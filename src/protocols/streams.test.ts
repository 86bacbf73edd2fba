import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../domain/protocol.ts';
import { PROTOCOLS } from '../domain/protocol.ts';
import { createAggregator, createStreamWatch } from './protocols.ts';

/** Golden files: NAME.sse holds raw bytes, NAME.json beside it what they mean. A case more is a pair of files more. */
const ROOT = new URL('../../test/fixtures/', import.meta.url);

const cases = PROTOCOLS.flatMap((protocol) =>
  readdirSync(new URL(`${protocol}/`, ROOT))
    .filter((file) => file.endsWith('.sse'))
    .map((file) => {
      const path = new URL(`${protocol}/${file}`, ROOT);
      const expected = JSON.parse(readFileSync(new URL(path.href.replace(/\.sse$/, '.json')), 'utf8'));
      return { protocol, name: file.replace(/\.sse$/, ''), bytes: readFileSync(path), expected };
    }),
);

function stateAfter(protocol: Protocol, chunks: readonly Uint8Array[], clean: boolean) {
  const watch = createStreamWatch(protocol);
  for (const chunk of chunks) watch.push(chunk);
  if (clean) watch.end();
  const { sawEvent, hasContent, complete, error, usage, model, started, lastSequence, atBoundary } = watch;
  return { sawEvent, hasContent, complete, error, usage, model, started, lastSequence, atBoundary };
}

function aggregateOf(protocol: Protocol, chunks: readonly Uint8Array[]) {
  const aggregator = createAggregator(protocol);
  for (const chunk of chunks) aggregator.push(chunk);
  return aggregator.result();
}

const cut = (bytes: Buffer, at: readonly number[]) => {
  const ends = [...at.map((end) => end % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
};

const eventByEvent = (bytes: Buffer) =>
  cut(
    bytes,
    [...bytes.toString('latin1').matchAll(/\n\n|\n\r\n|\r\r/g)].map((m) => m.index + m[0].length),
  );

it('there are fixtures of every protocol', () => {
  for (const protocol of PROTOCOLS) expect(cases.some((one) => one.protocol === protocol)).toBe(true);
});

describe.each(cases)('$protocol: $name', ({ protocol, bytes, expected }) => {
  it('shows the expected state to a watch, in one burst and event by event', () => {
    const { atBoundary, ...state } = stateAfter(protocol, [bytes], true);
    expect(state).toEqual(expected.watch);
    expect(atBoundary).toBe(/(\n\n|\r\n\r\n|\r\r|\n:[^\n]*\n)$/.test(bytes.toString('latin1')));
    expect(stateAfter(protocol, eventByEvent(bytes), true)).toEqual({ ...state, atBoundary });
  });

  it('aggregates to the expected object', () => {
    expect(aggregateOf(protocol, [bytes])).toEqual(expected.aggregate);
    expect(aggregateOf(protocol, eventByEvent(bytes))).toEqual(expected.aggregate);
  });

  it('means the same however it is cut, byte by byte included, up to any point', () => {
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(stateAfter(protocol, single, true)).toEqual(stateAfter(protocol, [bytes], true));
    expect(aggregateOf(protocol, single)).toEqual(expected.aggregate);
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.nat(bytes.length), fc.boolean(), (at, upTo, clean) => {
        const part = bytes.subarray(0, upTo);
        expect(stateAfter(protocol, cut(part, at), clean)).toEqual(
          stateAfter(protocol, eventByEvent(part), clean),
        );
        expect(aggregateOf(protocol, cut(bytes, at))).toEqual(expected.aggregate);
      }),
      { numRuns: 60 },
    );
  });

  it('is complete only at its end', () => {
    if (expected.watch.complete !== true)
      return expect(stateAfter(protocol, [bytes], true).complete).toBe(false);
    const half = bytes.subarray(0, bytes.length >> 1);
    expect(stateAfter(protocol, [half], false).complete).toBe(false);
    expect(aggregateOf(protocol, [half]).kind).toBe('incomplete');
  });
});
