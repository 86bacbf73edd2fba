const SLOTS = 60;

/** What is summed up of the exchanges that ended. */
export interface Sums {
  requests: number;
  failed: number;
  /** Less than 0 where money that was lost before the window was regained within it. */
  lostMicroUsd: number;
  lostCalls: number;
}

/** Sums of the last `windowMs`, to a sixtieth of it. Of fixed size, and adding makes nothing. */
export interface Window {
  add(requests: number, failed: number, lostMicroUsd: number, lostCalls: number, now: number): void;
  /** As they are now; the same object each time. */
  sum(now: number): Readonly<Sums>;
}

export function createWindow(windowMs: number): Window {
  const slotMs = windowMs / SLOTS;
  const ring: readonly Sums[] = Array.from({ length: SLOTS }, zero);
  // Whole numbers, so that what is taken off is what was put on.
  const total = zero();
  let newest = 0;

  /** The slot of an instant. Of the past it is where it was; what is older than the window counts as now. */
  function slotAt(now: number): Sums {
    const at = Math.floor(now / slotMs);
    for (let next = Math.max(newest + 1, at - SLOTS + 1); next <= at; next += 1) forget(ring[next % SLOTS]!);
    newest = Math.max(newest, at);
    return ring[(at > newest - SLOTS ? at : newest) % SLOTS]!;
  }

  function forget(slot: Sums): void {
    plus(total, -slot.requests, -slot.failed, -slot.lostMicroUsd, -slot.lostCalls);
    Object.assign(slot, ZERO);
  }

  return {
    add(requests, failed, lostMicroUsd, lostCalls, now) {
      plus(slotAt(now), requests, failed, lostMicroUsd, lostCalls);
      plus(total, requests, failed, lostMicroUsd, lostCalls);
    },
    sum(now) {
      slotAt(now);
      return total;
    },
  };
}

const zero = (): Sums => ({ requests: 0, failed: 0, lostMicroUsd: 0, lostCalls: 0 });

const ZERO: Readonly<Sums> = zero();

function plus(to: Sums, requests: number, failed: number, lostMicroUsd: number, lostCalls: number): void {
  to.requests += requests;
  to.failed += failed;
  to.lostMicroUsd += lostMicroUsd;
  to.lostCalls += lostCalls;
}
