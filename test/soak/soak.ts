// A soak: the gateway in a process of its own, three faulty simulators behind it, many clients of every manner
// before it. `npm run soak -- --minutes 10 --concurrency 200`. Exits with 1 where anything is not as it should be.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { bookCalls } from './call-book.ts';
import { ask, type Ending, hangUp, type Manner } from './clients.ts';
import type { Inside } from './gateway-process.ts';
import { reckon } from './reckoning.ts';
import { configOf, endpointIdsOf, keepScripted, keyOf, manner, nameOf, namesOf, sleep } from './stage.ts';

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

const inMiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const insideLine = (at: string, inside: Inside): string =>
  `${at}: RSS ${inMiB(inside.rssBytes)}, heap ${inMiB(inside.heapBytes)}, ${inside.journals} journals with ${inside.journalBytes} bytes, ${inside.sockets} sockets, ${inside.timers} timers`;

const calls = bookCalls();
const simulators = await Promise.all([1, 2, 3].map(() => startSimulator()));
const stopScripting = keepScripted(simulators, faults);

const clients = Array.from({ length: concurrency }, (_, i) => `c${i}`);
const home = mkdtempSync(join(tmpdir(), 'qcc-soak-'));
writeFileSync(join(home, 'config.yaml'), configOf(simulators, namesOf(clients)));
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
    const name = nameOf(client, asked);
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
stopScripting();

hangUp();
// Answers nobody came for are kept for 8 s.
await sleep(20_000);
const after = await look(child);
console.log(insideLine('after the end', after));
const running = (await (await fetch(`${urls[0]}/__qcc__/exchanges`)).json()) as unknown[];
const endpointIds = await endpointIdsOf(urls[0]!);
const stopped = new Promise((resolve) => child.once('exit', resolve));
child.kill('SIGTERM');
await stopped;

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
