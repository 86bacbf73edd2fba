import type { Body } from '../domain/body.ts';
import type { AttemptRecord } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Usage } from '../domain/usage.ts';
import type { Store, Totals } from '../storage/storage.ts';
import { needsEstimate } from './cost.ts';
import { attemptRecord, exchangeRecord } from './ledger.ts';
import type { CallNote, Note } from './note.ts';
import { contextOf, type Watchers } from './observers.ts';
import type { PriceBook } from './price.ts';

export interface DeskPorts {
  readonly store: Store;
  prices(): PriceBook;
  /** Our own count of tokens, for calls of which the upstream gave none. */
  estimate(body: Body, outcome: Outcome): Usage;
  /** Something failed that no answer depends on. */
  onTrouble(detail: string): void;
}

/** Reads notes once their answers have left: writes the ledger's rows, tells those who watch. */
export interface Desk {
  /** Has the note read at the end of this turn of the event loop. */
  soon(note: Note): void;
  /** Counts a request that ended. */
  count(ending: 'success' | 'failure' | 'neither', durationMs: number): void;
  /** Since start. */
  totals(): Totals;
  /** Reads what waits now. */
  flush(): void;
}

/**
 * Notes gather for one turn of the event loop: what their requests wrote to sockets has gone out by then. Each reading is
 * guarded: a throw costs its row, and nothing else.
 */
export function createDesk(ports: DeskPorts, watchers: Watchers): Desk {
  return new ReadingDesk(ports, watchers);
}

class ReadingDesk implements Desk {
  readonly #ports: DeskPorts;
  readonly #watchers: Watchers;
  #queue: Note[] = [];
  #scheduled = false;
  #requests = 0;
  #successes = 0;
  #failures = 0;
  #durationMs = 0;
  /** As the store was told last. */
  #told: Totals = { requests: 0, successes: 0, failures: 0, durationMs: 0 };
  readonly #onTurnEnd = () => {
    this.#scheduled = false;
    this.flush();
  };

  constructor(ports: DeskPorts, watchers: Watchers) {
    this.#ports = ports;
    this.#watchers = watchers;
  }

  soon(note: Note): void {
    if (note.isQueued) return;
    note.isQueued = true;
    this.#queue.push(note);
    this.#schedule();
  }

  count(ending: 'success' | 'failure' | 'neither', durationMs: number): void {
    this.#requests += 1;
    if (ending === 'success') this.#successes += 1;
    if (ending === 'failure') this.#failures += 1;
    this.#durationMs += durationMs;
    this.#schedule();
  }

  totals(): Totals {
    return {
      requests: this.#requests,
      successes: this.#successes,
      failures: this.#failures,
      durationMs: this.#durationMs,
    };
  }

  flush(): void {
    const notes = this.#queue;
    if (notes.length > 0) this.#queue = [];
    for (const note of notes) {
      note.isQueued = false;
      try {
        this.#read(note);
      } catch (thrown) {
        this.#missed(`request ${note.id}`, thrown);
      }
    }
    try {
      this.#saveTotals();
    } catch (thrown) {
      this.#missed('the counters', thrown);
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#onTurnEnd);
  }

  /** What fails costs a row, and nothing else. */
  #missed(what: string, thrown: unknown): void {
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#ports.onTrouble(`${what} could not be put on record: ${detail}`);
  }

  #read(note: Note): void {
    const { store } = this.#ports;
    while (note.attempts.length < note.calls.length) {
      const call = note.calls[note.attempts.length]!;
      if (call.outcome === undefined) break;
      const record = this.#attemptOf(note, call);
      note.attempts.push(record);
      store.closeAttempt(record);
      if (this.#watchers.any) this.#watchers.attemptEnded(record, aboutOf(note));
    }
    if (!note.rowIsDue) return;
    note.rowIsDue = false;
    const earlier = note.written;
    const record = exchangeRecord(note);
    note.written = record;
    store.closeExchange(record);
    if (note.origin === 'own' || !this.#watchers.any) return;
    this.#watchers.exchangeEnded(record, note.attempts, aboutOf(note), earlier);
  }

  #attemptOf(note: Note, call: CallNote): AttemptRecord {
    const outcome = call.outcome!;
    const { protocol, operation } = note;
    const estimated =
      call.body && needsEstimate(outcome, operation) ? this.#ports.estimate(call.body, outcome) : undefined;
    call.body = undefined;
    const facts = { protocol, operation, estimated, isFree: note.isFree };
    return attemptRecord(note.id, call, outcome, this.#ports.prices(), facts);
  }

  #saveTotals(): void {
    const told = this.#told;
    if (told.requests === this.#requests) return;
    this.#told = this.totals();
    this.#ports.store.addTotals({
      requests: this.#requests - told.requests,
      successes: this.#successes - told.successes,
      failures: this.#failures - told.failures,
      durationMs: this.#durationMs - told.durationMs,
    });
  }
}

function aboutOf(note: Note) {
  note.about ??= contextOf(note);
  return note.about;
}
