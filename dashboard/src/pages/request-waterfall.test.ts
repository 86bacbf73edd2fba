import { describe, expect, it } from 'vitest';
import { phasesIn, ticksOf } from './request-waterfall.tsx';

describe('the scale', () => {
  it.each([
    [4_050, [0, 1_000, 2_000, 3_000, 4_000]],
    [100, [0, 20, 40, 60, 80, 100]],
    [125_000, [0, 20_000, 40_000, 60_000, 80_000, 100_000, 120_000]],
    [3, [0, 1, 2, 3]],
  ])('of %i ms has ticks at %j', (totalMs, ticks) => expect(ticksOf(totalMs)).toEqual(ticks));
});

it('names only the phases that are there, in the order of an attempt', () => {
  const part = (phase: 'stream' | 'dns' | 'queue') => ({ phase, fromMs: 0, toMs: 1 });
  const bars = [{ label: '1', parts: [part('stream'), part('queue')], end: 'whole' as const, note: '' }];
  expect(phasesIn(bars)).toEqual(['queue', 'stream']);
});
