import type uPlot from 'uplot';
import { colour } from '../frame/theme.ts';

const DAY_S = 86_400;
const pad = (value: number): string => String(value).padStart(2, '0');

/** Labels of a time axis: days where it is wide, else times of the day, with the day under the first one of each. */
export function timeLabels(splits: readonly number[], everyS: number): string[] {
  let before = '';
  return splits.map((at) => {
    const date = new Date(at * 1000);
    const day = `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    if (everyS >= DAY_S) return day;
    const time = `${pad(date.getHours())}:${pad(date.getMinutes())}${everyS < 60 ? `:${pad(date.getSeconds())}` : ''}`;
    const label = day === before ? time : `${time}\n${day}`;
    before = day;
    return label;
  });
}

const LOOK = (): Partial<uPlot.Axis> => ({
  stroke: colour('--faint'),
  font: '11px system-ui, sans-serif',
  grid: { stroke: colour('--line'), width: 1 },
  ticks: { show: false },
  gap: 6,
});

export function timeAxis(): uPlot.Axis {
  return {
    ...LOOK(),
    grid: { show: false },
    size: 38,
    values: (_chart, splits, _axis, _space, everyS) => timeLabels(splits, everyS),
  };
}

/** Steps of a logarithmic axis: a third and a whole of each power of ten. */
export function logSplits(least: number, most: number): number[] {
  const splits: number[] = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power += 1)
    for (const step of [1, 3]) {
      const value = Number((step * 10 ** power).toPrecision(1));
      if (value >= least && value <= most) splits.push(value);
    }
  return splits;
}

/** `label` says what a value is, at the left of the axis' numbers: `100 s`, `$12`. */
export function valueAxis(label: (value: number) => string, kind: 'log' | 'linear' = 'linear'): uPlot.Axis {
  const steps: uPlot.Axis =
    kind === 'log'
      ? { splits: (_chart, _axis, least, most) => logSplits(least, most), filter: (_chart, splits) => splits }
      : {};
  return {
    ...LOOK(),
    ...steps,
    size: 56,
    values: (_chart, splits) => splits.map((value) => (value == null ? '' : label(value))),
  };
}
