import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What proxy.pid says: process id, base URL, and when that process was born, a line each. */
export interface PidFile {
  readonly pid: number;
  readonly address: string;
  /** As `birthOf` writes it; absent where the machine does not tell. */
  readonly birth?: string;
}

export function pidFileText({ pid, address, birth = '' }: PidFile): string {
  return `${pid}\n${address}\n${birth}\n`;
}

/** Undefined where there is no such file, or one that says nothing. */
export function readPidFile(file: string): PidFile | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [pid = '', address = '', birth = ''] = text.split('\n').map((line) => line.trim());
  if (!/^[1-9]\d{0,9}$/.test(pid) || !URL.canParse(address)) return undefined;
  if (new URL(address).protocol !== 'http:') return undefined;
  return { pid: Number(pid), address, ...(birth === '' ? {} : { birth }) };
}

/**
 * Tells a process from others that had or will have its id: the boot it runs in and its start, in clock ticks since
 * then (proc(5), field 22 of stat); without /proc, what `ps` says of its start. Undefined: no such process, or not told.
 */
export function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold blanks and parentheses of its own; the state, field 3, follows it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return ticks === undefined ? undefined : `${boot} ${ticks}`;
  } catch {
    return birthByPs(pid);
  }
}

function birthByPs(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      // Both sides must say it in the same words.
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return started.trim().replace(/\s+/g, ' ') || undefined;
  } catch {
    return undefined;
  }
}
