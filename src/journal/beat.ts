import type { Clock } from '../platform/clock.ts';

/** When a silent client gets a sign of life. */
export interface Beat {
  /** Silence before the first one. */
  readonly afterMs: number;
  /** Longest pause from then on. */
  readonly everyMs: number;
}

/** A running heartbeat. */
export interface Heartbeat {
  /** Something was sent: silence starts anew. */
  sent(): void;
  stop(): void;
}

/**
 * Calls `onBeat` after each silence. `sent` costs a stamp and no timer: the timer looks, when it fires, how long the
 * silence really was.
 */
export function startHeartbeat(beat: Beat, clock: Clock, onBeat: () => void): Heartbeat {
  let silentSince = clock.now();
  let began = false;
  const pauseMs = () => (began ? beat.everyMs : beat.afterMs);
  let timer = clock.timer(pauseMs(), look);

  function look(): void {
    const leftMs = pauseMs() - (clock.now() - silentSince);
    if (leftMs <= 0) {
      began = true;
      silentSince = clock.now();
      onBeat();
    }
    timer = clock.timer(leftMs > 0 ? leftMs : beat.everyMs, look);
  }
  return {
    sent() {
      silentSince = clock.now();
    },
    stop: () => timer.cancel(),
  };
}
