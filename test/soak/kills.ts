// Kills the gateway with -9 at random moments under load, and starts it again on its folder: whatever the simulators
// were called for must be on its ledger. `npm run soak:kills -- --kills 50`. Exits with 1 where anything is not as it
// should be.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { build, freePort, startBuilt } from './built-gateway.ts';
import { bookCalls } from './call-book.ts';
import { ask, type Ending, hangUp } from './clients.ts';
import { reckon, sumsAgainstRows } from './reckoning.ts';
import { configOf, endpointIdsOf, keepScripted, keyOf, manner, nameOf, namesOf, sleep } from './stage.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    concurrency: { type: 'string', default: '40' },
    faults: { type: 'string', default: '0.1' },
  },
});
const kills = Number(values.kills);

/** One start in five is killed while it starts: what a crash left is then read a second time. */
const KILLED_AS_IT_STARTS = 0.2;
const START_MS = 400;
const LIFE_MS = 2_000;
/** Longest time until a gateway listens, however busy the machine. */
const START_LIMIT_MS = 60_000;
/** A client that finds nobody home asks again after this. */
const PAUSE_MS = 50;

const calls = bookCalls();
const simulators = await Promise.all([1, 2, 3].map(() => startSimulator()));
const stopScripting = keepScripted(simulators, Number(values.faults));
const clients = Array.from({ length: Number(values.concurrency) }, (_, i) => `c${i}`);
const ports = [await freePort(), await freePort()] as const;
const urls = [`http://127.0.0.1:${ports[0]}`, `http://localhost:${ports[1]}`] as const;
const home = mkdtempSync(join(tmpdir(), 'qcc-kills-'));
writeFileSync(join(home, 'config.yaml'), configOf(simulators, namesOf(clients), ports));
// What an answer cost must be summed up right, too.
writeFileSync(
  join(home, 'prices.yaml'),
  'models: [{ match: "*-soak", inputMicroUsdPerMTok: 3000000, outputMicroUsdPerMTok: 15000000 }]\n',
);
build();

const failures: string[] = [];
const endings = new Map<string, number>();
let asked = 0;
let going = true;

function note(ending: Ending): void {
  const name = ending.kind === 'honest' ? `honest error, ${ending.how}` : ending.kind;
  endings.set(name, (endings.get(name) ?? 0) + 1);
  if (ending.kind === 'wrong') failures.push(ending.detail);
}

async function live(client: string): Promise<void> {
  while (going) {
    asked += 1;
    const name = nameOf(client, asked);
    const ending = await ask(urls[asked % 2]!, name, keyOf(name), asked, manner());
    note(ending);
    if (ending.kind === 'honest' && ending.how === 'connection broke') await sleep(PAUSE_MS);
  }
}

/** Starts a gateway that must come up; undefined: it did not, and that is noted. */
async function comeUp() {
  const gateway = startBuilt(home);
  const up = await Promise.race([gateway.listening, sleep(START_LIMIT_MS).then(() => false)]);
  if (up) return gateway;
  failures.push('a gateway did not come up again');
  gateway.kill('SIGKILL');
  return undefined;
}

/** A life of random length; says whether the gateway was up when it was killed. */
async function liveAndBeKilled(): Promise<'up' | 'starting' | 'failed'> {
  if (Math.random() < KILLED_AS_IT_STARTS) {
    const gateway = startBuilt(home);
    await sleep(Math.random() * START_MS);
    gateway.kill('SIGKILL');
    await gateway.gone;
    return 'starting';
  }
  const gateway = await comeUp();
  if (gateway === undefined) return 'failed';
  await Promise.race([sleep(Math.random() * LIFE_MS), gateway.gone]);
  if (!gateway.alive) failures.push('a gateway ended by itself');
  gateway.kill('SIGKILL');
  await gateway.gone;
  return 'up';
}

const lives = clients.map(live);
const struck = { up: 0, starting: 0, failed: 0 };
for (let killed = 0; killed < kills && struck.failed === 0; killed += 1) struck[await liveAndBeKilled()] += 1;
console.log(`killed ${struck.up} times at work, ${struck.starting} times as it started`);

const last = await comeUp();
await sleep(3_000);
going = false;
await Promise.all(lives);
stopScripting();
hangUp();
const running = async () =>
  ((await (await fetch(`${urls[0]}/__qcc__/exchanges`)).json()) as unknown[]).length;
for (let waited = 0; last?.alive && waited < 60 && (await running()) > 0; waited += 1) await sleep(500);
const endpointIds = last?.alive ? await endpointIdsOf(urls[0]) : new Map<string, string>();
last?.kill('SIGTERM');
await last?.gone;

const file = join(home, 'qcc.db');
for (const { problems, lines } of [await reckon(file, calls, endpointIds), await sumsAgainstRows(file)]) {
  failures.push(...problems);
  for (const line of lines) console.log(line);
}
for (const simulator of simulators) await simulator.close();
console.log(
  `${asked} requests: ${[...endings]
    .map(([name, n]) => `${n} ${name}`)
    .sort()
    .join('; ')}`,
);
console.log(failures.length === 0 ? 'all as it should be' : `${failures.length} failures:`);
for (const failure of failures.slice(0, 20)) console.log(`- ${failure}`);
writeFileSync(join(home, 'calls.json'), JSON.stringify(calls));
if (failures.length === 0) rmSync(home, { recursive: true });
else console.log(`the gateway's folder: ${home}`);
process.exit(failures.length === 0 ? 0 : 1);
