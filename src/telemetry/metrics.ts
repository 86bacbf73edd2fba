import type { EndpointView } from '../domain/health.ts';
import type { AttemptRecord, ExchangeRecord, RecordObserver } from '../domain/ledger.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Usage } from '../domain/usage.ts';
import type { Clock } from '../platform/clock.ts';
import { createBoundedLabel } from './bounded-labels.ts';
import { Family, HistogramCell, type Labelled, NumberCell, type Series } from './cells.ts';
import { exposition, type MetricReading } from './exposition.ts';
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

/** What is counted as it happens, told by the recorder; it can be read as Prometheus' text, or as values. */
export interface Metrics extends RecordObserver {
  /** Prometheus' text format, version 0.0.4. */
  text(): string;
  /** Every metric with its series; the cells go on counting. */
  values(): readonly MetricReading[];
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

type GaugeKey = { [K in MetricKey]: (typeof METRICS)[K]['kind'] extends 'gauge' ? K : never }[MetricKey];
type CellOf<K extends MetricKey> = (typeof METRICS)[K]['kind'] extends 'counter' ? NumberCell : HistogramCell;
type Families = { readonly [K in Exclude<MetricKey, GaugeKey>]: Family<CellOf<K>> };

/** Cells of its own, so that several gateways can live in one process. */
export function createMetrics({ readings, clock, version }: MetricPorts): Metrics {
  const families = createFamilies();
  const startedAtS = Date.now() / 1000 - process.uptime();
  const lag = families.loopLag.cell;
  const stopLag = watchLag(clock, (lagMs) => lag.observe(lagMs / 1000));
  const values = (): MetricReading[] => {
    const { user, system } = process.cpuUsage();
    families.cpu.cell.value = (user + system) / 1e6;
    const found: Record<MetricKey, { readonly series: MetricReading['series'] }> = {
      ...families,
      ...gauges(readings, version, startedAtS),
    };
    return Object.entries(METRICS).map(([key, metric]) => ({
      metric,
      series: found[key as MetricKey].series,
    }));
  };
  return {
    ...counting(families, readings),
    text: () => exposition(values()),
    values,
    alertMessage: (result) => families.alertMessages.at(result).cell.add(1),
    otlpDropped: (signal, count) => families.otlpDropped.at(signal).cell.add(count),
    close: stopLag,
  };
}

/** A metric without labels has its one series from the beginning. */
function createFamilies(): Families {
  const entries = Object.entries(METRICS).flatMap(([key, metric]: [string, MetricDefinition]) => {
    if (metric.kind === 'gauge') return [];
    const { kind, buckets = [], labels } = metric;
    const family =
      kind === 'counter' ? new Family(() => new NumberCell()) : new Family(() => new HistogramCell(buckets));
    if (labels.length === 0) void family.cell;
    return [[key, family]];
  });
  return Object.fromEntries(entries) as Families;
}

/** What one endpoint's calls are counted in. */
interface EndpointCells {
  readonly attempts: Labelled<NumberCell>;
  readonly duration: Labelled<HistogramCell>;
}

/** Where the requests for one model are measured. */
interface ModelCells {
  readonly duration: Labelled<HistogramCell>;
  readonly firstToken: Labelled<HistogramCell>;
  readonly inputTokens: Labelled<HistogramCell>;
  readonly outputTokens: Labelled<HistogramCell>;
}

/** The part that is told of what happens: a few look-ups and additions a request, and nothing made. */
function counting(families: Families, readings: MetricReadings): RecordObserver {
  const endpointOf = endpointCells(families, readings);
  const modelOf = modelCells(families);
  return {
    attemptEnded({ endpointId, result, chargeRisk, totalMs }) {
      const cells = endpointOf(endpointId);
      cells.attempts.at(result).at(chargeRisk).cell.add(1);
      if (result !== 'cancelled') cells.duration.cell.observe(totalMs / 1000);
    },
    exchangeEnded(record, attempts, about, earlier) {
      countMoney(families, record, earlier);
      if (earlier !== undefined) return;
      families.exchanges.at(record.operation).at(record.delivery).cell.add(1);
      if (record.operation !== 'generate') return;
      // A name that no upstream took is somebody's mistake, or worse: it gets no series of its own.
      measure(modelOf(about.model ?? '', record.protocol, wasTaken(attempts)), record, attempts);
    },
    turnedAway: (code) => families.turnedAway.at(code).cell.add(1),
    joined: (how) => families.joins.at(how).cell.add(1),
    heartbeat: (protocol: Protocol) => families.heartbeats.at(protocol).cell.add(1),
  };
}

function wasTaken(attempts: readonly AttemptRecord[]): boolean {
  for (const { result } of attempts) if (result !== 'rejected') return true;
  return false;
}

/** Finds an endpoint's cells; those of what came too late are one. */
function endpointCells(families: Families, readings: MetricReadings): (id: string) => EndpointCells {
  const ids = createBoundedLabel(MOST_ENDPOINTS);
  const known = new Map<string, EndpointCells>();
  const admit = (id: string): EndpointCells => {
    const label = ids.of(id);
    const found = known.get(label);
    if (found) return found;
    const name = label === id ? readings.endpoints().find((view) => view.id === id)?.name : undefined;
    const cells = {
      attempts: families.attempts.at(label).at(name ?? label),
      duration: families.attemptDuration.at(label).at(name ?? label),
    };
    known.set(label, cells);
    return cells;
  };
  return (id) => known.get(id) ?? admit(id);
}

type ModelOf = (model: string, protocol: Protocol, taken: boolean) => ModelCells;

function modelCells({ duration, firstToken, tokens }: Families): ModelOf {
  const models = createBoundedLabel(MOST_MODELS);
  const operation = operationOf('generate');
  const byProvider = new Map<string, Map<string, ModelCells>>();
  const admit = (provider: string, model: string): ModelCells => {
    const tokensOf = tokens.at(operation).at(provider).at(model);
    const cells = {
      duration: duration.at(operation).at(provider).at(model),
      firstToken: firstToken.at(operation).at(provider).at(model),
      inputTokens: tokensOf.at('input'),
      outputTokens: tokensOf.at('output'),
    };
    const known = byProvider.get(provider) ?? new Map<string, ModelCells>();
    byProvider.set(provider, known.set(model, cells));
    return cells;
  };
  return (model, protocol, taken) => {
    const provider = providerOf(protocol);
    const label = models.of(model, taken);
    return byProvider.get(provider)?.get(label) ?? admit(provider, label);
  };
}

function measure(cells: ModelCells, record: ExchangeRecord, attempts: readonly AttemptRecord[]): void {
  const { startedAt, endedAt, protocol, usage } = record;
  if (endedAt !== undefined) {
    const error = errorTypeOf(record);
    const duration = error === '' ? cells.duration : cells.duration.at(error);
    duration.cell.observe((endedAt - startedAt) / 1000);
  }
  for (const { result, firstEventMs } of attempts)
    if (result === 'answered' && firstEventMs !== undefined)
      cells.firstToken.cell.observe(firstEventMs / 1000);
  const input = inputTokensOf(usage, protocol);
  if (input !== undefined) cells.inputTokens.cell.observe(input);
  if (usage.outputTokens !== undefined) cells.outputTokens.cell.observe(usage.outputTokens);
}

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
function countMoney(families: Families, record: ExchangeRecord, earlier: ExchangeRecord | undefined): void {
  const lost = (record.lostMicroUsd ?? 0) - (earlier?.lostMicroUsd ?? 0);
  if (lost !== 0) (lost > 0 ? families.lostMicroUsd : families.regainedMicroUsd).cell.add(Math.abs(lost));
  const lostCalls = record.lostCalls - (earlier?.lostCalls ?? 0);
  if (lostCalls !== 0)
    (lostCalls > 0 ? families.lostCalls : families.regainedCalls).cell.add(Math.abs(lostCalls));
  families.savedMicroUsd.cell.add((record.savedMicroUsd ?? 0) - (earlier?.savedMicroUsd ?? 0));
  families.savedCalls.cell.add(record.savedCalls - (earlier?.savedCalls ?? 0));
}

const CIRCUIT_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;

interface Gauge {
  readonly series: readonly Series<{ readonly value: number }>[];
}

const gauge = (value: number, ...labels: string[]): Gauge => ({ series: [{ labels, cell: { value } }] });

/**
 * Made anew at each reading, so that series of endpoints and clusters that are gone end with them. Of the process only
 * what costs microseconds: listing open handles or files grows with the connections.
 */
function gauges(readings: MetricReadings, version: string, startedAtS: number): Record<GaugeKey, Gauge> {
  const endpoints = readings.endpoints();
  const { rss, heapUsed, external } = process.memoryUsage();
  const perEndpoint = (read: (view: EndpointView) => number): Gauge => ({
    series: endpoints.map((view) => ({ labels: [view.id, view.name], cell: { value: read(view) } })),
  });
  return {
    circuit: perEndpoint(({ circuit }) => CIRCUIT_VALUES[circuit.kind]),
    inFlight: perEndpoint(({ inFlight }) => inFlight),
    failureQueue: gauge(endpoints.filter(({ inQueue }) => inQueue).length),
    waiting: {
      series: readings.waiting().map(([cluster, value]) => ({ labels: [cluster], cell: { value } })),
    },
    running: gauge(readings.running()),
    keptBytes: gauge(readings.keptBytes()),
    buildInfo: gauge(1, version, process.versions.node),
    startTime: gauge(startedAtS),
    residentMemory: gauge(rss),
    heapUsed: gauge(heapUsed),
    externalMemory: gauge(external),
  };
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
