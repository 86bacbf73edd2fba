import { once } from 'node:events';
import type { CliPorts } from './ports.ts';

/** Settles when the user ends the command (Ctrl-C), or when it is told to end. */
export async function untilInterrupted({ interrupt }: CliPorts): Promise<void> {
  if (interrupt?.aborted) return;
  if (interrupt) await once(interrupt, 'abort');
  else await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
