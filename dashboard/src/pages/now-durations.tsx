import { useMemo, useRef, useState } from 'preact/hooks';
import type { EndpointView, LedgerPoint } from '../../../src/admin/admin.ts';
import { count, instant, seconds } from '../frame/format.ts';
import { gatewayNow } from '../frame/live.ts';
import { useLoaded } from '../frame/load.ts';
import { go, href, place, setQuery } from '../frame/router.ts';
import { Choice } from '../pieces/choice.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import { type Field, Plot, type Tick } from '../pieces/plot.tsx';
import { logSteps, roundSteps, timeLabels, timeSteps } from '../pieces/scales.ts';
import {
  type Dot,
  dotsOf,
  type EdgeLine,
  edgeLines,
  footOf,
  nearestDot,
  placedLines,
  spots,
  topOf,
} from './durations-chart.ts';
import { t } from './now-texts.ts';

const HOUR_MS = 3_600_000;
const SPANS = { '1h': HOUR_MS, '6h': 6 * HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS } as const;
type Span = keyof typeof SPANS;
const MOST_POINTS = 5_000;
const EVERY_MS = 10_000;
const HEIGHT = 280;
const NONE: readonly LedgerPoint[] = [];

/** Durations over time as points, with the edges drawn in: one sees requests die at a line. */
export function Durations({ endpoints }: { endpoints: readonly EndpointView[] }) {
  const asked = place.value.query.get('span') ?? '';
  const span: Span = Object.hasOwn(SPANS, asked) ? (asked as Span) : '6h';
  const scale = place.value.query.get('scale') === 'linear' ? 'linear' : 'log';
  // Whole minutes, so that the address asked for does not change with every second.
  const since = Math.floor((gatewayNow() - SPANS[span]) / 60_000) * 60_000;
  const loaded = useLoaded<readonly LedgerPoint[]>(
    `ledger/points?since=${since}&limit=${MOST_POINTS}`,
    EVERY_MS,
  );
  const points = loaded.value ?? NONE;
  const failed = points.filter((point) => point.failed).length;
  return (
    <section class="panel durations">
      <div class="panel-head">
        <h2>{t('durations')}</h2>
        <span class="faint legend">
          <span class="dot good" /> {t('durations.good')} <span class="dot bad" /> {t('durations.failed')}
        </span>
        <div class="end">
          <Choice
            label={t('scale')}
            options={[
              ['log', t('scale.log')],
              ['linear', t('scale.linear')],
            ]}
            value={scale}
            onChoose={(chosen) => setQuery({ scale: chosen === 'log' ? undefined : chosen })}
          />
          <Choice
            label={t('span')}
            options={(Object.keys(SPANS) as Span[]).map((name) => [name, t(`span.${name}`)])}
            value={span}
            onChoose={(chosen) => setQuery({ span: chosen === '6h' ? undefined : chosen })}
          />
        </div>
      </div>
      <ErrorBanner error={loaded.error} again={loaded.again} />
      {points.length === 0 ? (
        <div class="chart-place">{loaded.value && <Empty title={t('durations.none')} />}</div>
      ) : (
        <PointChart points={points} endpoints={endpoints} scale={scale} since={since} failed={failed} />
      )}
      <p class="chart-note faint">
        {points.length >= MOST_POINTS ? `${t('durations.most', { count: count(MOST_POINTS) })} ` : ''}
        {t('durations.hint')} <a href={href('requests', undefined, { slow: 100 })}>{t('durations.slow')}</a>
        {' · '}
        <a href={href('requests', undefined, { failed: true })}>{t('durations.allFailed')}</a>
      </p>
    </section>
  );
}

/** The axis ends at a round instant, so that thousands of points are placed anew every few seconds only. */
const STEP_MS = 10_000;

