// A soak: the gateway in a process of its own, three faulty simulators behind it, many clients of every manner
// before it. `npm run soak -- --minutes 10 --concurrency 200`. Exits with 1 where anything is not as it should be.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { bookCalls } from './call-book.ts';
import { ask, type Ending, hangUp, type Manner } from './clients.ts';
import { randomScript } from './faults.ts';
import type { Inside } from './gateway-process.ts';
import { reckon } from './reckoning.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    concurrency: { type: 'string', default: '200' },
    faults: { type: 'string', default: '0.3' },
  },
});
const minutes = Number(values.minutes);
const concurrency = Number(values.concurrency);
const faults = Number(values.faults);

/** Shares of the clients' manners, in hundredths. */
const MANNERS: readonly [Manner, number][] = [
  ['plain', 50],
  ['hangs-up', 20],
  ['leaves', 6],
  ['keyed', 8],
  ['slow', 8],
  ['ticket', 8],
];

const SETTINGS = `
timeouts: { connect: 2s, first_byte: 2s, idle: 1500ms, total: 20s }
retry: { max: 2, base: 20ms, cap: 100ms }
health: { interval: 500ms, max_interval: 1s, timeout: 2s, cooldown: 300ms }
disconnect: { cut_silence: 300ms, grace: 500ms }
replay: { ttl: 8s, key_ttl: 8s, max_bytes: 256KiB, total_bytes: 8MiB }
heartbeat: { after: 400ms, every: 200ms }
log: { level: warn }
queue: { max: 500 }
drain: 20s
`;

const keyOf = (client: string): string => `key-of-${client}`;

function configOf(simulators: readonly Simulator[], clients: readonly string[]): string {
  const keys = clients.map((name) => `    - { name: ${name}, key: ${keyOf(name)} }`);
  const endpoints = simulators.map(
    ({ url }, i) => `      - { name: s${i}, base_url: "${url}", api_key: sim-${i} }`,
  );
  return [
    'listen:',
    '  - { name: plain, host: 127.0.0.1, port: 0 }',
    '  - { name: edge, host: localhost, port: 0, edge: { silence: 500ms } }',
    'auth:\n  keys:',
    ...keys,
    SETTINGS,
    'clusters:\n  main:\n    strategy: round_robin\n    endpoints:',
    ...endpoints,
  ].join('\n');
}

