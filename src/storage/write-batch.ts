import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import { NO_TOTALS, type Totals } from './store.ts';

/** What one transaction writes: whole, or not at all. */
export interface WriteBatch {
  readonly snapshots: readonly EndpointSnapshot[];
  readonly events: readonly HealthEvent[];
  readonly totals: Totals;
}

/** Events that may wait for a disk that does not answer; beyond, the oldest go. About 2 MB. */
export const QUEUED_EVENTS_MAX = 10_000;

/** Adds counters up. */
export function sumTotals(a: Totals, b: Totals): Totals {
  return {
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    failures: a.failures + b.failures,
    durationMs: a.durationMs + b.durationMs,
  };
}

/**
 * Writes waiting for the worker. Only the last snapshot of an endpoint counts, counters are summed up and
 * events are bounded: a stuck disk costs a known amount of memory.
 */
export interface WriteQueue {
  readonly empty: boolean;
  saveEndpoints(snapshots: readonly EndpointSnapshot[]): void;
  appendHealthEvents(events: readonly HealthEvent[]): void;
  addTotals(delta: Totals): void;
  /** Everything that waits; the queue is empty afterwards. */
  take(): WriteBatch;
  /** A batch that could not be written comes back, before what was queued since. */
  putBack(batch: WriteBatch): void;
}

/** An empty queue. */
export function createWriteQueue(): WriteQueue {
  let snapshots = new Map<string, EndpointSnapshot>();
  let events: HealthEvent[] = [];
  let totals: Totals | undefined;

  const bound = () => {
    if (events.length > QUEUED_EVENTS_MAX) events = events.slice(-QUEUED_EVENTS_MAX);
  };

  return {
    get empty() {
      return snapshots.size === 0 && events.length === 0 && totals === undefined;
    },
    saveEndpoints(added) {
      for (const snapshot of added) snapshots.set(snapshot.endpointId, snapshot);
    },
    appendHealthEvents(added) {
      for (const event of added) events.push(event);
      bound();
    },
    addTotals(delta) {
      totals = sumTotals(totals ?? NO_TOTALS, delta);
    },
    take() {
      const batch = { snapshots: [...snapshots.values()], events, totals: totals ?? NO_TOTALS };
      snapshots = new Map();
      events = [];
      totals = undefined;
      return batch;
    },
    putBack(batch) {
      const later = snapshots;
      snapshots = new Map(batch.snapshots.map((snapshot) => [snapshot.endpointId, snapshot]));
      for (const [id, snapshot] of later) snapshots.set(id, snapshot);
      events = [...batch.events, ...events];
      bound();
      totals = sumTotals(batch.totals, totals ?? NO_TOTALS);
    },
  };
}
