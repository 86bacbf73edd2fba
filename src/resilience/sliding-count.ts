/** How many things happened in the last seconds, at the price of one number a second. */
export interface SlidingCount {
  note(now: number): void;
  /** Things noted in the last `seconds` seconds, the running one included. */
  count(now: number): number;
}

/** Counts by whole seconds: the window is between `seconds - 1` and `seconds` long. */
export function createSlidingCount(seconds: number): SlidingCount {
  const counts = new Array<number>(seconds).fill(0);
  const stamps = new Array<number>(seconds).fill(Number.NEGATIVE_INFINITY);

  return {
    note(now) {
      const second = Math.floor(now / 1000);
      const slot = second % seconds;
      if (stamps[slot] !== second) {
        stamps[slot] = second;
        counts[slot] = 0;
      }
      counts[slot]! += 1;
    },
    count(now) {
      const second = Math.floor(now / 1000);
      let total = 0;
      for (let slot = 0; slot < seconds; slot += 1) {
        const age = second - stamps[slot]!;
        // One in the future was noted before the clock was set back.
        if (age >= 0 && age < seconds) total += counts[slot]!;
      }
      return total;
    },
  };
}
