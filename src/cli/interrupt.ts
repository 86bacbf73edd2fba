import { once } from 'node:events';
import type { CliPorts } from './ports.ts';

/** Settles when the user ends the command (Ctrl-C), or when it is told to end. */
export async function untilInterrupted({ interrupt }: CliPorts): Promise<void> {
  if (interrupt?.aborted) return;
  if (interrupt) {
    await once(interrupt, 'abort');
    return;
  }
  const done = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: done.signal }));
  await Promise.race(signals);
  // A listener that stays would swallow the next signal.
  done.abort();
  await Promise.allSettled(signals);
}