function PointChart(props: {
  points: readonly LedgerPoint[];
  endpoints: readonly EndpointView[];
  scale: 'log' | 'linear';
  since: number;
  failed: number;
}) {
  const { points, scale, since } = props;
  const [hovered, setHovered] = useState<Dot | undefined>();
  const lines = edgeLines(props.endpoints);
  const until = Math.ceil(gatewayNow() / STEP_MS) * STEP_MS;
  const [shortest, longest] = useMemo(() => extremes(points), [points]);
  const y = [scale === 'log' ? footOf(shortest) : 0, topOf(longest, lines)] as const;
  const ySteps = scale === 'log' ? logSteps(...y) : roundSteps(y[1], 5);
  const drawn = useRef<readonly Dot[]>([]);
  return (
    <div class="chart-place">
      <Plot
        label={t('durations.label', { count: count(points.length), failed: count(props.failed) })}
        height={HEIGHT}
        x={[since, until]}
        y={y}
        log={scale === 'log'}
        xTicks={(room) => timeTicks(since, until, room)}
        yTicks={ySteps.map((at) => ({ at, label: [`${at} s`] }))}
        pointing={hovered !== undefined}
        onMove={(left, top) => setHovered(nearestDot(drawn.current, left, top))}
        onLeave={() => setHovered(undefined)}
        onPick={(left, top) => {
          const picked = nearestDot(drawn.current, left, top);
          if (picked) go('request', picked.point.id);
        }}
      >
        {(field) => (
          <>
            <Dots
              points={points}
              field={field}
              shape={`${since} ${until} ${y} ${scale} ${field.right}`}
              drawn={drawn}
            />
            <EdgeLines lines={lines} field={field} />
          </>
        )}
      </Plot>
      {hovered && <Tip {...hovered} endpoints={props.endpoints} />}
    </div>
  );
}

function extremes(points: readonly LedgerPoint[]): readonly [shortestS: number, longestS: number] {
  let [shortest, longest] = [Number.POSITIVE_INFINITY, 0];
  for (const { durationMs } of points) {
    shortest = Math.min(shortest, durationMs / 1000);
    longest = Math.max(longest, durationMs / 1000);
  }
  return [shortest, longest];
}

function timeTicks(fromMs: number, toMs: number, room: number): readonly Tick[] {
  const steps = timeSteps(fromMs, toMs, room);
  const labels = timeLabels(steps);
  return steps.map((at, index) => ({ at, label: labels[index]! }));
}

/** `shape` names all that decides where points lie, besides the points. */
function Dots(props: {
  points: readonly LedgerPoint[];
  field: Field;
  shape: string;
  drawn: { current: readonly Dot[] };
}) {
  const { points, field, shape, drawn } = props;
  const [good, failed] = useMemo(() => {
    const dots = dotsOf(points, field.x, field.y);
    drawn.current = dots;
    return [
      spots(dots.filter(({ point }) => !point.failed)),
      spots(dots.filter(({ point }) => point.failed)),
    ];
  }, [points, shape]);
  return (
    <>
      <path class="spots" d={good} />
      <path class="spots bad" d={failed} />
    </>
  );
}

function EdgeLines({ lines, field }: { lines: readonly EdgeLine[]; field: Field }) {
  return (
    <g class="edge-lines">
      {placedLines(lines, field.y, field.top).map(({ line, y, wordsY }) => (
        <g key={`${line.kind} ${line.ms}`}>
          <line class={line.kind} x1={field.left} x2={field.right} y1={y} y2={y} />
          <text x={field.right - 4} y={wordsY} text-anchor="end">
            {lineWords(line)}
          </text>
        </g>
      ))}
    </g>
  );
}

function lineWords({ kind, ms, names }: EdgeLine): string {
  const [first = '', second] = names;
  const who = second === undefined ? first.slice(0, 24) : t('edge.several', { count: names.length });
  return t(`edge.${kind}`, { who, seconds: seconds(ms) });
}

function Tip({ point, left, top, endpoints }: Dot & { endpoints: readonly EndpointView[] }) {
  const name = endpoints.find(({ id }) => id === point.endpointId)?.name ?? point.endpointId;
  return (
    <div class="tip" style={{ left: `clamp(90px, ${left}px, calc(100% - 90px))`, top: `${top}px` }}>
      <strong class="num">{seconds(point.durationMs)} s</strong>
      {point.failed && <span class="bad-text"> {point.cause ?? t('durations.failed')}</span>}
      <div>{name}</div>
      <div class="faint num">{instant(point.startedAt + point.durationMs, gatewayNow())}</div>
      <code class="faint">{point.id}</code>
    </div>
  );
}
