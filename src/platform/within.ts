import type { Clock } from './clock.ts';

/** Waits for `work`, but no longer than `ms`, however it ends; leaves no timer behind to hold the process. */
export function within(ms: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.timer(ms, resolve);
    const done = () => {
      timer.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
