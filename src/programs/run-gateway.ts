import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyTaken } from '../accept/accept.ts';
import { birthOf, pidFileText, type StartedGateway, type StartOptions } from '../cli/cli.ts';
import {
  type ConfigWatch,
  demoSettings,
  formatProblems,
  loadConfig,
  makeFolder,
  watchConfig,
} from '../config/config.ts';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { Settings } from '../domain/settings.ts';
import type { Language } from '../errors/catalogue.ts';
import { configOnDisk, type Gateway, startGateway } from '../gateway/gateway.ts';
import { systemClock } from '../platform/clock.ts';
import { pricesIn } from '../record/record.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { openStore } from '../storage/storage.ts';
import { openLog, otlpSettings } from '../telemetry/telemetry.ts';

/** Where the gateway's process runs. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly language: Language;
  readonly version: string;
  /** Folder with the dashboard's files. */
  readonly dashboard: string;
}

interface StartFailure {
  readonly detail: string;
  readonly exitCode: number;
}

type ReadSettings = () => Promise<Result<{ settings: Settings; demo: boolean }, StartFailure>>;

/**
 * Runs a gateway in this process: its folder, configuration, store, log, pid file and signals. The exit code is 2
 * for a bad configuration, 1 for whatever else keeps it from starting.
 */
export async function runGateway(
  options: StartOptions,
  { env, home, language, version, dashboard }: Surroundings,
): Promise<Result<StartedGateway, StartFailure>> {
  const folder = prepareFolder(home);
  if (folder !== undefined) return fail({ detail: folder, exitCode: 1 });
  const demo = demoUpstream();
  let watch: ConfigWatch | undefined;
  const readSettings: ReadSettings = () => {
    // Whoever asked for it: what is read now need not be told again by the watch.
    watch?.seen();
    return readWith(options, env, demo.url);
  };
  const read = await readSettings();
  if (!read.ok) {
    await demo.close();
    return read;
  }
  const { settings } = read.value;

  const log = openLog({ ...settings.log, file: join(home, 'proxy.log'), language, now: systemClock.wall });
  // A second gateway on the same folder must not get as far as its store: it would take what runs there for crashed.
  const taken = await whyTaken(settings.listen);
  if (taken !== undefined) {
    log.write({ kind: 'internal', detail: taken });
    await Promise.all([log.close(), demo.close()]);
    return fail({ detail: taken, exitCode: 1 });
  }
  const store = await openStore(join(home, 'qcc.db'), {
    onTrouble: (detail) => log.write({ kind: 'trouble', detail }),
  });
  if (!store.ok) {
    await Promise.all([log.close(), demo.close()]);
    return fail({ detail: store.error.detail, exitCode: 1 });
  }
  const prices = pricesIn(join(home, 'prices.yaml'), systemClock.now, (detail) =>
    log.write({ kind: 'trouble', detail }),
  );
  const otlp = otlpSettings(env);
  const gateway = await startGateway({
    ...read.value,
    ...(otlp ? { otlp } : {}),
    prices,
    log,
    language,
    version,
    readSettings,
    store: store.value,
    clock: systemClock,
    random: Math.random,
    config: configOnDisk(options.configFile, env),
    env,
    dashboard,
  });
  if (!gateway.ok) {
    log.write({ kind: 'internal', detail: gateway.error.detail });
    await Promise.all([store.value.close(), log.close(), demo.close()]);
    return fail({ detail: gateway.error.detail, exitCode: 1 });
  }
  watch = watchConfig(options.configFile, () => void gateway.value.reload());
  const stopped = live(gateway.value, join(home, 'proxy.pid')).then(async () => {
    watch?.close();
    await demo.close();
    return 0;
  });
  return ok({ addresses: gateway.value.addresses, demo: read.value.demo, stopped });
}

/** From open doors to the last one closed: the pid file, the signals. */
async function live(gateway: Gateway, pidFile: string): Promise<void> {
  const { pid } = process;
  const birth = birthOf(pid);
  const written = { pid, address: gateway.addresses[0] ?? '', ...(birth === undefined ? {} : { birth }) };
  writeFileSync(pidFile, pidFileText(written), { mode: 0o600 });
  const stop = () => void gateway.stop();
  const reload = () => void gateway.reload();
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', reload);
  await gateway.stopped;
  process.off('SIGTERM', stop).off('SIGINT', stop).off('SIGHUP', reload);
  if (ownsPidFile(pidFile)) rmSync(pidFile, { force: true });
}

function ownsPidFile(pidFile: string): boolean {
  try {
    return readFileSync(pidFile, 'utf8').startsWith(`${process.pid}\n`);
  } catch {
    return false;
  }
}

/** Undefined: the folder is there and ours alone. */
function prepareFolder(home: string): string | undefined {
  try {
    makeFolder(home);
    chmodSync(home, 0o700);
    const probe = join(home, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `can't write to ${home} (${code}): QCC keeps its log, state and pid file there; set QCC_HOME to a folder you own`;
  }
}

/** The simulator behind the demo cluster, started when it is first needed. */
function demoUpstream(): { url(): Promise<string>; close(): Promise<void> } {
  let running: ReturnType<typeof startSimulator> | undefined;
  return {
    async url() {
      running ??= startSimulator();
      return (await running).url;
    },
    close: async () => (await running)?.close(),
  };
}

async function readWith(
  { configFile, host, port, cluster }: StartOptions,
  env: Surroundings['env'],
  demoUrl: () => Promise<string>,
): ReturnType<ReadSettings> {
  const demo = !existsSync(configFile);
  const loaded = demo ? ok(demoSettings(await demoUrl())) : await loadConfig(configFile, env);
  if (!loaded.ok) return fail({ detail: formatProblems(configFile, loaded.error), exitCode: 2 });
  const overridden = override(loaded.value, {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(cluster === undefined ? {} : { cluster }),
  });
  return overridden.ok
    ? ok({ settings: overridden.value, demo })
    : fail({ detail: overridden.error, exitCode: 2 });
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/i;

/** What the command line says wins over the file, under the same rules. */
function override(
  settings: Settings,
  { host, port, cluster }: { host?: string; port?: number; cluster?: string },
): Result<Settings, string> {
  if (cluster !== undefined && !settings.clusters.some(({ name }) => name === cluster)) {
    const names = settings.clusters.map(({ name }) => name).join(', ');
    return fail(`there is no cluster "${cluster}"; there are: ${names}`);
  }
  if (host !== undefined && !LOOPBACK.test(host) && settings.auth.keys.length === 0) {
    return fail(
      `--host ${host} is reachable by others: set auth.keys in the config first, so that not everybody can spend your credit`,
    );
  }
  const [first, ...others] = settings.listen;
  const listen = first
    ? [{ ...first, host: host ?? first.host, port: port ?? first.port }, ...others]
    : settings.listen;
  return ok({ ...settings, listen, defaultCluster: cluster ?? settings.defaultCluster });
}
