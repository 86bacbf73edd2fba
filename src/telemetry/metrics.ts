import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EndpointView } from '../domain/health.ts';
import type { AttemptRecord, ExchangeRecord, RecordObserver } from '../domain/ledger.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import type { Clock } from '../platform/clock.ts';
import { createBoundedLabel } from './bounded-labels.ts';
import { operationOf, providerOf } from './gen-ai.ts';
import { METRICS, type MetricDefinition, type MetricKey } from './metric-list.ts';

/** What is read when the metrics are, rather than counted as it happens. */
export interface MetricReadings {
  endpoints(): readonly EndpointView[];
  /** Requests waiting for a slot, by cluster. */
  waiting(): readonly (readonly [cluster: string, count: number])[];
  running(): number;
  keptBytes(): number;
}

export interface MetricPorts {
  readonly readings: MetricReadings;
  readonly clock: Clock;
  readonly version: string;
}

/** One value of a metric, with its labels. Of histograms: `_bucket` (cumulative, `le`), `_sum` and `_count`. */
export interface MetricValue {
  readonly value: number;
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
}

/** The registry's counters, told by the recorder; they can be read as Prometheus text, or as values. */
export interface Metrics extends RecordObserver {
  /** Prometheus' text format, version 0.0.4. */
  text(): Promise<string>;
  values(): Promise<
    readonly { readonly metric: MetricDefinition; readonly values: readonly MetricValue[] }[]
  >;
  alertMessage(result: 'sent' | 'failed' | 'dropped'): void;
  otlpDropped(signal: 'traces' | 'metrics', count: number): void;
  /** Stops measuring the event loop. */
  close(): void;
}

/** Clients name models, so their number needs a bound. */
const MOST_MODELS = 50;
/** Endpoints come from the configuration, but each change of a key makes another id. */
const MOST_ENDPOINTS = 200;
const LAG_EVERY_MS = 100;

type Made = {
  readonly [K in MetricKey]: (typeof METRICS)[K]['kind'] extends 'counter'
    ? Counter
    : (typeof METRICS)[K]['kind'] extends 'gauge'
      ? Gauge
      : Histogram;
};

/** A registry of its own, so that several gateways can live in one process. prom-client is loaded when needed: 80 ms. */
export async function createMetrics({ readings, clock, version }: MetricPorts): Promise<Metrics> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  const made = make(client, registry);
  const startedAtS = Date.now() / 1000 - process.uptime();
  made.buildInfo.set({ version, node: process.versions.node }, 1);
  made.startTime.set(startedAtS);
  const stopLag = watchLag(clock, (lagMs) => made.loopLag.observe(lagMs / 1000));
  const read = () => {
    readProcess(made);
    readGateway(made, readings);
  };
  return {
    ...counting(made, readings),
    text() {
      read();
      return registry.metrics();
    },
    async values() {
      read();
      const found = await registry.getMetricsAsJSON();
      return Object.values(METRICS).map((metric, index) => ({
        metric,
        values: (found[index]?.values ?? []) as readonly MetricValue[],
      }));
    },
    alertMessage: (result) => made.alertMessages.inc({ result }),
    otlpDropped: (signal, count) => made.otlpDropped.inc({ signal }, count),
    close: stopLag,
  };
}

/** In the order of the list, which is the order in which the registry gives them back. */
function make(client: typeof import('prom-client'), registry: Registry): Made {
  const classes = { counter: client.Counter, gauge: client.Gauge, histogram: client.Histogram };
  const entries = Object.entries(METRICS).map(([key, metric]: [string, MetricDefinition]) => {
    const options = {
      name: metric.name,
      help: metric.help,
      labelNames: metric.labels,
      registers: [registry],
    };
    const buckets = metric.buckets ? { buckets: [...metric.buckets] } : {};
    return [key, new classes[metric.kind]({ ...options, ...buckets })];
  });
  return Object.fromEntries(entries) as Made;
}

/** The part that is told of what happens. */
function counting(made: Made, readings: MetricReadings): RecordObserver {
  const models = createBoundedLabel(MOST_MODELS);
  const ids = createBoundedLabel(MOST_ENDPOINTS);
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    if (!names.has(id)) for (const view of readings.endpoints()) names.set(view.id, view.name);
    return names.get(id) ?? id;
  };
  const endpointLabels = (id: string) => {
    const known = ids.of(id);
    return { endpoint_id: known, endpoint: known === id ? nameOf(id) : known };
  };
  return {
    attemptEnded(record) {
      const labels = endpointLabels(record.endpointId);
      made.attempts.inc({ ...labels, cause: record.result, charge_risk: record.chargeRisk });
      if (record.result !== 'cancelled') made.attemptDuration.observe(labels, record.totalMs / 1000);
    },
    exchangeEnded(record, attempts, about, earlier) {
      countMoney(made, record, earlier);
      if (earlier !== undefined) return;
      made.exchanges.inc({ operation: record.operation, delivery: record.delivery });
      if (record.operation !== 'generate') return;
      // A name that no upstream took is somebody's mistake, or worse: it gets no series of its own.
      const model = models.of(
        about.model ?? '',
        attempts.some(({ result }) => result !== 'rejected'),
      );
      measure(made, record, attempts, {
        gen_ai_operation_name: operationOf(record.operation),
        gen_ai_provider_name: providerOf(record.protocol),
        gen_ai_request_model: model,
      });
    },
    turnedAway: (code) => made.turnedAway.inc({ code }),
    joined: (how) => made.joins.inc({ how }),
    heartbeat: (protocol: Protocol) => made.heartbeats.inc({ protocol }),
  };
}

