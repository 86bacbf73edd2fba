import { describe, expect, it } from 'vitest';
import { otlpSettings } from './environment.ts';

const AT = 'http://127.0.0.1:4318';

describe('where to', () => {
  it.each<[Record<string, string>, string | undefined, string | undefined]>([
    [{}, undefined, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: AT }, `${AT}/v1/traces`, `${AT}/v1/metrics`],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${AT}/otlp/` }, `${AT}/otlp/v1/traces`, `${AT}/otlp/v1/metrics`],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${AT}/mine` }, `${AT}/mine`, undefined],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: AT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${AT}/mine` },
      `${AT}/v1/traces`,
      `${AT}/mine`,
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: AT, OTEL_METRICS_EXPORTER: 'none' }, `${AT}/v1/traces`, undefined],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: AT, OTEL_TRACES_EXPORTER: 'console, otlp' },
      `${AT}/v1/traces`,
      `${AT}/v1/metrics`,
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: AT, OTEL_SDK_DISABLED: 'TRUE' }, undefined, undefined],
  ])('%j: traces %s, metrics %s', (env, traces, metrics) => {
    const settings = otlpSettings(env);
    expect([settings?.traces?.url, settings?.metrics?.url]).toEqual([traces, metrics]);
    expect(settings?.notes ?? []).toEqual([]);
  });
});

it('what else is said is taken', () => {
  expect(
    otlpSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: AT,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20abc, x-tenant = blue',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-tenant=red',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '3000',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment=a%2Cb',
      OTEL_SERVICE_NAME: 'house',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    }),
  ).toEqual({
    traces: {
      url: `${AT}/v1/traces`,
      headers: { authorization: 'Basic abc', 'x-tenant': 'blue' },
      timeoutMs: 3_000,
      gzip: true,
    },
    metrics: {
      url: `${AT}/v1/metrics`,
      headers: { 'x-tenant': 'red' },
      timeoutMs: 2_000,
      gzip: true,
      intervalMs: 5_000,
    },
    resource: { 'service.name': 'house', 'deployment.environment': 'a,b' },
    sampler: { name: 'traceidratio', ratio: 0.25 },
    notes: [],
  });
});

describe('what makes no sense is noted, and does not keep the gateway from starting', () => {
  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /grpc.*http\/json/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' }, /OTEL_EXPORTER_OTLP_TIMEOUT is "soon"/],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, /"zstd"/],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /"jaeger_remote"/],
    [{ OTEL_TRACES_SAMPLER_ARG: '7' }, /"7"/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'hunter22' }, /not name=value/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=hunter22%0d%0ab: c' }, /not name=value/],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'user:hunter22@host' }, /TRACES_ENDPOINT is no http/],
  ])('%j', (env, words) => {
    const settings = otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: AT, ...env });
    expect(settings?.notes.join('\n')).toMatch(words);
    expect(settings?.notes.join('\n')).not.toContain('hunter22');
    expect(settings?.metrics?.url).toBe(`${AT}/v1/metrics`);
  });
});
