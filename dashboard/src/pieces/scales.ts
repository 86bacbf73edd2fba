/** Where a value lies, in px. */
export type Scale = (value: number) => number;

/** A straight scale: `from` lies at `fromPx`. */
export function linearScale(from: number, to: number, fromPx: number, toPx: number): Scale {
  const perUnit = (toPx - fromPx) / (to - from || 1);
  return (value) => fromPx + (value - from) * perUnit;
}

/** A logarithmic one; `from` and `to` are above 0, and what is not lies at `from`. */
export function logScale(from: number, to: number, fromPx: number, toPx: number): Scale {
  const straight = linearScale(Math.log(from), Math.log(to), fromPx, toPx);
  return (value) => straight(Math.log(Math.max(from, value)));
}

/** Round values from 0 up to `most`, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function roundSteps(most: number, count: number): number[] {
  const rough = most / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, n) => Number((n * step).toPrecision(6)));
}

/** Steps of a logarithmic axis: a third and a whole of each power of ten. */
export function logSteps(least: number, most: number): number[] {
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power += 1)
    for (const times of [1, 3]) {
      const value = Number((times * 10 ** power).toPrecision(1));
      if (value >= least && value <= most) steps.push(value);
    }
  return steps;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS_MS = [
  ...[1, 5, 10, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((n) => n * HOUR_MS),
];

/** Round local times between two instants, at most `count` of them. */
export function timeSteps(fromMs: number, toMs: number, count: number): number[] {
  const step = STEPS_MS.find((ms) => (toMs - fromMs) / ms <= count) ?? STEPS_MS.at(-1)!;
  // Local midnight is where counting begins, so that steps of hours fall on the hours people name.
  const start = new Date(fromMs);
  start.setHours(0, 0, 0, 0);
  const steps: number[] = [];
  for (let at = start.getTime(); at <= toMs; at += step) if (at >= fromMs) steps.push(at);
  return steps;
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** Labels of a time axis in two lines: the time, and under the first one of each day the day. */
export function timeLabels(steps: readonly number[]): readonly (readonly [string, string])[] {
  let before = '';
  return steps.map((at) => {
    const date = new Date(at);
    const day = `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    const label = [`${pad(date.getHours())}:${pad(date.getMinutes())}`, day === before ? '' : day] as const;
    before = day;
    return label;
  });
}
