import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { birthOf } from './pid-file.ts';

/** Whether a process of that id runs; one of another user does too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** As it was started: `node …/bin/qcc.js proxy start`. */
const GATEWAY_COMMAND = /\bqcc(\.js)?\s+proxy\s+start\b/;

/**
 * Whether a process is the gateway that wrote proxy.pid. Ids are used again: a signal must not hit whoever came after a
 * gateway that was killed. Its birth proves it; only where the file has none does the command line count.
 */
export function isGateway(pid: number, birth: string | undefined): boolean {
  return birth === undefined ? GATEWAY_COMMAND.test(commandLine(pid)) : birthOf(pid) === birth;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return commandLineByPs(pid);
  }
}

/** Where there is no /proc. */
function commandLineByPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** Asks a process to end; false where it can't be reached. */
export function terminate(pid: number): boolean {
  try {
    process.kill(pid, 'SIGTERM');
    return true;
  } catch {
    return false;
  }
}
