import { useMemo, useRef, useState } from 'preact/hooks';
import type { EndpointView, LedgerPoint } from '../../../src/admin/admin.ts';
import { count, instant, seconds } from '../frame/format.ts';
import { language } from '../frame/language.ts';
import { gatewayNow } from '../frame/live.ts';
import { useLoaded } from '../frame/load.ts';
import { go, href, place, setQuery } from '../frame/router.ts';
import { Chart } from '../pieces/chart.tsx';
import { Choice } from '../pieces/choice.tsx';
import { Empty, ErrorBanner } from '../pieces/notice.tsx';
import {
  byEnd,
  columnsOf,
  type DurationsShown,
  durationsChart,
  type EdgeLine,
  edgeLines,
} from './durations-chart.ts';
import { t } from './now-texts.ts';

const HOUR_MS = 3_600_000;
const SPANS = { '1h': HOUR_MS, '6h': 6 * HOUR_MS, '24h': 24 * HOUR_MS, '7d': 168 * HOUR_MS } as const;
type Span = keyof typeof SPANS;
const MOST_POINTS = 5_000;
const EVERY_MS = 10_000;
const HEIGHT = 280;

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
  const points = useMemo(() => byEnd(loaded.value ?? []), [loaded.value]);
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

interface Hovered {
  readonly point: LedgerPoint;
  readonly left: number;
  readonly top: number;
}

function PointChart(props: {
  points: readonly LedgerPoint[];
  endpoints: readonly EndpointView[];
  scale: 'log' | 'linear';
  since: number;
  failed: number;
}) {
  const { points, scale, since } = props;
  const [hovered, setHovered] = useState<Hovered | undefined>();
  const lines = edgeLines(props.endpoints);
  const data = useMemo(() => columnsOf(points), [points]);
  const shown = useRef<DurationsShown>(undefined!);
  shown.current = {
    points,
    lines,
    fromS: since / 1000,
    toS: gatewayNow() / 1000,
    lineLabel: lineWords,
    onHover: (point, left, top) => setHovered(point && { point, left, top }),
    onPick: ({ id }) => go('request', id),
  };
  const shape = [scale, language.value, ...lines.map(({ ms, names }) => `${ms} ${names}`)].join('|');
  const label = t('durations.label', { count: count(points.length), failed: count(props.failed) });
  return (
    <div class="chart-place">
      <Chart
        label={label}
        height={HEIGHT}
        shape={shape}
        options={() => durationsChart(scale, () => shown.current)}
        data={data}
      />
      {hovered && <Tip {...hovered} endpoints={props.endpoints} />}
    </div>
  );
}

function lineWords({ kind, ms, names }: EdgeLine): string {
  const [first = '', second] = names;
  const who = second === undefined ? first.slice(0, 24) : t('edge.several', { count: names.length });
  return t(`edge.${kind}`, { who, seconds: seconds(ms) });
}

function Tip({ point, left, top, endpoints }: Hovered & { endpoints: readonly EndpointView[] }) {
  const name = endpoints.find(({ id }) => id === point.endpointId)?.name ?? point.endpointId;
  return (
    <div class="tip" style={{ left: `${left}px`, top: `${top}px` }}>
      <strong class="num">{seconds(point.durationMs)} s</strong>
      {point.failed && <span class="bad-text"> {point.cause ?? t('durations.failed')}</span>}
      <div>{name}</div>
      <div class="faint num">{instant(point.startedAt + point.durationMs, gatewayNow())}</div>
      <code class="faint">{point.id}</code>
    </div>
  );
}
