import type { EndpointSnapshot, HealthEvent } from '../domain/health.ts';
import type { StoredAnswer } from '../domain/ledger.ts';
import { NO_TOTALS, type Totals } from './store.ts';

/** What one transaction writes: whole, or not at all. */
export interface WriteBatch {
  readonly snapshots: readonly EndpointSnapshot[];
  readonly events: readonly HealthEvent[];
  readonly totals: Totals;
  readonly answers: readonly StoredAnswer[];
  readonly states: readonly (readonly [name: string, json: string])[];
}

/** Events that may wait for a disk that does not answer; beyond, the oldest go. About 2 MB. */
export const QUEUED_EVENTS_MAX = 10_000;
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

/**
 * Writes waiting for the worker. Only the last snapshot of an endpoint counts, counters are summed up and
 * events are bounded: a stuck disk costs a known amount of memory.
 */
export interface WriteQueue {
  readonly empty: boolean;
  saveEndpoints(snapshots: readonly EndpointSnapshot[]): void;
  appendHealthEvents(events: readonly HealthEvent[]): void;
  addTotals(delta: Totals): void;
  saveAnswer(answer: StoredAnswer): void;
  saveState(name: string, json: string): void;
  /** The answer that waits, or was taken last and is not known to be written: none of it need be asked for. */
  answer(by: 'id' | 'key', value: string): StoredAnswer | undefined;
  /** Whether an answer that waits takes the place of this one. */
  replaces(answer: StoredAnswer): boolean;
  state(name: string): string | undefined;
  /** Everything that waits; the queue is empty afterwards. */
  take(): WriteBatch;
  /** What was taken is written. */
  written(): void;
  /** A batch that could not be written comes back, before what was queued since. */
  putBack(batch: WriteBatch): void;
}

/** An empty queue. */
export function createWriteQueue(): WriteQueue {
  let snapshots = new Map<string, EndpointSnapshot>();
  let events: HealthEvent[] = [];
  let totals: Totals | undefined;
  let answers = new Map<string, StoredAnswer>();
  let states = new Map<string, string>();
  let taken: WriteBatch | undefined;

  const bound = () => {
    if (events.length > QUEUED_EVENTS_MAX) events = events.slice(-QUEUED_EVENTS_MAX);
  };
  const boundAnswers = () => {
    let bytes = 0;
    for (const { id, body } of [...answers.values()].reverse()) {
      bytes += body.length;
      if (bytes > QUEUED_ANSWER_BYTES_MAX) answers.delete(id);
    }
  };

  const waitingAnswers = () => [...(taken?.answers ?? []), ...answers.values()];

  return {
    get empty() {
      const none = snapshots.size + events.length + answers.size + states.size === 0;
      return none && totals === undefined;
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
    saveAnswer(answer) {
      answers.delete(answer.id);
      answers.set(answer.id, answer);
      boundAnswers();
    },
    saveState(name, json) {
      states.set(name, json);
    },
    answer(by, value) {
      if (answers.size === 0 && taken === undefined) return undefined;
      const waiting = waitingAnswers();
      const found = waiting.findLast((answer) => answer[by] === value);
      const replaced = found?.key !== undefined && waiting.findLast(({ key }) => key === found.key) !== found;
      return replaced ? undefined : found;
    },
    replaces: ({ id, key }) =>
      waitingAnswers().some((answer) => answer.id === id || (key !== undefined && answer.key === key)),
    state: (name) => states.get(name) ?? taken?.states.find(([other]) => other === name)?.[1],
    written() {
      taken = undefined;
    },
    take() {
      taken = {
        snapshots: [...snapshots.values()],
        events,
        totals: totals ?? NO_TOTALS,
        answers: [...answers.values()],
        states: [...states],
      };
      snapshots = new Map();
      events = [];
      totals = undefined;
      answers = new Map();
      states = new Map();
      return taken;
    },
    putBack(batch) {
      taken = undefined;
      const later = snapshots;
      snapshots = new Map(batch.snapshots.map((snapshot) => [snapshot.endpointId, snapshot]));
      for (const [id, snapshot] of later) snapshots.set(id, snapshot);
      events = [...batch.events, ...events];
      totals = sumTotals(batch.totals, totals ?? NO_TOTALS);
      answers = new Map([...batch.answers.map((answer) => [answer.id, answer] as const), ...answers]);
      states = new Map([...batch.states, ...states]);
      bound();
      boundAnswers();
    },
  };
}
