import type { Database } from './database.ts';
import type { Report } from './worker-messages.ts';

/** How long lines gather in the intents file before they go to the database as one transaction. */
const GATHER_MS = 500;
/** Pause after a batch that the disk refused. */
const RETRY_MS = 1_000;
/** With no more than this waiting, who asks for the ledger sees all of it; else what is there. */
const CAUGHT_UP_BYTES = 2 * 1024 * 1024;

/**
 * When the thread reads the intents file: a batch at a time, what others ask in between, until nothing is left; then
 * again after a pause. Where nothing came in a pause, it sleeps until it is woken.
 */
export interface LineGatherer {
  /** The file is there. */
  begin(): void;
  /** Something was appended. */
  wake(): void;
  /** A batch was just read by somebody else: the pause begins anew. */
  justRead(): void;
  /** What is there is read before the ledger is. Throws what disk and driver do. */
  beforeReading(): void;
  /** Calls back once nothing is left, or with why that can't be. */
  whenCaughtUp(told: (error?: unknown) => void): void;
  /** Reads on for at most so long; nothing is read by itself afterwards. */
  finish(ms: number): void;
}

export interface GathererPorts {
  readonly database: Pick<Database, 'readOn' | 'intents'>;
  readonly asleep: Int32Array;
  say(report: Report): void;
  /** An error of disk or driver, for people. */
  words(error: unknown): string;
}

export function createLineGatherer({ database, asleep, say, words }: GathererPorts): LineGatherer {
  const { intents } = database;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const waiting: ((error?: unknown) => void)[] = [];
  let stuck = false;
  let begun = false;
  let finished = false;
  /** Since the last pause. */
  let found = false;

  function turnIn(ms: number): void {
    clearTimeout(timer);
    timer = finished ? undefined : setTimeout(turn, ms);
  }

  function turnNow(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!finished) immediate ??= setImmediate(turn);
  }

  function readOn(): boolean {
    const read = database.readOn() === 'read';
    found ||= read;
    report();
    return read;
  }

  function report(): void {
    if (stuck) say({ kind: 'stuck', detail: undefined });
    stuck = false;
    const { unreadable, unfit } = intents.takeTroubles();
    if (unreadable > 0)
      say({ kind: 'left-out', detail: `${unreadable} ledger lines can't be read and were left out.` });
    if (unfit > 0)
      say({ kind: 'left-out', detail: `${unfit} ledger lines don't fit their columns and were left out.` });
  }

  function turn(): void {
    timer = undefined;
    immediate = undefined;
    try {
      if (readOn()) return turnNow();
      if (intents.orphaned) say({ kind: 'orphaned' });
    } catch (error) {
      failed(error);
      return turnIn(RETRY_MS);
    }
    for (const told of waiting.splice(0)) told();
    pause();
  }

  function pause(): void {
    if (found) {
      found = false;
      return turnIn(GATHER_MS);
    }
    Atomics.store(asleep, 0, 1);
    // What came before the flag stood wakes nobody.
    if (!intents.idle && Atomics.exchange(asleep, 0, 0) === 1) turnIn(GATHER_MS);
  }

  function failed(error: unknown): void {
    if (!stuck) say({ kind: 'stuck', detail: words(error) });
    stuck = true;
    for (const told of waiting.splice(0)) told(error);
  }

  return {
    begin() {
      begun = true;
      intents.begin();
      turnNow();
    },
    wake() {
      if (timer === undefined && immediate === undefined) turnIn(GATHER_MS);
    },
    justRead() {
      if (!begun || immediate !== undefined || Atomics.load(asleep, 0) === 1) return;
      report();
      found = true;
      // Counters come with requests, and take lines along: the next ones mostly do so before this.
      turnIn(2 * GATHER_MS);
    },
    beforeReading() {
      if (!begun || intents.idle || intents.backlog() > CAUGHT_UP_BYTES) return;
      while (readOn()) {}
    },
    whenCaughtUp(told) {
      if (!begun || finished || intents.idle) return told();
      waiting.push(told);
      turnNow();
    },
    finish(ms) {
      finished = true;
      clearTimeout(timer);
      clearImmediate(immediate);
      if (!begun) return;
      const endAt = performance.now() + ms;
      while (performance.now() < endAt && readOn()) {}
    },
  };
}
