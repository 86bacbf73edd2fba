import type { Expectation, PredictSample } from './expectation.ts';
import { add, addAtLeast, fade, merge, quantile, type Sketch, weightOver } from './sketch.ts';

/** The quantile that an expectation is. */
const EXPECTED = 0.95;

/**
 * How fast calls are forgotten. Relays change their pace within hours, with the time of day; a third of yesterday
 * evening's calls still count in the morning.
 */
export const HALF_LIFE_MS = 6 * 3_600_000;

/** Calls that make a measurement; fewer are an anecdote. */
const ENOUGH_SAMPLES = 5;

/** Five calls within a few minutes are five, though the first has faded by a hair. */
const ROUNDING = 0.1;

export const isEnough = (samples: number): boolean => samples >= ENOUGH_SAMPLES - ROUNDING;

/**
 * A call that was cut short after this share of what was expected is news: it would have taken about as long, or
 * longer. One that was cut before, as when somebody presses Esc after 3 s, says hardly anything.
 */
const TELLING_SHARE = 0.8;

/** What calls were like. */
export interface Times {
  readonly firstEvent: Sketch;
  readonly silence: Sketch;
  readonly total: Sketch;
  samples: number;
  /** When it was last faded. */
  at: number;
}

export const createTimes = (at: number): Times => ({
  firstEvent: new Map(),
  silence: new Map(),
  total: new Map(),
  samples: 0,
  at,
});

/** What is left at `now` of the weight that something had at `at`. A clock that was set back takes nothing. */
const leftOf = (at: number, now: number): number => 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS);

export const samplesAt = (times: Times, now: number): number => times.samples * leftOf(times.at, now);

/** A second's fading is a 30,000th: not worth going through all buckets for each call. */
const FADE_EVERY_MS = 1_000;

function fadeAll(times: Times, now: number): void {
  const left = leftOf(times.at, now);
  for (const sketch of [times.firstEvent, times.silence, times.total]) fade(sketch, left);
  times.samples *= left;
  times.at = Math.max(times.at, now);
}

/**
 * Adds a call; `before`, what was expected of it, where it was cut short. Of one that was cut short each time is taken for "at least": its weight goes to what is known to
 * lie above; where nothing does, it lies at what was expected, or at itself if that is longer, provided that it
 * is telling. So calls that are cut push the expectation up, and calls that were given up early don't pull it down.
 */
export function noteInto(
  times: Times,
  sample: PredictSample,
  before: Expectation | undefined,
  now: number,
): void {
  const { firstEventMs, longestSilenceMs, totalMs } = sample;
  if (now - times.at >= FADE_EVERY_MS || times.at > now) fadeAll(times, now);

  const came = firstEventMs !== undefined;
  if (came) add(times.firstEvent, firstEventMs);
  else if (before) atLeast(times.firstEvent, totalMs, before.firstEventMs);
  if (!before) {
    add(times.silence, longestSilenceMs);
    add(times.total, totalMs);
    times.samples += 1;
    return;
  }
  const telling = [
    atLeast(times.silence, longestSilenceMs, before.silenceMs),
    atLeast(times.total, totalMs, before.totalMs),
  ];
  if (telling.includes(true)) times.samples += 1;
}

/** Whether it was telling. */
function atLeast(sketch: Sketch, ms: number, expectedMs: number): boolean {
  const telling = ms >= expectedMs * TELLING_SHARE;
  if (!addAtLeast(sketch, ms) && telling) add(sketch, Math.max(ms, expectedMs));
  return telling;
}

/** All of them together, as of `now`. */
export function mergedTimes(all: Iterable<Times>, now: number): Times {
  const merged = createTimes(now);
  for (const times of all) {
    const left = leftOf(times.at, now);
    merge(merged.firstEvent, times.firstEvent, left);
    merge(merged.silence, times.silence, left);
    merge(merged.total, times.total, left);
    merged.samples += times.samples * left;
  }
  return merged;
}

/** What was measured; where a time was never seen, what `otherwise` says. */
export function expectationOf(
  times: Times,
  basis: Expectation['basis'],
  otherwise: Expectation,
  now: number,
): Expectation {
  return {
    firstEventMs: quantile(times.firstEvent, EXPECTED) ?? otherwise.firstEventMs,
    silenceMs: quantile(times.silence, EXPECTED) ?? otherwise.silenceMs,
    totalMs: quantile(times.total, EXPECTED) ?? otherwise.totalMs,
    basis,
    samples: samplesAt(times, now),
  };
}

/**
 * Whether calls of both kinds together are done within `withinMs` at p95, and enough of them are known. What was cut
 * short counts by what it was taken for.
 */
export function areQuick(
  streamed: Times | undefined,
  whole: Times | undefined,
  withinMs: number,
  now: number,
): boolean {
  const [ofStreamed, ofWhole] = [leftIn(streamed, now), leftIn(whole, now)];
  const samples = (streamed?.samples ?? 0) * ofStreamed + (whole?.samples ?? 0) * ofWhole;
  if (!isEnough(samples)) return false;
  const over =
    (streamed ? weightOver(streamed.total, withinMs) : 0) * ofStreamed +
    (whole ? weightOver(whole.total, withinMs) : 0) * ofWhole;
  return over <= samples * (1 - EXPECTED);
}

const leftIn = (times: Times | undefined, now: number): number => (times ? leftOf(times.at, now) : 0);

/** The longer one of each time. */
export function raised(expectation: Expectation, seen: Expectation): Expectation {
  return {
    ...expectation,
    firstEventMs: Math.max(expectation.firstEventMs, seen.firstEventMs),
    silenceMs: Math.max(expectation.silenceMs, seen.silenceMs),
    totalMs: Math.max(expectation.totalMs, seen.totalMs),
  };
}
