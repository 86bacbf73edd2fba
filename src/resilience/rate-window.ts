/** At most so many starts in any span of `windowMs`. */
export interface RateWindow {
  /** Ms until one more start is allowed; 0 = now. Changes nothing. */
  opensInMs(now: number): number;
  /** A start happened, allowed or not. */
  note(now: number): void;
  /** Another limit, keeping the starts already noted. */
  resize(limit: number): void;
}

/** A fraction of a start is none, but a limit below one still lets one through at a time. */
const wholeStarts = (limit: number): number => Math.max(1, Math.floor(limit));
/** 0.5 a second is one in two seconds. */
const spanMs = (limit: number, windowMs: number): number =>
  limit < 1 ? windowMs / Math.max(0, limit) : windowMs;

/**
 * A sliding window that is exact: it remembers the instants of the last `limit` starts (8 bytes each, taken up
 * as they come), and is open when the oldest of them lies a whole window back. A limit of 0 never opens.
 */
export function createRateWindow(limit: number, windowMs: number): RateWindow {
  let most = wholeStarts(limit);
  let span = spanMs(limit, windowMs);
  /** A ring once full: `oldest` is then the index of the oldest. */
  let starts: number[] = [];
  let oldest = 0;

  return {
    opensInMs(now) {
      if (span === Number.POSITIVE_INFINITY) return span;
      if (starts.length < most) return 0;
      const startedAt = starts[oldest]!;
      // A start in the future: the clock was set back, and by how much nobody knows.
      return startedAt > now ? 0 : Math.max(0, startedAt + span - now);
    },
    note(now) {
      if (starts.length < most) {
        starts.push(now);
        return;
      }
      starts[oldest] = now;
      oldest = (oldest + 1) % most;
    },
    resize(changed) {
      most = wholeStarts(changed);
      span = spanMs(changed, windowMs);
      starts = [...starts.slice(oldest), ...starts.slice(0, oldest)].slice(-most);
      oldest = 0;
    },
  };
}
