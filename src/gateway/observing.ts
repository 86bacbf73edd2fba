import { type Alerts, createAlerts } from '../alerts/alerts.ts';
import type { RecordObserver } from '../domain/ledger.ts';
import type { Settings } from '../domain/settings.ts';
import type { AlertTestView } from '../domain/view.ts';
import type { Language } from '../errors/catalogue.ts';
import type { Clock } from '../platform/clock.ts';
import {
  createMetrics,
  createOtlp,
  type Log,
  type MetricReadings,
  type Otlp,
  type OtlpSettings,
} from '../telemetry/telemetry.ts';

export interface ObservingPorts {
  readonly settings: Settings;
  /** Absent: nothing is exported. */
  readonly otlp?: OtlpSettings;
  readonly readings: MetricReadings;
  readonly log: Log;
  readonly clock: Clock;
  readonly language: Language;
  readonly version: string;
  random(): number;
}

/** Those who watch what goes on record, but for the live view: metrics, traces, alerts. */
export interface Observing {
  readonly observers: readonly RecordObserver[];
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  testAlerts(): Promise<readonly AlertTestView[]>;
  /** The `traceparent` of an upstream call; undefined = the client's own stays. */
  traceparentOf: Otlp['traceparentOf'];
  apply(settings: Settings): void;
  /** Sends what is left, for at most 2 s. */
  close(): Promise<void>;
}

export function createObserving(ports: ObservingPorts): Observing {
  const { otlp: asked, readings, log, clock, version, random } = ports;
  const note = (detail: string) => log.write({ kind: 'trouble', detail });
  for (const detail of asked?.notes ?? []) note(detail);
  const metrics = createMetrics({ readings, clock, version });
  const salt = `${process.pid} ${clock.wall()} ${random()}`;
  const whereIs = (id: string) => readings.endpoints().find((endpoint) => endpoint.id === id);
  const otlp = asked
    ? createOtlp({ settings: asked, metrics, clock, version, random, salt, whereIs, onTrouble: note })
    : undefined;
  const alerts: Alerts = createAlerts(ports.settings.alerts, {
    clock,
    random,
    language: ports.language,
    note,
    count: metrics.alertMessage,
    endpoints: readings.endpoints,
  });
  return {
    observers: [metrics, alerts, ...(otlp ? [otlp] : [])],
    metrics: async () => metrics.text(),
    testAlerts: alerts.test,
    traceparentOf: (about, attempt) => otlp?.traceparentOf(about, attempt),
    apply: (settings) => alerts.apply(settings.alerts),
    async close() {
      metrics.close();
      await Promise.all([alerts.close(), otlp?.close()]);
    },
  };
}
