import { HistogramCell, type Series } from './cells.ts';
import type { MetricDefinition } from './metric-list.ts';

/** A metric and its series, as they are now. */
export interface MetricReading {
  readonly metric: MetricDefinition;
  readonly series: readonly Series<HistogramCell | { readonly value: number }>[];
}

/**
 * Prometheus' text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */
export function exposition(readings: readonly MetricReading[]): string {
  const blocks = readings.map(({ metric, series }) => {
    const lines = [
      `# HELP ${metric.name} ${escapeHelp(metric.help)}`,
      `# TYPE ${metric.name} ${metric.kind}`,
    ];
    for (const { labels, cell } of series) {
      const written = labels.map((value, index) => `${metric.labels[index]}="${escapeLabel(value)}"`).join();
      if (cell instanceof HistogramCell) pushHistogram(lines, metric, written, cell);
      else lines.push(`${metric.name}${inBraces(written)} ${numberText(cell.value)}`);
    }
    return lines.join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** Buckets are cumulative here: each counts all that is not above its bound. */
function pushHistogram(
  lines: string[],
  { name, buckets = [] }: MetricDefinition,
  labels: string,
  cell: HistogramCell,
): void {
  const after = labels === '' ? '' : `,${labels}`;
  let upTo = 0;
  for (const [index, count] of cell.counts.entries()) {
    upTo += count;
    lines.push(`${name}_bucket{le="${numberText(buckets[index] ?? Infinity)}"${after}} ${upTo}`);
  }
  lines.push(`${name}_sum${inBraces(labels)} ${numberText(cell.sum)}`);
  lines.push(`${name}_count${inBraces(labels)} ${upTo}`);
}

const inBraces = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

const numberText = (value: number): string => (value === Infinity ? '+Inf' : String(value));

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');
