// Starts and ends the processes around a measurement. Whatever way the run ends, none of them is left.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PLAIN, UPGRADED } from './payloads.mjs';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));
const START_LIMIT_MS = 15_000;
const children = new Set();
const folder = mkdtempSync(join(tmpdir(), 'qcc-bench-'));
let homes = 0;

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** A port nobody listens on right now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * The cluster that all requests go to but those of two rows is as `qcc init` would leave it. An edge in front of an
 * endpoint makes QCC stream upstream whatever it knows of the model.
 */
const qccConfig = (upstream) => `
default_cluster: bench
clusters:
  bench:
    endpoints: [{ base_url: "${upstream}", api_key: sk-bench }]
  plain:
    endpoints: [{ base_url: "${upstream}", api_key: sk-bench-plain, stream_upstream: never }]
  upgraded:
    endpoints: [{ base_url: "${upstream}", api_key: sk-bench-upgraded, edge: { silence: 60s } }]
routes:
  - { match: { model: "*-${PLAIN}" }, cluster: plain }
  - { match: { model: "*-${UPGRADED}" }, cluster: upgraded }
`;

/**
 * What can be measured: `prepare(port, upstream)` says how a user would start it. It must listen on 127.0.0.1:port
 * and send everything to the upstream; `env` is added to its environment. One that `upgrades` knows the two models by
 * which it is told whether to stream upstream.
 */
export const TARGETS = {
  pipe: {
    says: 'node:http + undici, no features',
    prepare: (port, upstream) => ({
      command: [process.execPath, fromHere('./bare-pipe.mjs'), upstream, String(port)],
      env: {},
    }),
  },
  'pipe-again': {
    says: 'the same again: shows the noise',
    prepare: (port, upstream) => TARGETS.pipe.prepare(port, upstream),
  },
  qcc: {
    says: 'QCC as npm start runs it, each cluster with one endpoint',
    upgrades: true,
    prepare: (port, upstream) => {
      const home = join(folder, `home-${homes++}`);
      mkdirSync(home, { mode: 0o700 });
      writeFileSync(join(home, 'config.yaml'), qccConfig(upstream), { mode: 0o600 });
      return {
        command: [process.execPath, fromHere('../bin/qcc.js'), 'proxy', 'start', '--port', String(port)],
        env: { QCC_HOME: home, QCC_LANG: 'en' },
      };
    },
  },
};

/** Puts `flags` behind the `node` of a command. */
function withNodeFlags(command, flags) {
  return [command[0], ...flags, ...command.slice(1)];
}

function launch(command, options) {
  // The limit of open files is raised to the highest allowed: 10,000 streams through a gateway are 20,000 sockets.
  const raise = 'ulimit -n "$(ulimit -H -n)" 2>/dev/null; exec "$@"';
  const child = spawn('/bin/sh', ['-c', raise, 'sh', ...command], { ...options, cwd: folder });
  children.add(child);
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  }).then(() => children.delete(child));
  const stop = async () => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(killer);
  };
  return { child, stop };
}

/** The model's stand-in, on the load generator's core. */
export async function startUpstream(cores, sizes) {
  const command = cores.onLoad([process.execPath, fromHere('./upstream.mjs'), JSON.stringify(sizes)]);
  const { child, stop } = launch(command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message.port));
    child.once('exit', () => reject(new Error('the upstream did not start')));
  });
  child.removeAllListeners('message');
  return { port, pid: child.pid, stop, tell: (message) => child.connected && child.send(message) };
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * Starts one target on the tested core and waits until it listens.
 * Its output goes to a file, to be shown if it does not come up.
 *
 * @returns {Promise<{ name: string, port: number, pid: number, upgrades: boolean, stop: () => Promise<void> }>}
 */
export async function startTarget(name, cores, upstream, nodeFlags = []) {
  const port = await freePort();
  const { command, env } = TARGETS[name].prepare(port, `http://127.0.0.1:${upstream.port}`);
  const outputFile = join(folder, `${name}-${port}.out`);
  const output = openSync(outputFile, 'w');
  const { child, stop } = launch(cores.onTested(withNodeFlags(command, nodeFlags)), {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  upstream.tell({ guard: child.pid });
  child.once('exit', () => upstream.tell({ release: child.pid }));
  const until = performance.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    const gone = child.exitCode !== null || child.signalCode !== null;
    if (gone || performance.now() > until) {
      await stop();
      throw new Error(
        `${name} ${gone ? 'ended at once' : 'does not listen'}:\n${readFileSync(outputFile, 'utf8').slice(-4000)}`,
      );
    }
    await sleep(30);
  }
  return { name, port, pid: child.pid, upgrades: TARGETS[name].upgrades ?? false, stop };
}
