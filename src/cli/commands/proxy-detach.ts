import { setTimeout as pause } from 'node:timers/promises';
import { readConfigured } from '../configured.ts';
import { filesOf } from '../files.ts';
import { findGateway, type GatewayState } from '../gateway-state.ts';
import type { Cli } from '../given.ts';
import type { CliPorts } from '../ports.ts';
import { isAlive } from '../process.ts';

const POLL_MS = 150;
const PATIENCE_MS = 30_000;
const LOG_LINES = 200;
const SHOWN_LOG_LINES = 10;

/** Starts the gateway as a process of its own and waits until it answers, or is dead. */
export async function startDetached(cli: Cli, words: readonly string[]): Promise<number> {
  const { ports, screen } = cli;
  const configured = await readConfigured(ports);
  // Its own output goes nowhere, so what is wrong with the file is better said here.
  if (configured.kind === 'problems') return screen.problems(configured.text);
  const before = readLog(ports);
  const pid = ports.spawnDetached(words);
  screen.progress(screen.text('starting', { pid }));
  const state = await untilSettled(ports, pid);
  screen.progressDone();
  if (state?.kind === 'running') {
    screen.say('startedDetached', { pid: state.pid, address: state.gateway.address });
    return 0;
  }
  const reason = writtenSince(before, readLog(ports)).slice(-SHOWN_LOG_LINES).join('\n');
  const key = state ? 'startTooSlow' : 'startFailed';
  const reasons = { pid, log: filesOf(ports.home).log, reason: reason || screen.text('nothingLogged') };
  return screen.fail(screen.text(key, reasons));
}

/** The gateway's state once it runs, or when patience ends; undefined = the process is gone. */
async function untilSettled(ports: CliPorts, pid: number): Promise<GatewayState | undefined> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const alive = isAlive(pid);
    const state = await findGateway(ports);
    if (state.kind === 'running') return state;
    if (!alive) return undefined;
    if (waitedMs >= PATIENCE_MS) return state;
    await pause(POLL_MS);
  }
}

function readLog(ports: CliPorts): string[] {
  return ports.readLogTail(filesOf(ports.home).log, { lines: LOG_LINES });
}

/** What stands behind the last line that was there before; all of it after a rotation. */
function writtenSince(before: readonly string[], after: readonly string[]): readonly string[] {
  const last = before.at(-1);
  return last === undefined ? after : after.slice(after.lastIndexOf(last) + 1);
}