type GenAiLabels = Record<'gen_ai_operation_name' | 'gen_ai_provider_name' | 'gen_ai_request_model', string>;

function measure(
  made: Made,
  record: ExchangeRecord,
  attempts: readonly AttemptRecord[],
  labels: GenAiLabels,
): void {
  const { startedAt, endedAt, protocol, usage } = record;
  if (endedAt !== undefined)
    made.duration.observe(withError(labels, errorTypeOf(record)), (endedAt - startedAt) / 1000);
  for (const { result, firstEventMs } of attempts)
    if (result === 'answered' && firstEventMs !== undefined)
      made.firstToken.observe(labels, firstEventMs / 1000);
  const input = inputTokensOf(usage, protocol);
  if (input !== undefined) made.tokens.observe({ ...labels, gen_ai_token_type: 'input' }, input);
  if (usage.outputTokens !== undefined)
    made.tokens.observe({ ...labels, gen_ai_token_type: 'output' }, usage.outputTokens);
}

const withError = (labels: GenAiLabels, errorType: string) =>
  errorType === '' ? labels : { ...labels, error_type: errorType };

/** Why a request failed; empty where it did not. */
export function errorTypeOf({ failed, cause, error, delivery }: ExchangeRecord): string {
  if (!(failed ?? delivery !== 'delivered')) return '';
  return cause ?? error ?? delivery;
}

/** All of the prompt: Anthropic counts what came from its cache, or went there, apart. */
export function inputTokensOf(usage: Usage, protocol: Protocol): number | undefined {
  const { inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = usage;
  if (inputTokens === undefined || protocol !== 'anthropic-messages') return inputTokens;
  return inputTokens + cacheReadTokens + cacheWriteTokens;
}

/** A row that is written again says what has changed: money once lost may have found its taker. */
function countMoney(made: Made, record: ExchangeRecord, earlier: ExchangeRecord | undefined): void {
  const lost = (record.lostMicroUsd ?? 0) - (earlier?.lostMicroUsd ?? 0);
  if (lost !== 0) (lost > 0 ? made.lostMicroUsd : made.regainedMicroUsd).inc(Math.abs(lost));
  const lostCalls = record.lostCalls - (earlier?.lostCalls ?? 0);
  if (lostCalls !== 0) (lostCalls > 0 ? made.lostCalls : made.regainedCalls).inc(Math.abs(lostCalls));
  const saved = (record.savedMicroUsd ?? 0) - (earlier?.savedMicroUsd ?? 0);
  if (saved > 0) made.savedMicroUsd.inc(saved);
  const savedCalls = record.savedCalls - (earlier?.savedCalls ?? 0);
  if (savedCalls > 0) made.savedCalls.inc(savedCalls);
}

const CIRCUIT_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Series of endpoints and clusters that are gone end with them: gauges are set anew. */
function readGateway(made: Made, readings: MetricReadings): void {
  const endpoints = readings.endpoints();
  made.circuit.reset();
  made.inFlight.reset();
  for (const { id, name, circuit, inFlight } of endpoints) {
    made.circuit.set({ endpoint_id: id, endpoint: name }, CIRCUIT_VALUES[circuit.kind]);
    made.inFlight.set({ endpoint_id: id, endpoint: name }, inFlight);
  }
  made.failureQueue.set(endpoints.filter(({ inQueue }) => inQueue).length);
  made.waiting.reset();
  for (const [cluster, count] of readings.waiting()) made.waiting.set({ cluster }, count);
  made.running.set(readings.running());
  made.keptBytes.set(readings.keptBytes());
}

/** Of the process only what costs microseconds: listing open handles or files grows with the connections. */
function readProcess(made: Made): void {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  made.cpu.reset();
  made.cpu.inc((user + system) / 1e6);
  made.residentMemory.set(rss);
  made.heapUsed.set(heapUsed);
  made.externalMemory.set(external);
}

/** How late a timer fires. Returns what ends it. */
function watchLag(clock: Clock, onLag: (lagMs: number) => void): () => void {
  let dueAt = clock.now() + LAG_EVERY_MS;
  const timer = clock.timer(LAG_EVERY_MS, () => {
    const now = clock.now();
    onLag(Math.max(0, now - dueAt));
    dueAt = now + LAG_EVERY_MS;
    timer.refresh();
  });
  return () => timer.cancel();
}
