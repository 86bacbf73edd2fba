import { HistogramCell } from '../cells.ts';
import type { MetricReading } from '../exposition.ts';
import type { MetricDefinition } from '../metric-list.ts';
import { attributes, type KeyValue, nanos, type Sender } from './encode.ts';

/** Since the process began: what a reader missed is in the next message. */
const CUMULATIVE = 2;

interface Span {
  readonly startedAt: number;
  readonly now: number;
}

/** The message for `v1/metrics`: what was counted, under OpenTelemetry's names. */
export function metricMessage(
  { resource, scope }: Sender,
  found: readonly MetricReading[],
  span: Span,
): { readonly message: object; readonly points: number } {
  let points = 0;
  const metrics = found.flatMap(({ metric, series }) => {
    if (series.length === 0) return [];
    points += series.length;
    const { otel: name, help: description, unit } = metric;
    return [{ name, description, unit, ...dataOf(metric, series, span) }];
  });
  return { message: { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }, points };
}

function dataOf(metric: MetricDefinition, series: MetricReading['series'], span: Span): object {
  const dataPoints = series.map(({ labels, cell }) => ({
    ...times(span),
    ...(cell instanceof HistogramCell ? buckets(metric, cell) : { asDouble: cell.value }),
    attributes: labelAttributes(metric.labels, labels),
  }));
  if (metric.kind === 'gauge') return { gauge: { dataPoints } };
  if (metric.kind === 'histogram') return { histogram: { dataPoints, aggregationTemporality: CUMULATIVE } };
  return { sum: { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true } };
}

const times = ({ startedAt, now }: Span) => ({
  startTimeUnixNano: nanos(startedAt),
  timeUnixNano: nanos(now),
});

/** OTLP's buckets count what is between two bounds, not all that is below one. */
const buckets = (
  { buckets: explicitBounds = [] }: MetricDefinition,
  { count, sum, counts }: HistogramCell,
) => ({
  count: String(count),
  sum,
  bucketCounts: Array.from(counts, String),
  explicitBounds,
});

/** `gen_ai_request_model` → `gen_ai.request.model`. An empty label is none. */
function labelAttributes(names: readonly string[], values: readonly string[]): KeyValue[] {
  const named: [string, string][] = [];
  for (const [index, value] of values.entries()) {
    const name = names[index] ?? '';
    if (value !== '') named.push([OTEL_LABELS[name] ?? `qcc.${name}`, value]);
  }
  return attributes(named);
}

const OTEL_LABELS: Readonly<Record<string, string>> = {
  gen_ai_operation_name: 'gen_ai.operation.name',
  gen_ai_provider_name: 'gen_ai.provider.name',
  gen_ai_request_model: 'gen_ai.request.model',
  gen_ai_token_type: 'gen_ai.token.type',
  error_type: 'error.type',
  version: 'service.version',
  node: 'process.runtime.version',
};
