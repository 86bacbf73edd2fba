import uPlot from 'uplot';
import type { LedgerSummary } from '../../../src/admin/admin.ts';
import { day, dollars } from '../frame/format.ts';
import { colour } from '../frame/theme.ts';
import { timeAxis, valueAxis } from '../pieces/axes.ts';
import type { ChartOptions } from '../pieces/chart.tsx';
import { daysBetween, startOfDay } from './costs-range.ts';

/** Half a day, so that a day's column stands in its middle. */
const NOON_S = 43_200;

/** Days as uPlot takes them: noons (s), then cost, lost and saved in dollars; a day without requests is 0. */
export function daysAsColumns(rows: readonly LedgerSummary[], from?: string, to?: string): uPlot.AlignedData {
  const known = new Map(rows.map((row) => [row.group ?? '', row]));
  const names = [...known.keys()].sort();
  const first = from ?? names[0] ?? '';
  const last = to ?? names.at(-1) ?? '';
  const days = daysBetween(first, last);
  const values = (of: (row: LedgerSummary) => number): number[] =>
    days.map((name) => {
      const row = known.get(name);
      return row ? of(row) / 1_000_000 : 0;
    });
  return [
    days.map((name) => (startOfDay(name) ?? 0) / 1000 + NOON_S),
    values(({ costMicroUsd }) => costMicroUsd),
    values(({ lostMicroUsd }) => lostMicroUsd),
    values(({ savedMicroUsd }) => savedMicroUsd),
  ];
}

/** Columns of cost, what of it was lost drawn over their foot, and what was saved as dots. */
export function costsChart(): ChartOptions {
  const columns = uPlot.paths.bars!({ size: [0.65, 46], align: 0 });
  const bars = (fill: string): uPlot.Series => ({
    fill,
    width: 0,
    paths: columns,
    points: { show: false },
  });
  return {
    legend: { show: false },
    padding: [12, 12, 0, 0],
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_chart, least, most) => [least - NOON_S, most + NOON_S] },
      y: { range: (_chart, _least, most) => [0, Math.max(most ?? 0, 0.000_001) * 1.1] },
    },
    axes: [{ ...timeAxis(), size: 24, splits: labelledDays, values: dayLabels }, valueAxis(axisDollars)],
    series: [
      {},
      bars(colour('--fill')),
      bars(colour('--bad')),
      {
        paths: () => null,
        points: {
          show: true,
          size: 8,
          width: 2,
          stroke: colour('--good'),
          fill: colour('--panel'),
          space: 0,
        },
      },
    ],
  };
}

/** Room for one day's label, in px. */
const LABEL_PX = 56;

function labelledDays(chart: uPlot): number[] {
  const [noons = []] = chart.data;
  const every = Math.max(1, Math.ceil((noons.length * LABEL_PX) / Math.max(1, chart.width)));
  // Counted from the last one, so that the newest day has a label.
  return [...noons].filter((_noon, index) => (noons.length - 1 - index) % every === 0);
}

function dayLabels(_chart: uPlot, noons: number[]): string[] {
  return noons.map((noon) => day(noon * 1000).slice(5));
}

function axisDollars(value: number): string {
  return value >= 1 || value === 0
    ? `$${Number(value.toPrecision(3)).toLocaleString('en-US')}`
    : dollars(value * 1e6);
}
