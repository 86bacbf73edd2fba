import type { Clock } from './clock.ts';

/**
 * Waits for `work`, but no longer than `ms`, however it ends. Holds the process meanwhile, since the work may be waiting
 * for a timer itself, and leaves none behind.
 */
export function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.timer(ms, resolve, true);
    const done = () => {
      timer.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
