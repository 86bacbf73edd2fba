/** A running timer. `refresh` starts it anew with the same duration; cheap enough for every chunk. */
export interface Timer {
  refresh(): void;
  cancel(): void;
}

/** Time, passed in, so that tests can turn it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. For stamps and for differences within one run. */
  now(): number;
  timer(ms: number, onFire: () => void): Timer;
  sleep(ms: number): Promise<void>;
}

/** Node takes a delay over 2³¹−1 ms for 1 ms; a timer that long is as good as none. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Read once: the getter costs as much as `now` itself. */
const START = performance.timeOrigin;

/**
 * The machine's clock. `now` is monotonic from start-up on: a step of the wall clock must not fire or
 * starve a timeout.
 */
export const systemClock: Clock = {
  now: () => START + performance.now(),
  timer(ms, onFire) {
    const handle = setTimeout(onFire, Math.min(Math.max(0, ms), LONGEST_DELAY_MS));
    return { refresh: () => void handle.refresh(), cancel: () => clearTimeout(handle) };
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(0, ms), LONGEST_DELAY_MS))),
};
