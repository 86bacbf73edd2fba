import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Waterfall, WaterfallBar, WaterfallPhase } from '../domain/explanation.ts';
import { PLAIN, type Screen } from './screen.ts';
import { textOf } from './texts.ts';
import { waterfallLines } from './waterfall.ts';
import { widthOf } from './width.ts';

const screenOf = (width: number) =>
  ({ text: (key, words) => textOf('en', key, words), paint: PLAIN, width }) as Screen;

const PHASES: readonly WaterfallPhase[] = [
  'queue',
  'dns',
  'connect',
  'tls',
  'send',
  'wait',
  'stream',
  'deliver',
];
const ENDS: readonly WaterfallBar['end'][] = ['whole', 'failed', 'cut', 'cancelled', 'running'];

const instant = fc.oneof(fc.nat(1_000), fc.nat(400_000), fc.double({ min: 0, max: 1e8, noNaN: true }));
const part = fc
  .tuple(fc.constantFrom(...PHASES), instant, instant)
  .map(([phase, a, b]) => ({ phase, fromMs: Math.min(a, b), toMs: Math.max(a, b) }));
const label = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constant('备用线路之二（东京机房）'),
);
const anyWaterfall: fc.Arbitrary<Waterfall> = fc.record({
  totalMs: instant,
  bars: fc.array(
    fc.record({ label, parts: fc.array(part, { maxLength: 6 }), end: fc.constantFrom(...ENDS), note: label }),
    { maxLength: 5 },
  ),
  marks: fc.array(
    fc.record({ atMs: instant, kind: fc.constantFrom('edge' as const, 'client-left' as const), label }),
    {
      maxLength: 3,
    },
  ),
});

describe('a waterfall', () => {
  it.each([60, 80, 200])('never is wider than %d columns, and never fails', (width) => {
    fc.assert(
      fc.property(anyWaterfall, fc.boolean(), (waterfall, unicode) => {
        for (const line of waterfallLines(screenOf(width), waterfall, unicode)) {
          expect(line).not.toMatch(/[\n\r]/);
          expect(widthOf(line)).toBeLessThanOrEqual(width);
        }
      }),
      { numRuns: 300 },
    );
  });

  const bars = (...parts: WaterfallBar['parts'][number][]): Waterfall => ({
    totalMs: 100_000,
    bars: [{ label: 'a', parts, end: 'failed', note: '' }],
    marks: [],
  });
  const barOf = (waterfall: Waterfall): string =>
    waterfallLines(screenOf(64), waterfall, false)[2]?.slice(3) ?? '';

  it.each([
    ['all of one phase', bars({ phase: 'wait', fromMs: 0, toMs: 100_000 }), `${'-'.repeat(60)}x`],
    [
      'half and half',
      bars({ phase: 'wait', fromMs: 0, toMs: 50_000 }, { phase: 'stream', fromMs: 50_000, toMs: 100_000 }),
      `${'-'.repeat(30)}${'#'.repeat(30)}x`,
    ],
    [
      'one too short for a column',
      bars({ phase: 'stream', fromMs: 50_100, toMs: 50_101 }),
      `${' '.repeat(30)}#x`,
    ],
    ['one at the very end', bars({ phase: 'stream', fromMs: 100_000, toMs: 100_000 }), `${' '.repeat(59)}#x`],
    [
      'a gap between two',
      bars({ phase: 'wait', fromMs: 0, toMs: 10_000 }, { phase: 'stream', fromMs: 90_000, toMs: 100_000 }),
      `${'-'.repeat(6)}${' '.repeat(48)}${'#'.repeat(6)}x`,
    ],
    ['nothing yet', bars(), 'x'],
  ])('draws %s', (_name, waterfall, drawn) => {
    expect(barOf(waterfall)).toBe(drawn);
  });

  it('leaves out of its legend what is not drawn', () => {
    const lines = waterfallLines(screenOf(80), bars({ phase: 'wait', fromMs: 0, toMs: 1 }), false);
    expect(lines.at(-1)).toBe('- wait for first byte  x failed');
  });
});
