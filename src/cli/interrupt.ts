import { once } from 'node:events';
import type { CliPorts } from './ports.ts';

/**
 * Settles when the user ends the command (Ctrl-C), or when it is told to end. `more` signals count as that, for a
 * command that has something to put back.
 */
export async function untilInterrupted(
  { interrupt }: Pick<CliPorts, 'interrupt'>,
  more: readonly NodeJS.Signals[] = [],
): Promise<void> {
  if (interrupt?.aborted) return;
  if (interrupt) {
    await once(interrupt, 'abort');
    return;
  }
  const done = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', ...more].map((name) => once(process, name, { signal: done.signal }));
  await Promise.race(signals);
  // A listener that stays would swallow the next signal.
  done.abort();
  await Promise.allSettled(signals);
}
