import { expect, it } from 'vitest';
import { HistogramCell } from '../cells.ts';
import { attributes, nanos, senderOf } from './encode.ts';
import { metricMessage } from './points.ts';

it('counts between bounds, not below them', () => {
  const metric = {
    name: 'x_seconds',
    kind: 'histogram',
    help: 'X.',
    labels: ['gen_ai_request_model', 'error_type'],
    buckets: [1, 2],
    otel: 'x',
    unit: 's',
  } as const;
  const cell = new HistogramCell(metric.buckets);
  for (const value of [1, 0.5, 0, 1.5, 2, 3.5, 4, 4, 4]) cell.observe(value);
  const span = { startedAt: 1_000, now: 2_000.5 };
  const { message, points } = metricMessage(
    senderOf([], '1'),
    [{ metric, series: [{ labels: ['m', ''], cell }] }],
    span,
  );
  expect(points).toBe(1);
  expect(message).toMatchObject({
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'x',
                unit: 's',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      startTimeUnixNano: '1000000000',
                      timeUnixNano: '2000500000',
                      count: '9',
                      sum: 20.5,
                      bucketCounts: ['3', '2', '4'],
                      explicitBounds: [1, 2],
                      attributes: [{ key: 'gen_ai.request.model', value: { stringValue: 'm' } }],
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
});

it.each([
  [1_795_310_035_633.25, '1795310035633250000'],
  [0, '0000000'],
  [1.9999999999, '1999999'],
])('%d ms are %s… ns', (ms, beginning) => {
  expect(nanos(ms).startsWith(beginning)).toBe(true);
  expect(nanos(ms)).toMatch(/^\d+$/);
});

it('values keep their kind; what is undefined is left out, what is long is cut', () => {
  expect(attributes(Object.entries({ a: 1, b: 1.5, c: 'x'.repeat(5_000), d: true, e: undefined }))).toEqual([
    { key: 'a', value: { intValue: '1' } },
    { key: 'b', value: { doubleValue: 1.5 } },
    { key: 'c', value: { stringValue: 'x'.repeat(1_000) } },
    { key: 'd', value: { boolValue: true } },
  ]);
});
