import { describe, expect, it } from 'vitest';
import { samples } from './sampler.ts';
import { createTraceIds, readTraceparent } from './trace-ids.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    [`00-${TRACE}-${SPAN}-03`, true],
    [`01-${TRACE}-${SPAN}-01-more`, true],
  ])('%s is read', (text, sampled) => {
    expect(readTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN, sampled });
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  ])('%s is none', (text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });
});

it('ids are the same each time, and of another process others', () => {
  const ids = createTraceIds('a');
  expect(ids.traceIdOf('req-1')).toMatch(/^[0-9a-f]{32}$/);
  expect(ids.spanIdOf('req-1', 0)).toMatch(/^[0-9a-f]{16}$/);
  expect(createTraceIds('a').spanIdOf('req-1', 2)).toBe(ids.spanIdOf('req-1', 2));
  const all = [
    ids.spanIdOf('req-1', 0),
    ids.spanIdOf('req-1', 1),
    ids.spanIdOf('req-11', 0),
    createTraceIds('b').spanIdOf('req-1', 0),
  ];
  expect(new Set(all).size).toBe(4);
});

describe('sampling', () => {
  it.each([
    ['always_on', false, true],
    ['always_off', true, false],
    ['parentbased_always_on', undefined, true],
    ['parentbased_always_on', false, false],
    ['parentbased_always_off', undefined, false],
    ['parentbased_always_off', true, true],
    ['parentbased_traceidratio', true, true],
  ] as const)('%s, the client says %s: %s', (name, parent, kept) => {
    expect(samples({ name, ratio: 0 }, TRACE, parent)).toBe(kept);
  });

  it('keeps about the share of the traces that is asked for, and the same ones each time', () => {
    const ids = createTraceIds('salt');
    const sampler = { name: 'traceidratio', ratio: 0.25 } as const;
    const traces = Array.from({ length: 4_000 }, (_, n) => ids.traceIdOf(`req-${n}`));
    const kept = traces.filter((traceId) => samples(sampler, traceId, undefined));
    expect(kept.length).toBeGreaterThan(900);
    expect(kept.length).toBeLessThan(1_100);
    expect(traces.filter((traceId) => samples({ ...sampler, ratio: 1 }, traceId, undefined))).toHaveLength(
      4_000,
    );
    expect(traces.filter((traceId) => samples({ ...sampler, ratio: 0 }, traceId, undefined))).toHaveLength(0);
  });
});