async function startGateway(home: string): Promise<{ child: ChildProcess; urls: readonly string[] }> {
  const file = fileURLToPath(new URL('gateway-process.ts', import.meta.url));
  const args = ['--expose-gc', '--import', 'tsx', file, 'proxy', 'start'];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, QCC_HOME: home, QCC_LANG: 'en' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      printed += chunk;
      const urls = printed.match(/http:\/\/[\w.:[\]]+:\d+/g) ?? [];
      if (urls.length >= 2) resolve({ child, urls: [...new Set(urls)] });
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${printed}`)));
  });
}

function look(child: ChildProcess): Promise<Inside> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Inside));
    child.send('look');
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Each manner as often as its share, so that a draw is an index. */
const DRAWN = MANNERS.flatMap(([name, share]) => Array.from({ length: share }, () => name));
const manner = (): Manner => DRAWN[Math.floor(Math.random() * DRAWN.length)] ?? 'plain';
const inMiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const insideLine = (at: string, inside: Inside): string =>
  `${at}: RSS ${inMiB(inside.rssBytes)}, heap ${inMiB(inside.heapBytes)}, ${inside.journals} journals with ${inside.journalBytes} bytes, ${inside.sockets} sockets, ${inside.timers} timers`;

const calls = bookCalls();
const simulators = await Promise.all([1, 2, 3].map(() => startSimulator()));
const refill = setInterval(() => {
  for (const simulator of simulators) {
    const scripts = Array.from({ length: 100 }, () => randomScript(faults));
    try {
      simulator.enqueue(...scripts);
    } catch {
      // Its queue is full.
    }
  }
}, 500);
for (const simulator of simulators)
  simulator.enqueue(...Array.from({ length: 3_000 }, () => randomScript(faults)));

/** A client goes by several names in turn, so that its calls are told from those of a request it just left. */
const NAMES = 7;
const clients = Array.from({ length: concurrency }, (_, i) => `c${i}`);
const names = clients.flatMap((client) => Array.from({ length: NAMES }, (_, i) => `${client}x${i}`));
const home = mkdtempSync(join(tmpdir(), 'qcc-soak-'));
writeFileSync(join(home, 'config.yaml'), configOf(simulators, names));
const { child, urls } = await startGateway(home);
console.log(
  `soaking ${urls.join(' and ')} for ${minutes} min, ${concurrency} clients, faults in ${faults * 100} % of calls`,
);

const endings = new Map<string, number>();
const wrongs: string[] = [];
const endAt = Date.now() + minutes * 60_000;

function note(how: Manner, ending: Ending): void {
  const name = ending.kind === 'honest' ? `honest error, ${ending.how}` : ending.kind;
  endings.set(name, (endings.get(name) ?? 0) + 1);
  if (ending.kind === 'wrong') wrongs.push(`${how}: ${ending.detail}`);
}

let asked = 0;
async function live(client: string): Promise<void> {
  while (Date.now() < endAt) {
    asked += 1;
    const how = manner();
    const name = `${client}x${asked % NAMES}`;
    note(how, await ask(urls[asked % urls.length]!, name, keyOf(name), asked, how));
  }
}

const seen: Inside[] = [];
const lives = Promise.all(clients.map(live));
const looking = setInterval(async () => {
  const inside = await look(child);
  seen.push(inside);
  console.log(`${insideLine(`${seen.length / 2} min`, inside)}; ${asked} requests, ${calls.length} calls`);
}, 30_000);
await lives;
clearInterval(looking);
clearInterval(refill);

hangUp();
// Answers nobody came for are kept for 8 s.
await sleep(20_000);
const after = await look(child);
console.log(insideLine('after the end', after));
const running = (await (await fetch(`${urls[0]}/__qcc__/exchanges`)).json()) as unknown[];
const endpoints = (await (await fetch(`${urls[0]}/__qcc__/endpoints`)).json()) as {
  id: string;
  name: string;
}[];
const stopped = new Promise((resolve) => child.once('exit', resolve));
child.kill('SIGTERM');
await stopped;

const endpointIds = new Map(endpoints.map(({ id, name }) => [`sim-${name.slice(1)}`, id]));
const { problems, lines } = await reckon(join(home, 'qcc.db'), calls, endpointIds);
for (const simulator of simulators) await simulator.close();

writeFileSync(join(home, 'calls.json'), JSON.stringify(calls));
const failures = [...wrongs, ...problems];
if (running.length > 0) failures.push(`${running.length} exchanges still run`);
if (after.journalBytes > 0) failures.push(`${after.journalBytes} bytes of journals are still kept`);
const early = seen.slice(3, 6);
const late = seen.slice(-3);
const mean = (looks: readonly Inside[], of: (inside: Inside) => number) =>
  looks.reduce((sum, inside) => sum + of(inside), 0) / looks.length;
if (early.length === 3 && seen.length >= 12) {
  for (const [what, of] of [
    ['RSS', (i: Inside) => i.rssBytes],
    ['heap', (i: Inside) => i.heapBytes],
  ] as const)
    console.log(`${what}: minutes 2 to 3 ${inMiB(mean(early, of))}, the last ${inMiB(mean(late, of))}`);
  if (mean(late, (i) => i.rssBytes) > 1.3 * mean(early, (i) => i.rssBytes)) failures.push('memory grows');
}
console.log(
  `${asked} requests: ${[...endings]
    .map(([name, n]) => `${n} ${name}`)
    .sort()
    .join('; ')}`,
);
for (const line of lines) console.log(line);
console.log(failures.length === 0 ? 'all as it should be' : `${failures.length} failures:`);
for (const failure of failures.slice(0, 20)) console.log(`- ${failure}`);
if (failures.length === 0) rmSync(home, { recursive: true });
else console.log(`the gateway's folder: ${home}`);
process.exit(failures.length === 0 ? 0 : 1);
