import type { EndpointView, LedgerPoint } from '../../../src/admin/admin.ts';
import type { Scale } from '../pieces/scales.ts';
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

/** Upper end of the value axis, in s: the points, and the nearest edge. */
export function topOf(longestS: number, lines: readonly EdgeLine[]): number {
  const nearest = Math.min(...lines.map(({ ms }) => ms / 1000));
  return Math.max(longestS * 1.1, Number.isFinite(nearest) ? nearest * 1.25 : 0, 10);
}

/** Lower end of a logarithmic one, in s: half a second, or less where something took less. */
export function footOf(shortestS: number): number {
  return Math.min(0.5, Math.max(0.01, shortestS));
}

/** A point where it is drawn. */
export interface Dot {
  readonly point: LedgerPoint;
  readonly left: number;
  readonly top: number;
}

/** Each point by when it ended and how long it took (instants in ms, durations in s). */
export function dotsOf(points: readonly LedgerPoint[], x: Scale, y: Scale): readonly Dot[] {
  return points.map((point) => ({
    point,
    left: x(point.startedAt + point.durationMs),
    top: y(point.durationMs / 1000),
  }));
}

/** One path of round spots: thousands of them cost as much as one. */
export function spots(dots: readonly Dot[]): string {
  return dots.map(({ left, top }) => `M${left.toFixed(1)} ${top.toFixed(1)}h.1`).join('');
}

/** How near, in px, a pointer must come to a point. */
const REACH_PX = 14;

/** The point that a pointer means; failed ones, drawn over the others, before those as near. */
export function nearestDot(dots: readonly Dot[], x: number, y: number): Dot | undefined {
  let best: Dot | undefined;
  let least = REACH_PX ** 2;
  for (const dot of dots) {
    const distance = (dot.left - x) ** 2 + (dot.top - y) ** 2;
    if (distance > least || (distance === least && best?.point.failed)) continue;
    least = distance;
    best = dot;
  }
  return best;
}

/** Height of a line's words, with air. */
const LABEL_PX = 16;

/** Lines within the chart, the lowest first, with where their words stand: above, or below where the next is too near. */
export function placedLines(lines: readonly EdgeLine[], y: Scale, top: number) {
  const placed = lines.map((line) => ({ line, y: y(line.ms / 1000) })).filter((one) => one.y >= top);
  return placed.map((one, index) => {
    const above = placed[index + 1]?.y;
    const below = above !== undefined && one.y - above < LABEL_PX;
    return { ...one, wordsY: one.y + (below ? 13 : -5) };
  });
}
