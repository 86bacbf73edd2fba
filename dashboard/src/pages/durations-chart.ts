import type uPlot from 'uplot';
import type { EndpointView, LedgerPoint } from '../../../src/admin/admin.ts';
import { colour } from '../frame/theme.ts';
import { timeAxis, valueAxis } from '../pieces/axes.ts';
import type { ChartOptions } from '../pieces/chart.tsx';
import { edgeSilenceMs } from './now-running.tsx';

/** A limit drawn across the chart. */
export interface EdgeLine {
  readonly ms: number;
  readonly kind: 'silence' | 'total';
  /** Endpoints it stands in front of. */
  readonly names: readonly string[];
}

/** Lines nearer to each other than this share are one: an edge cuts at 99.8 s and at 100.4 s. */
const SAME = 0.02;

/** The edges that are known, configured or learned, the shortest first. */
export function edgeLines(endpoints: readonly EndpointView[]): readonly EdgeLine[] {
  const found = endpoints
    .filter(({ enabled }) => enabled)
    .flatMap((endpoint) => [
      { ms: edgeSilenceMs(endpoint), kind: 'silence' as const, name: endpoint.name },
      { ms: endpoint.edge?.totalMs, kind: 'total' as const, name: endpoint.name },
    ])
    .sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
  const lines: { ms: number; kind: 'silence' | 'total'; names: string[] }[] = [];
  for (const { ms, kind, name } of found) {
    if (ms === undefined) continue;
    const near = lines.find((line) => line.kind === kind && Math.abs(line.ms - ms) <= SAME * ms);
    if (!near) lines.push({ ms, kind, names: [name] });
    else if (!near.names.includes(name)) near.names.push(name);
  }
  return lines;
}

/** Points as uPlot takes them, the oldest first: instants (s), durations (s) of good ones, and of failed ones. */
export function columnsOf(points: readonly LedgerPoint[]): uPlot.AlignedData {
  const at = points.map(({ startedAt, durationMs }) => (startedAt + durationMs) / 1000);
  const value = ({ durationMs }: LedgerPoint): number => Math.max(1, durationMs) / 1000;
  return [
    at,
    points.map((point) => (point.failed ? null : value(point))),
    points.map((point) => (point.failed ? value(point) : null)),
  ];
}

/** By when they ended, the oldest first: the order that `columnsOf` needs. */
export function byEnd(points: readonly LedgerPoint[]): readonly LedgerPoint[] {
  return [...points].sort((a, b) => a.startedAt + a.durationMs - b.startedAt - b.durationMs);
}

/** Upper end of the value axis, in s: the points, and the nearest edge above or among them. */
export function topOf(longestS: number, lines: readonly EdgeLine[]): number {
  const nearest = Math.min(...lines.map(({ ms }) => ms / 1000));
  return Math.max(longestS * 1.1, Number.isFinite(nearest) ? nearest * 1.25 : 0, 10);
}

/** What the chart needs to know while it is drawn; read anew each time. */
export interface DurationsShown {
  readonly points: readonly LedgerPoint[];
  readonly lines: readonly EdgeLine[];
  readonly fromS: number;
  readonly toS: number;
  readonly lineLabel: (line: EdgeLine) => string;
  readonly onHover: (point: LedgerPoint | undefined, left: number, top: number) => void;
  readonly onPick: (point: LedgerPoint) => void;
}

/** Height of a line's words, with air. */
const LABEL_PX = 16;
/** How near, in px, a pointer must come to a point. */
const REACH_PX = 14;

export function durationsChart(kind: 'log' | 'linear', shown: () => DurationsShown): ChartOptions {
  const dots = (fill: string, size: number): uPlot.Series => ({
    paths: () => null,
    points: { show: true, size, width: 0, fill, stroke: fill, space: 0 },
  });
  return {
    legend: { show: false },
    padding: [12, 12, 0, 0],
    cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: () => [shown().fromS, shown().toS] },
      y: {
        distr: kind === 'log' ? 3 : 1,
        range: (_chart, least, most) => [
          kind === 'log' ? Math.min(0.5, Math.max(0.01, least ?? 0.5)) : 0,
          topOf(most ?? 0, shown().lines),
        ],
      },
    },
    axes: [timeAxis(), valueAxis((value) => `${Number(value.toPrecision(3))} s`, kind)],
    series: [{}, dots(colour('--fill'), 4), dots(colour('--bad'), 6)],
    hooks: {
      ready: [(chart) => listen(chart, shown)],
      draw: [(chart) => drawLines(chart, shown())],
    },
  };
}

function drawLines(chart: uPlot, { lines, lineLabel }: DurationsShown): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  const [bad, ground] = [colour('--bad'), colour('--panel')];
  ctx.fillStyle = bad;
  ctx.lineJoin = 'round';
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  const drawn = lines
    .map((line) => ({ line, y: chart.valToPos(line.ms / 1000, 'y', true) }))
    .filter(({ y }) => y >= bbox.top && y <= bbox.top + bbox.height);
  drawn.forEach(({ line, y }, index) => {
    ctx.strokeStyle = bad;
    ctx.lineWidth = ratio;
    ctx.setLineDash(line.kind === 'silence' ? [6 * ratio, 4 * ratio] : []);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    // Its words stand above a line, or below it where the next line is too near.
    const above = drawn[index + 1]?.y;
    const below = above !== undefined && y - above < LABEL_PX * ratio;
    ctx.textBaseline = below ? 'top' : 'bottom';
    const words = [
      lineLabel(line),
      bbox.left + bbox.width - 4 * ratio,
      y + (below ? 4 : -4) * ratio,
    ] as const;
    ctx.setLineDash([]);
    ctx.strokeStyle = ground;
    ctx.lineWidth = 4 * ratio;
    ctx.strokeText(...words);
    ctx.fillText(...words);
  });
  ctx.restore();
}

function listen(chart: uPlot, shown: () => DurationsShown): void {
  const { over } = chart;
  const nearest = (event: MouseEvent): { point: LedgerPoint; left: number; top: number } | undefined => {
    const box = over.getBoundingClientRect();
    return nearestPoint(chart, shown().points, event.clientX - box.left, event.clientY - box.top);
  };
  over.addEventListener('mousemove', (event) => {
    const found = nearest(event);
    over.style.cursor = found ? 'pointer' : '';
    shown().onHover(found?.point, (found?.left ?? 0) + over.offsetLeft, (found?.top ?? 0) + over.offsetTop);
  });
  over.addEventListener('mouseleave', () => shown().onHover(undefined, 0, 0));
  over.addEventListener('click', (event) => {
    const found = nearest(event);
    if (found) shown().onPick(found.point);
  });
}

function nearestPoint(chart: uPlot, points: readonly LedgerPoint[], x: number, y: number) {
  let best: { point: LedgerPoint; left: number; top: number } | undefined;
  let least = REACH_PX ** 2;
  const [at = [], good = [], failed = []] = chart.data;
  for (let index = 0; index < at.length; index += 1) {
    const left = chart.valToPos(at[index]!, 'x');
    if (Math.abs(left - x) > REACH_PX) continue;
    const top = chart.valToPos(good[index] ?? failed[index] ?? 0, 'y');
    const distance = (left - x) ** 2 + (top - y) ** 2;
    const point = points[index];
    if (!point || distance > least) continue;
    least = distance;
    best = { point, left, top };
  }
  return best;
}
