/** A running timer. `refresh` starts it anew with the same duration; cheap enough for every chunk. */
export interface Timer {
  refresh(): void;
  cancel(): void;
}

/**
 * Time, passed in, so that tests can turn it by hand. It has two readings, both in ms, which part as soon as
 * the machine has slept or somebody has set its clock: an instant of one must never be compared with one of the other.
 */
export interface Clock {
  /**
   * Goes on evenly while the program runs, and stands still while the machine sleeps. For durations, timeouts,
   * deadlines: whatever is only ever compared within this process. It begins near the epoch's time, but is no date.
   */
  now(): number;
  /**
   * Since the epoch, as the machine's clock has it: jumps ahead after a sleep, and may be set back. For instants that
   * are stored, shown, or compared with the calendar, with a header's date or with what another process wrote.
   */
  wall(): number;
  /** Runs by `now`. Does not keep the process alive, unless `holds`: what is only waited for is no work. */
  timer(ms: number, onFire: () => void, holds?: boolean): Timer;
  /** Keeps the process alive. */
  sleep(ms: number): Promise<void>;
}

/** Node takes a delay over 2³¹−1 ms for 1 ms; a timer that long is as good as none. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

const delay = (ms: number): number => Math.min(Math.max(0, ms), LONGEST_DELAY_MS);

/** Read once: the getter costs as much as `now` itself. */
const START = performance.timeOrigin;

/** A class, since some are made for each request: two closures would weigh more than the timer. */
class SystemTimer implements Timer {
  readonly #handle: NodeJS.Timeout;

  constructor(handle: NodeJS.Timeout) {
    this.#handle = handle;
  }

  refresh(): void {
    this.#handle.refresh();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

/** The machine's clock. A step of the wall clock neither fires nor starves a timeout. */
export const systemClock: Clock = {
  now: () => START + performance.now(),
  wall: Date.now,
  timer(ms, onFire, holds = false) {
    const handle = setTimeout(onFire, delay(ms));
    if (!holds) handle.unref();
    return new SystemTimer(handle);
  },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, delay(ms))),
};
