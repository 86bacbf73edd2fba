import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { type CliPorts, type Keyboard, runCli } from './cli/cli.ts';
import type { Language } from './errors/catalogue.ts';
import { followLog, lineFilter, readLogTail } from './telemetry/telemetry.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The program: reads the environment, runs one command, and leaves its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const goesOnUnread = /^(proxy start|simulate)\b/.test(argv.slice(2).join(' '));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // Whoever read it has seen enough (`qcc logs -f | head`); a gateway works on all the same.
    if (!goesOnUnread) process.exit();
  });
  process.exitCode = await runCli(argv.slice(2), portsOf(process.env));
}

function portsOf(env: Env): CliPorts {
  const surroundings = {
    env,
    home: resolve(env.QCC_HOME ?? join(homedir(), '.qcc')),
    language: languageOf(env),
    version: packageVersion(),
    dashboard: fileURLToPath(new URL('../dist/dashboard/', import.meta.url)),
  };
  return {
    ...surroundings,
    stdout: process.stdout,
    stderr: process.stderr,
    // Loaded when needed: `qcc --help` should not pay for a gateway.
    startGateway: async (options) =>
      (await import('./programs/run-gateway.ts')).runGateway(options, surroundings),
    startSimulator: async (options) => (await import('./programs/run-simulator.ts')).runSimulator(options),
    runDemo: async (options) => (await import('./programs/run-demo.ts')).runDemo(options),
    doctor: async (settings) => {
      const [{ priceOfProbing, runDoctor }, { pricesIn }] = await Promise.all([
        import('./doctor/doctor.ts'),
        import('./record/record.ts'),
      ]);
      // A file that can't be read costs the estimate its precision, not the check-up.
      const prices = pricesIn(join(surroundings.home, 'prices.yaml'), Date.now, () => undefined)();
      const around = { ...surroundings, settings, prices };
      return {
        checkUp: (options, onEvent, signal) => runDoctor(around, options, onEvent, signal),
        priceOfProbing: (options) => priceOfProbing(around, options),
      };
    },
    ...(process.stdin.isTTY ? { keyboard } : {}),
    ...(process.stdin.isTTY && process.stdout.isTTY ? { confirm } : {}),
    readLogTail,
    followLog,
    lineFilter,
    async explainPage(text) {
      const { explainPage, readPage } = await import('./explain/explain.ts');
      return explainPage(
        readPage(text, Date.now()),
        { candidates: [], endpoints: [] },
        surroundings.language,
      );
    },
    spawnDetached(args) {
      const bin = fileURLToPath(new URL('../bin/qcc.js', import.meta.url));
      const child = spawn(process.execPath, [bin, ...args], { detached: true, stdio: 'ignore' });
      child.unref();
      return child.pid ?? 0;
    },
    runProgram,
  };
}

/** Chinese where `QCC_LANG` says so, or else the locale. */
export function languageOf(env: Env): Language {
  const wanted = env.QCC_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^zh/i.test(wanted) ? 'zh' : 'en';
}

/** Keys reach us one by one, unechoed, and Ctrl-C as a key, until nobody listens any more. */
const keyboard: Keyboard = {
  listen(onKey) {
    const { stdin } = process;
    // An arrow comes as several characters, of which none is a key.
    const heard = (text: string): void => {
      for (const key of text.startsWith('\u001b') ? [text] : text) onKey(key);
    };
    stdin.setRawMode(true).setEncoding('utf8').on('data', heard).resume();
    return () => void stdin.off('data', heard).setRawMode(false).pause();
  },
};

/** Yes only if it was said. */
async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^(y|yes|是)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Runs a program on this terminal; 127 where there is none of that name, as shells do. */
function runProgram(command: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', () => done(127));
    child.once('exit', (code, signal) => done(code ?? (signal ? 130 : 1)));
  });
}
