import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayView } from '../../../src/domain/view.ts';
import { BIN } from './places.ts';
import { type Ended, type Env, endAll, type Running, run, start, waitFor } from './process.ts';

const folders: string[] = [];
const open: { close(): Promise<unknown> }[] = [];

/** A folder of this test's own. */
export function tempFolder(name = 'qcc-e2e-'): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  folders.push(folder);
  return folder;
}

/** Has `cleanUp` close it. */
export function closeLater<T extends { close(): Promise<unknown> }>(one: T): T {
  open.push(one);
  return one;
}

/** Ends what a test started and removes what it wrote; call it in `afterEach` or `afterAll`. */
export async function cleanUp(): Promise<void> {
  await endAll();
  await Promise.all(open.splice(0).map((one) => one.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** A home with this config in it; without one, none. */
export function homeWith(config?: string): string {
  const home = join(tempFolder(), 'home');
  if (config === undefined) return home;
  return writeConfig(home, config);
}

function writeConfig(home: string, config: string): string {
  const folder = mkdtempSync(`${home}-`);
  writeFileSync(join(folder, 'config.yaml'), config, { mode: 0o600 });
  return folder;
}

/** Runs one command of the built program to its end. */
export const qcc = (home: string, args: readonly string[], env: Env = {}): Promise<Ended> =>
  run(process.execPath, [BIN, ...args], { env: { QCC_HOME: home, HOME: home, ...env } });

/** A gateway process. */
export interface GatewayProcess extends Running {
  readonly url: string;
  readonly home: string;
  view(): Promise<GatewayView>;
  /** What has been written to proxy.log so far. */
  log(): string;
}

export interface GatewayProcessOptions {
  readonly home?: string;
  readonly args?: readonly string[];
  readonly env?: Env;
  readonly node?: string;
}

/** Starts `qcc proxy start` on a free port and waits for its doors to open. */
export async function gatewayProcess(
  config: string | undefined,
  options: GatewayProcessOptions = {},
): Promise<GatewayProcess> {
  const home = options.home ?? homeWith(config);
  const running = start(
    options.node ?? process.execPath,
    [BIN, 'proxy', 'start', ...(options.args ?? ['--port', '0'])],
    { env: { QCC_HOME: home, HOME: home, ...options.env } },
  );
  const url = await listening(running);
  return {
    ...running,
    url,
    home,
    view: async () => (await (await fetch(`${url}/__qcc__/status`)).json()) as GatewayView,
    log: () => readIfThere(join(home, 'proxy.log')),
  };
}

/** Logs are written a little later than what they tell of. */
const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The address that a program says it listens on. */
async function listening({ output, child }: Running): Promise<string> {
  return waitFor('an address', () => {
    const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0];
    if (found === undefined && child.exitCode !== null) throw new Error(`ended at once: ${output()}`);
    return found;
  });
}

/** Starts `qcc simulate` on a free port; its base URL. */
export async function simulatorProcess(script: string): Promise<string> {
  const home = tempFolder();
  const file = join(home, 'script.json');
  writeFileSync(file, script);
  return listening(
    start(process.execPath, [BIN, 'simulate', '--port', '0', '--script', file], { env: { QCC_HOME: home } }),
  );
}
