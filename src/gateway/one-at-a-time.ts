/**
 * Runs `work` one at a time. Who asks while it runs gets the run after it, which begins later than the asking and so
 * sees what was there by then; all who wait share that one.
 */
export function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let waiting: Promise<T> | undefined;

  function begin(): Promise<T> {
    waiting = undefined;
    const run = work();
    const done = run.then(settle, settle);
    running = done;
    function settle(): void {
      if (running === done) running = undefined;
    }
    return run;
  }

  return () => {
    if (running === undefined) return begin();
    waiting ??= running.then(begin);
    return waiting;
  };
}
