import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Builds the program: what is killed, and timed, is what is delivered. */
export const build = (): void =>
  void execFileSync(process.execPath, [fromRoot('scripts/build.mjs')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** A port nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Whatever way the script ends, no gateway is left. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

export interface BuiltGateway {
  /** Resolves once it says where it listens: false if it ended before. */
  readonly listening: Promise<boolean>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<unknown>;
  readonly alive: boolean;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the built gateway on the folder `home`, as `qcc proxy start` does. */
export function startBuilt(home: string): BuiltGateway {
  const child: ChildProcess = spawn(process.execPath, [fromRoot('bin/qcc.js'), 'proxy', 'start'], {
    env: { ...process.env, QCC_HOME: home, QCC_LANG: 'en' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  alive.add(child);
  const gone = once(child, 'exit').then(() => alive.delete(child));
  const listening = new Promise<boolean>((resolve) => {
    let printed = '';
    child.stdout?.on('data', (chunk) => {
      printed += chunk;
      if (/http:\/\/[\w.:[\]]+:\d+/.test(printed)) resolve(true);
    });
    void gone.then(() => resolve(false));
  });
  return {
    listening,
    gone,
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill: (signal) => void child.kill(signal),
  };
}
