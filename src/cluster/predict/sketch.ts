/**
 * Quantiles of durations, as DDSketch has them (Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable
 * quantile sketch with relative-error guarantees", VLDB 2019): bucket i counts the values in (γ^(i−1), γ^i] with
 * γ = (1+α)/(1−α), and speaks for all of them with 2γ^i/(γ+1), which is at most α off. Sketches of the same α
 * merge by adding up. Values are held within 1 ms and 24 h, so that there are at most 184 buckets.
 *
 * Counts are weights: they halve with age, and those that are next to nothing are dropped.
 */
export type Sketch = Map<number, number>;

/** α: a quantile is off by at most 5 % of itself. */
export const RELATIVE_ERROR = 0.05;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** By so much a logarithm may be off. */
const ROUNDING = 5e-10;
const LEAST_MS = 1;
const MOST_MS = 24 * 3_600_000;
/** A call of 10 half-lives ago. */
const LEAST_WEIGHT = 1e-3;

/** Bucket of a value in ms; any number goes. */
export function bucketOf(ms: number): number {
  const held = Math.min(MOST_MS, Math.max(LEAST_MS, ms));
  const power = Math.log(held) / LOG_GAMMA;
  // Without the allowance γ^i itself may fall into the bucket above its own.
  return power <= ROUNDING ? 0 : Math.ceil(power - ROUNDING);
}

export const MOST_BUCKET = bucketOf(MOST_MS);

const centreOf = (bucket: number): number => (2 * GAMMA ** bucket) / (GAMMA + 1);

export function add(sketch: Sketch, ms: number, weight = 1): void {
  const bucket = bucketOf(ms);
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + weight);
}

/**
 * A value that is at least `ms`, given in full to what is known to lie above it, in proportion: Efron's
 * "redistribute to the right" (1967), which is what a Kaplan–Meier estimate comes to. False: nothing lies above.
 */
export function addAtLeast(sketch: Sketch, ms: number): boolean {
  const from = bucketOf(ms);
  let above = 0;
  for (const [bucket, weight] of sketch) if (bucket > from) above += weight;
  if (above === 0) return false;
  for (const [bucket, weight] of sketch) if (bucket > from) sketch.set(bucket, weight * (1 + 1 / above));
  return true;
}

/** Multiplies all weights: what was seen long ago counts less. */
export function fade(sketch: Sketch, factor: number): void {
  if (factor === 1) return;
  for (const [bucket, weight] of sketch) {
    if (weight * factor < LEAST_WEIGHT) sketch.delete(bucket);
    else sketch.set(bucket, weight * factor);
  }
}

/** Adds `from` to `into`, each weight times `factor`. */
export function merge(into: Sketch, from: Sketch, factor = 1): void {
  for (const [bucket, weight] of from) into.set(bucket, (into.get(bucket) ?? 0) + weight * factor);
}

/** The weight of the values that lie above `ms`, in buckets. */
export function weightOver(sketch: Sketch, ms: number): number {
  const within = bucketOf(ms);
  let over = 0;
  sketch.forEach((weight, bucket) => {
    if (bucket > within) over += weight;
  });
  return over;
}

/** The value that a share `q` (0…1) of the weight does not exceed, in ms; undefined while empty. */
export function quantile(sketch: Sketch, q: number): number | undefined {
  const buckets = [...sketch].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, weight]) => sum + weight, 0);
  // Adding up weights that are no whole numbers may fall short by a few bits.
  const rank = q * total * (1 - 1e-12);
  let sum = 0;
  for (const [bucket, weight] of buckets) {
    sum += weight;
    if (sum >= rank) return centreOf(bucket);
  }
  return undefined;
}
