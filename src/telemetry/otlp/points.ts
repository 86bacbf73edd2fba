import type { MetricDefinition } from '../metric-list.ts';
import type { MetricValue } from '../metrics.ts';
import { attributes, type KeyValue, nanos, type Sender } from './encode.ts';

/** Since the process began: what a reader missed is in the next message. */
const CUMULATIVE = 2;

interface Span {
  readonly startedAt: number;
  readonly now: number;
}

type Labels = MetricValue['labels'];

/** The message for `v1/metrics`: the registry's values, under OpenTelemetry's names. */
export function metricMessage(
  { resource, scope }: Sender,
  found: readonly { readonly metric: MetricDefinition; readonly values: readonly MetricValue[] }[],
  span: Span,
): { readonly message: object; readonly points: number } {
  let points = 0;
  const metrics = found.flatMap(({ metric, values }) => {
    const { otel: name, help: description, unit } = metric;
    const data = dataOf(metric, values, span);
    points += data.points.length;
    return data.points.length === 0 ? [] : [{ name, description, unit, ...data.of }];
  });
  return { message: { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }, points };
}

function dataOf({ kind, buckets = [] }: MetricDefinition, values: readonly MetricValue[], span: Span) {
  if (kind === 'histogram') {
    const points = histogramPoints(values, buckets, span);
    return { points, of: { histogram: { dataPoints: points, aggregationTemporality: CUMULATIVE } } };
  }
  const points = values.map(({ value, labels }) => ({
    ...times(span),
    asDouble: value,
    attributes: labelAttributes(labels),
  }));
  if (kind === 'gauge') return { points, of: { gauge: { dataPoints: points } } };
  const sum = { dataPoints: points, aggregationTemporality: CUMULATIVE, isMonotonic: true };
  return { points, of: { sum } };
}

const times = ({ startedAt, now }: Span) => ({
  startTimeUnixNano: nanos(startedAt),
  timeUnixNano: nanos(now),
});

/** Prometheus' buckets count what is below each bound, OTLP's what is between two. */
function histogramPoints(values: readonly MetricValue[], bounds: readonly number[], span: Span) {
  const series = new Map<string, { labels: Labels; upTo: number[]; sum: number; count: number }>();
  for (const { value, metricName = '', labels } of values) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(rest);
    const one = series.get(key) ?? { labels: rest, upTo: [], sum: 0, count: 0 };
    series.set(key, one);
    if (metricName.endsWith('_sum')) one.sum = value;
    else if (metricName.endsWith('_count')) one.count = value;
    else if (le !== '+Inf') one.upTo.push(value);
  }
  return [...series.values()].map(({ labels, upTo, sum, count }) => ({
    ...times(span),
    count: String(count),
    sum,
    bucketCounts: [...upTo, count].map((total, index) => String(total - (upTo[index - 1] ?? 0))),
    explicitBounds: bounds,
    attributes: labelAttributes(labels),
  }));
}

/** `gen_ai_request_model` → `gen_ai.request.model`. An empty label is none. */
function labelAttributes(labels: Labels): KeyValue[] {
  const named: [string, string][] = [];
  for (const [label, value] of Object.entries(labels))
    if (value !== undefined && value !== '')
      named.push([OTEL_LABELS[label] ?? `qcc.${label}`, String(value)]);
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
