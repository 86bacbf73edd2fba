import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import { NO_TOTALS, type Totals } from './store.ts';

/** What one transaction writes: whole, or not at all. */
export interface WriteBatch {
  readonly snapshots: readonly EndpointSnapshot[];
  readonly events: readonly HealthEvent[];
  readonly totals: Totals;
  /** Ledger lines as they stand in the intents file: strings cross to a thread faster than objects. */
  readonly ledger: readonly string[];
  readonly answers: readonly StoredAnswer[];
  readonly states: readonly (readonly [name: string, json: string])[];
}

/** Events that may wait for a disk that does not answer; beyond, the oldest go. About 2 MB. */
export const QUEUED_EVENTS_MAX = 10_000;
/** Ledger lines that may wait so. Beyond, the oldest wait in the intents file alone. About 30 MB. */
export const QUEUED_LINES_MAX = 50_000;
/** Bodies of answers that may wait so; beyond, the oldest go. */
export const QUEUED_ANSWER_BYTES_MAX = 128 * 1024 * 1024;

/** Adds counters up. */
export function sumTotals(a: Totals, b: Totals): Totals {
  return {
    requests: a.requests + b.requests,
    successes: a.successes + b.successes,
    failures: a.failures + b.failures,
    durationMs: a.durationMs + b.durationMs,
  };
}

/** A batch of ledger lines alone. */
export const ledgerOnly = (ledger: readonly string[]): WriteBatch => ({
  snapshots: [],
  events: [],
  totals: NO_TOTALS,
  ledger,
  answers: [],
  states: [],
});

/**
 * Writes waiting for the worker. Only the last snapshot of an endpoint counts, counters are summed up and
 * events are bounded: a stuck disk costs a known amount of memory.
 */
export interface WriteQueue {
  readonly empty: boolean;
  /** Ledger lines that wait. */
  readonly ledger: readonly string[];
  /** Ledger lines were dropped: they stand in the intents file, and nowhere else. */
  readonly dropped: boolean;
  saveEndpoints(snapshots: readonly EndpointSnapshot[]): void;
  appendHealthEvents(events: readonly HealthEvent[]): void;
  addTotals(delta: Totals): void;
  /** `opens`: a later `closeLine` of this exchange may stand for the line. */
  addLine(line: string, opens?: string): void;
  /** A line that says all that the opening one of its exchange does, and takes its place if that still waits. */
  closeLine(line: string, exchangeId: string): void;
  /** More is to be said of an exchange than its closing line will. */
  keepOpening(exchangeId: string): void;
  saveAnswer(answer: StoredAnswer): void;
  saveState(name: string, json: string): void;
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
  let ledger: string[] = [];
  /** Where opening lines wait, counted from a line that `shift` has moved to. */
  let openings = new Map<string, number>();
  let shift = 0;
  let dropped = false;
  let answers = new Map<string, StoredAnswer>();
  let states = new Map<string, string>();

  const bound = () => {
    if (events.length > QUEUED_EVENTS_MAX) events = events.slice(-QUEUED_EVENTS_MAX);
    if (ledger.length <= QUEUED_LINES_MAX) return;
    // A tenth at once: dropping one by one would copy the rest each time.
    const gone = Math.ceil(ledger.length - QUEUED_LINES_MAX * 0.9);
    ledger = ledger.slice(gone);
    shift -= gone;
    dropped = true;
  };
  const boundAnswers = () => {
    let bytes = 0;
    for (const { id, body } of [...answers.values()].reverse()) {
      bytes += body.length;
      if (bytes > QUEUED_ANSWER_BYTES_MAX) answers.delete(id);
    }
  };

  return {
    get empty() {
      const none = snapshots.size + events.length + ledger.length + answers.size + states.size === 0;
      return none && totals === undefined;
    },
    get ledger() {
      return ledger;
    },
    get dropped() {
      return dropped;
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
    addLine(line, opens) {
      if (opens !== undefined) openings.set(opens, ledger.length - shift);
      ledger.push(line);
      bound();
    },
    closeLine(line, exchangeId) {
      const opening = openings.get(exchangeId);
      openings.delete(exchangeId);
      const at = opening === undefined ? -1 : opening + shift;
      if (at >= 0) ledger[at] = line;
      else this.addLine(line);
    },
    keepOpening: (exchangeId) => void openings.delete(exchangeId),
    saveAnswer(answer) {
      answers.delete(answer.id);
      answers.set(answer.id, answer);
      boundAnswers();
    },
    saveState(name, json) {
      states.set(name, json);
    },
    take() {
      const batch: WriteBatch = {
        snapshots: [...snapshots.values()],
        events,
        totals: totals ?? NO_TOTALS,
        ledger,
        answers: [...answers.values()],
        states: [...states],
      };
      snapshots = new Map();
      events = [];
      totals = undefined;
      ledger = [];
      openings = new Map();
      shift = 0;
      answers = new Map();
      states = new Map();
      return batch;
    },
    putBack(batch) {
      const later = snapshots;
      snapshots = new Map(batch.snapshots.map((snapshot) => [snapshot.endpointId, snapshot]));
      for (const [id, snapshot] of later) snapshots.set(id, snapshot);
      events = [...batch.events, ...events];
      totals = sumTotals(batch.totals, totals ?? NO_TOTALS);
      ledger = [...batch.ledger, ...ledger];
      shift += batch.ledger.length;
      answers = new Map([...batch.answers.map((answer) => [answer.id, answer] as const), ...answers]);
      states = new Map([...batch.states, ...states]);
      bound();
      boundAnswers();
    },
  };
}
