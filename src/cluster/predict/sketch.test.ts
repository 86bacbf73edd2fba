import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  addAtLeast,
  bucketOf,
  fade,
  MOST_BUCKET,
  merge,
  quantile,
  RELATIVE_ERROR,
  type Sketch,
} from './sketch.ts';

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch: Sketch = new Map();
  for (const value of values) add(sketch, value);
  return sketch;
};

/** Nearest rank: the smallest value that a share `q` of them does not exceed. */
const exactly = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length - 1e-9) - 1)]!;

const durations = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 600_000 }),
    fc.double({ min: 1, max: 86_400_000, noNaN: true }),
    fc.constantFrom(1, 100_000, 86_400_000),
  ),
  { minLength: 1, maxLength: 200 },
);
const share = fc.constantFrom(0, 0.01, 0.5, 0.9, 0.95, 0.99, 1);

describe('a sketch of durations', () => {
  it('gives every quantile within its relative error', () => {
    fc.assert(
      fc.property(durations, share, (values, q) => {
        const truth = exactly(values, q);
        const said = quantile(sketchOf(values), q)!;
        expect(Math.abs(said - truth)).toBeLessThanOrEqual(truth * RELATIVE_ERROR * (1 + 1e-6));
      }),
      { numRuns: 500 },
    );
  });

  it('merged is the sketch of all values', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = sketchOf(some);
        merge(merged, sketchOf(others));
        expect(new Map([...merged].sort())).toEqual(new Map([...sketchOf([...some, ...others])].sort()));
      }),
    );
  });

  it('keeps its quantiles when it fades, until next to nothing is left', () => {
    fc.assert(
      fc.property(durations, share, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, q, factor) => {
        const sketch = sketchOf(values);
        const before = quantile(sketch, q);
        fade(sketch, factor);
        expect(quantile(sketch, q)).toBe(before);
        fade(sketch, 1e-9);
        expect(sketch.size).toBe(0);
        expect(quantile(sketch, q)).toBeUndefined();
      }),
    );
  });

  it.each([0, -5, 0.2, 1, 1e15, Number.POSITIVE_INFINITY])('holds %d within its buckets', (ms) => {
    expect(bucketOf(ms)).toBeGreaterThanOrEqual(0);
    expect(bucketOf(ms)).toBeLessThanOrEqual(MOST_BUCKET);
  });

  it('has few buckets', () => {
    expect(MOST_BUCKET).toBeLessThan(184);
  });

  it('gives a value that is at least so much to those above it, in proportion', () => {
    const sketch = sketchOf([10, 1_000, 1_000, 1_000, 100_000]);
    expect(addAtLeast(sketch, 500)).toBe(true);
    expect(sketch.get(bucketOf(10))).toBe(1);
    expect(sketch.get(bucketOf(1_000))).toBeCloseTo(3.75);
    expect(sketch.get(bucketOf(100_000))).toBeCloseTo(1.25);
    expect(addAtLeast(sketch, 100_000)).toBe(false);
  });

  it('never says less for a value that is at least so much', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 600_000 }), share, (values, ms, q) => {
        const sketch = sketchOf(values);
        const before = quantile(sketch, q)!;
        addAtLeast(sketch, ms);
        expect(quantile(sketch, q)).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
