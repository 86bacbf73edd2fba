import type { PredictKey } from './expectation.ts';
import type { Times } from './expected.ts';
import { MOST_BUCKET, RELATIVE_ERROR, type Sketch } from './sketch.ts';

/** What is known of one key. */
export interface Noted {
  readonly key: PredictKey;
  readonly times: Times;
}

/** Buckets of another width mean something else. */
const FORM = `1/${RELATIVE_ERROR}`;

const rounded = (weight: number): number => Math.round(weight * 10_000) / 10_000;

/** Bucket, weight, bucket, weight… */
function flat(sketch: Sketch): number[] {
  const row: number[] = [];
  for (const [bucket, weight] of sketch) row.push(bucket, rounded(weight));
  return row;
}

/** Least recently noted first. */
export function writtenOf(all: Iterable<Noted>): string {
  const keys = [...all].map(({ key, times }) => ({
    ...key,
    at: Math.round(times.at),
    samples: rounded(times.samples),
    firstEvent: flat(times.firstEvent),
    silence: flat(times.silence),
    total: flat(times.total),
  }));
  return JSON.stringify({ form: FORM, keys });
}

/** What was written; nothing at all where any of it is not as it was written. */
export function keptFrom(json: string): readonly Noted[] {
  try {
    const { form, keys } = JSON.parse(json) as { form?: unknown; keys?: unknown };
    if (form !== FORM || !Array.isArray(keys)) return [];
    return keys.map(notedOf);
  } catch {
    return [];
  }
}

/** Throws what `keptFrom` catches. */
function notedOf(row: Record<string, unknown>): Noted {
  const { endpointId, model, effort, stream, sizeClass, at, samples } = row;
  const sound =
    typeof endpointId === 'string' &&
    typeof model === 'string' &&
    typeof effort === 'string' &&
    typeof stream === 'boolean' &&
    isAmount(sizeClass) &&
    isAmount(at) &&
    isAmount(samples);
  if (!sound) throw new TypeError('not a row of a snapshot');
  return {
    key: { endpointId, model, effort, stream, sizeClass },
    times: {
      at,
      samples,
      firstEvent: sketchOf(row.firstEvent),
      silence: sketchOf(row.silence),
      total: sketchOf(row.total),
    },
  };
}

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

function sketchOf(value: unknown): Sketch {
  if (!Array.isArray(value) || value.length % 2 !== 0) throw new TypeError('not a sketch');
  const sketch: Sketch = new Map();
  for (let i = 0; i < value.length; i += 2) {
    const [bucket, weight] = [value[i], value[i + 1]] as [unknown, unknown];
    if (!Number.isInteger(bucket) || !isAmount(bucket) || !isAmount(weight) || bucket > MOST_BUCKET)
      throw new TypeError('not a bucket');
    sketch.set(bucket, weight);
  }
  return sketch;
}
