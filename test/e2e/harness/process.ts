import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** How a process ended, and what it wrote. */
export interface Ended {
  /** Exit code; undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under way. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Written so far, both streams. */
  output(): string;
  readonly ended: Promise<Ended>;
}

export type Env = Readonly<Record<string, string | undefined>>;

export interface StartOptions {
  readonly env?: Env;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** The least a program needs: what the tests' own surroundings say must not leak into what they look at. */
const PLAIN: Env = { PATH: process.env.PATH, LANG: 'C.UTF-8', TMPDIR: process.env.TMPDIR };

const started = new Set<ChildProcess>();

/** Starts a program without input. `endAll` ends it. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Running {
  const { env, ...rest } = options;
  const spawning: SpawnOptions = { ...rest, env: { ...PLAIN, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
  const child = spawn(command, args, spawning);
  started.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      started.delete(child);
      resolve({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr });
    });
  });
  return { pid: child.pid ?? 0, child, output: () => stdout + stderr, ended };
}

/** Runs a program to its end. */
export const run = (command: string, args: readonly string[], options: StartOptions = {}): Promise<Ended> =>
  start(command, args, options).ended;

/** Kills what is still running; call it in `afterEach` or `afterAll`. */
export async function endAll(): Promise<void> {
  const ending = [...started].map(
    (child) =>
      new Promise<void>((resolve) => {
        child.once('close', () => resolve());
        if (child.exitCode !== null || child.signalCode !== null) resolve();
        else child.kill('SIGKILL');
      }),
  );
  await Promise.all(ending);
}

const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/** Waits until `look` finds something; gives up with `what` after half a minute, so that a test fails and does not hang. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(POLL_MS);
  }
  throw new Error(`in vain waited for: ${what}`);
}

/** Waits for a process to be gone that is nobody's child here. */
export const untilGone = (pid: number): Promise<true> =>
  waitFor(`the end of process ${pid}`, () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
