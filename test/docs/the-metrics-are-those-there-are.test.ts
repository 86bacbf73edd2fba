import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/telemetry.ts';
import { createFakeClock } from '../doubles/fake-clock.ts';
import { read } from './documents.ts';

const metrics = await createMetrics({
  readings: { endpoints: () => [], waiting: () => [], running: () => 0, keptBytes: () => 0 },
  clock: createFakeClock(),
  version: '0',
});
const there = new Map((await metrics.values()).map(({ metric }) => [metric.name, metric]));
const scraped = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
  ([, name = '', kind = '']) => [name, kind] as const,
);

/** `| `name` | kind | labels | over OTLP | meaning |`. */
const rows = read('docs/metrics.md')
  .split('\n')
  .flatMap((line) => {
    const cells = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').replaceAll('`', ''));
    return /^\| `(gen_ai|qcc|process|nodejs)_/.test(line) ? [cells] : [];
  });

describe('docs/metrics.md', () => {
  it('has every metric that can be scraped, as it is', () => {
    expect(scraped.map(([name, kind]) => `${name} ${kind}`).sort()).toEqual(
      rows.map(([name, kind]) => `${name} ${kind}`).sort(),
    );
  });

  it('says their labels, their names over OTLP, and what they mean', () => {
    expect(rows).toEqual(
      [...there.values()].map(({ name, kind, labels, otel, help }) => [
        name,
        kind,
        labels.join(', ') || '–',
        otel,
        help,
      ]),
    );
  });
});

describe('docs/grafana-dashboard.json', () => {
  const dashboard = JSON.parse(read('docs/grafana-dashboard.json')) as {
    panels: { id: number; type: string; gridPos: object; targets?: { expr: string }[] }[];
    templating: { list: { name: string; definition?: string }[] };
  };
  const queries = [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
  ];
  /** A metric's name stands before its labels or a range. */
  const named = new Set(
    queries.flatMap((query) =>
      [...query.matchAll(/\b([a-z][a-z0-9_]*_[a-z0-9_]+)(?=[{[])/g)].map(([name]) => name),
    ),
  );

  it('asks for metrics that there are', () => {
    const known = (name: string) =>
      there.has(name) || there.get(name.replace(/_(bucket|sum|count)$/, ''))?.kind === 'histogram';
    expect([...named].filter((name) => !known(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(20);
  });

  it('asks for every one of them', () => {
    const asked = [...named].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...there.keys()].filter((name) => !asked.includes(name))).toEqual([]);
  });

  it('asks by labels that the metrics have', () => {
    const labels = new Set([...there.values()].flatMap((metric) => metric.labels as readonly string[]));
    const used = queries.flatMap((query) =>
      [...query.matchAll(/[{,](\w+)(?==|!=|=~|!~)/g)].map(([, name]) => name),
    );
    const fromPrometheus = ['instance', 'job', 'le'];
    expect(used.filter((name = '') => !labels.has(name) && !fromPrometheus.includes(name))).toEqual([]);
  });

  it('uses variables that it has, and panels with ids of their own', () => {
    const names = [
      ...dashboard.templating.list.map(({ name }) => name),
      '__rate_interval',
      '__range',
      '__all',
    ];
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
