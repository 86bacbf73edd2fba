import type { Clock, Timer } from '../../src/platform/clock.ts';

/** A clock for tests: it stands still until `advance`. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, both readings alike, firing due timers in order. */
  advance(ms: number): void;
  /** The machine sleeps for `ms`, or its clock is set (back, if negative): only the wall clock moves. */
  step(ms: number): void;
}

interface Pending {
  at: number;
  onFire: () => void;
}

/** Starts at `startAt` (ms since the epoch). */
export function createFakeClock(startAt = 1_000_000): FakeClock {
  let now = startAt;
  let ahead = 0;
  const pending = new Set<Pending>();

  function nextDue(until: number): Pending | undefined {
    let due: Pending | undefined;
    for (const entry of pending) {
      if (entry.at <= until && (due === undefined || entry.at < due.at)) due = entry;
    }
    return due;
  }

  const timer = (ms: number, onFire: () => void): Timer => {
    const entry: Pending = { at: now + ms, onFire };
    pending.add(entry);
    return {
      refresh() {
        entry.at = now + ms;
        pending.add(entry);
      },
      cancel: () => void pending.delete(entry),
    };
  };

  return {
    now: () => now,
    wall: () => now + ahead,
    timer,
    sleep: (ms) => new Promise((resolve) => void timer(ms, resolve)),
    advance(ms) {
      const until = now + ms;
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        pending.delete(due);
        now = Math.max(now, due.at);
        due.onFire();
      }
      now = until;
    },
    step(ms) {
      ahead += ms;
    },
  };
}
