import type { AttemptContext, RecordObserver } from '../../domain/ledger.ts';
import type { Clock } from '../../platform/clock.ts';
import { within } from '../../platform/within.ts';
import type { Metrics } from '../metrics.ts';
import { createPoster } from '../post.ts';
import { senderOf } from './encode.ts';
import type { OtlpSettings } from './environment.ts';
import { metricMessage } from './points.ts';
import { samples } from './sampler.ts';
import { type SendingPorts, sendMessage } from './sending.ts';
import { type Span, spansOf, traceMessage, type WhereIs } from './spans.ts';
import { createTraceIds, readTraceparent } from './trace-ids.ts';

export interface OtlpPorts {
  readonly settings: OtlpSettings;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly version: string;
  random(): number;
  /** Sets this process's exchanges apart from others'. */
  readonly salt: string;
  readonly whereIs: WhereIs;
  onTrouble(detail: string): void;
}

/** Exports traces and metrics over OTLP/HTTP as JSON. It never waits for the receiver, and loses what it can't hold. */
export interface Otlp extends RecordObserver {
  /** The `traceparent` of an attempt's upstream call; undefined = the trace is not kept: the client's own stays. */
  traceparentOf(about: Pick<AttemptContext, 'id' | 'traceparent'>, attempt: number): string | undefined;
  /** Sends what is left, for at most 2 s. */
  close(): Promise<void>;
}

const MOST_SPANS = 2_048;
const BATCH_SPANS = 256;
const SPANS_EVERY_MS = 5_000;
const LAST_WORDS_MS = 2_000;

export function createOtlp(ports: OtlpPorts): Otlp {
  const { settings, clock } = ports;
  const poster = createPoster();
  const sending: SendingPorts = { ...ports, poster, onTrouble: onceEach(ports.onTrouble) };
  const startedAt = clock.wall();
  const ids = createTraceIds(ports.salt);
  const keeps = (about: Pick<AttemptContext, 'id' | 'traceparent'>): boolean => {
    const parent = readTraceparent(about.traceparent);
    return samples(settings.sampler, parent?.traceId ?? ids.traceIdOf(about.id), parent?.sampled);
  };
  const spans = settings.traces ? createSpanQueue(ports, sending) : undefined;
  const points = settings.metrics ? createPointTimer(ports, sending, startedAt) : undefined;
  return {
    ...(spans
      ? {
          exchangeEnded(record, attempts, about, earlier) {
            if (earlier === undefined && keeps(about))
              spans.add(attempts.length + 1, () => spansOf(record, attempts, about, ids, ports.whereIs));
          },
        }
      : {}),
    traceparentOf(about, attempt) {
      if (!spans || !keeps(about)) return undefined;
      const traceId = readTraceparent(about.traceparent)?.traceId ?? ids.traceIdOf(about.id);
      return `00-${traceId}-${ids.spanIdOf(about.id, attempt)}-01`;
    },
    async close() {
      await within(LAST_WORDS_MS, clock, Promise.all([spans?.close(), points?.close()]));
      await poster.close();
    },
  };
}

interface SpanQueue {
  /** `make` is called where there is room for its `count` spans. */
  add(count: number, make: () => readonly Span[]): void;
  close(): Promise<void>;
}

/** Spans wait here for a full batch, or for the timer. While a batch is tried again, the others wait behind it. */
function createSpanQueue(ports: OtlpPorts, sending: SendingPorts): SpanQueue {
  const { settings, metrics, clock, version } = ports;
  const sender = senderOf(Object.entries(settings.resource), version);
  const waiting: Span[] = [];
  let closing = false;
  let sendingNow: Promise<void> | undefined;

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH_SPANS);
      const message = traceMessage(sender, batch);
      const sent = await sendMessage(message, 'traces', settings.traces!, sending, () => closing);
      const dropped = sent.ok ? sent.rejected : batch.length;
      if (dropped > 0) metrics.otlpDropped('traces', dropped);
    }
  }

  function flush(): Promise<void> {
    sendingNow ??= sendAll()
      .catch(sayDefect(sending))
      .finally(() => {
        sendingNow = undefined;
      });
    return sendingNow;
  }

  const timer = clock.timer(SPANS_EVERY_MS, () => {
    void flush();
    timer.refresh();
  });
  return {
    add(count, make) {
      if (waiting.length + count > MOST_SPANS) return metrics.otlpDropped('traces', count);
      waiting.push(...make());
      if (waiting.length >= BATCH_SPANS) void flush();
    },
    async close() {
      closing = true;
      timer.cancel();
      await flush();
    },
  };
}

/** Sends the registry's values at their interval, and once more at the end. */
function createPointTimer(ports: OtlpPorts, sending: SendingPorts, startedAt: number) {
  const { settings, metrics, clock, version } = ports;
  const signal = settings.metrics!;
  const sender = senderOf(Object.entries(settings.resource), version);
  let closing = false;
  let sendingNow: Promise<void> | undefined;

  async function send(): Promise<void> {
    const { message, points } = metricMessage(sender, metrics.values(), {
      startedAt,
      now: clock.wall(),
    });
    const sent = await sendMessage(message, 'metrics', signal, sending, () => closing);
    const dropped = sent.ok ? sent.rejected : points;
    if (dropped > 0) metrics.otlpDropped('metrics', dropped);
  }
  const flush = (): Promise<void> => {
    // Values are sums: while one message is tried again, the next one would only say more of the same.
    sendingNow ??= send()
      .catch(sayDefect(sending))
      .finally(() => {
        sendingNow = undefined;
      });
    return sendingNow;
  };
  const timer = clock.timer(signal.intervalMs, () => {
    void flush();
    timer.refresh();
  });
  return {
    async close() {
      closing = true;
      timer.cancel();
      await sendingNow;
      await flush();
    },
  };
}

/** Nobody waits for what is sent: a defect there would else end the process. */
const sayDefect =
  ({ onTrouble }: SendingPorts) =>
  (thrown: unknown): void =>
    onTrouble(`OTLP: ${thrown instanceof Error ? thrown.message : String(thrown)}`);

/** The same trouble, again and again, is told once. */
function onceEach(say: (detail: string) => void): (detail: string) => void {
  let last = '';
  return (detail) => {
    if (detail !== last) say(detail);
    last = detail;
  };
}
