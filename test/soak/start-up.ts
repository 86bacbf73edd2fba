// How long a gateway takes until it answers, after a -9 that left a long intents file; and that every exchange in
// that file comes onto the ledger. `npm run soak:start-up -- --lines 1000000`. Exits with 1 where it takes over 2 s, or
// where something is lost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { type BuiltGateway, build, freePort, startBuilt } from './built-gateway.ts';
import { sleep } from './stage.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '2' },
  },
});
/** An exchange is a line as it opens, and one as it closes. */
const exchanges = Math.ceil(Number(values.lines) / 2);
const limitMs = Number(values.seconds) * 1_000;
/** When it is given up: an answer that takes longer is none. */
const GIVE_UP_MS = 120_000;
/** Until all lines must be on the ledger. */
const CAUGHT_UP_MS = 600_000;

const failures: string[] = [];
const home = mkdtempSync(join(tmpdir(), 'qcc-start-up-'));
const simulator = await startSimulator();
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
writeFileSync(
  join(home, 'config.yaml'),
  `listen: 127.0.0.1:${port}\nclusters: { main: { endpoints: [{ base_url: "${simulator.url}", api_key: sim }] } }\n`,
);
build();

/** Lines and bytes that wait in the folder, in one file or in several. */
async function waiting(): Promise<{ lines: number; bytes: number }> {
  const sum = { lines: 0, bytes: 0 };
  for (const name of readdirSync(home).filter((one) => one.startsWith('qcc.intents'))) {
    const file = join(home, name);
    if (!statSync(file).isFile()) continue;
    for await (const chunk of createReadStream(file)) {
      sum.bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) sum.lines += 1;
    }
  }
  return sum;
}

async function answers(): Promise<boolean> {
  const body = { model: 'claude-sonnet-4-5', max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] };
  const headers = { 'content-type': 'application/json', 'x-api-key': 'any' };
  try {
    const answer = await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.status === 200 && ((await answer.json()) as { type?: string }).type === 'message';
  } catch {
    return false;
  }
}

/** Starts the gateway; ms until it has answered a request. */
async function startUp(): Promise<{ gateway: BuiltGateway; ms: number }> {
  const begun = performance.now();
  const gateway = startBuilt(home);
  while (gateway.alive && performance.now() - begun < GIVE_UP_MS) {
    if (await answers()) return { gateway, ms: performance.now() - begun };
    await sleep(10);
  }
  const how = gateway.alive ? 'did not answer' : 'ended';
  return { gateway, ms: fail(`the gateway ${how} after ${Math.round(performance.now() - begun)} ms`) };
}

function fail(why: string): number {
  failures.push(why);
  return Number.NaN;
}

async function onLedger(): Promise<number> {
  const [sums] = (await (await fetch(`${url}/__qcc__/ledger/summary`)).json()) as { exchanges: number }[];
  return sums?.exchanges ?? 0;
}

async function catchUp(gateway: BuiltGateway, wanted: number): Promise<void> {
  const begun = performance.now();
  let found = 0;
  while (gateway.alive && performance.now() - begun < CAUGHT_UP_MS) {
    found = await onLedger();
    if (found >= wanted) break;
    await sleep(200);
  }
  console.log(`${found} exchanges on the ledger after another ${Math.round(performance.now() - begun)} ms`);
  if (found !== wanted) fail(`${wanted} exchanges should be on the ledger`);
}

async function stop(gateway: BuiltGateway): Promise<void> {
  gateway.kill('SIGTERM');
  await gateway.gone;
}

const empty = await startUp();
console.log(`with nothing to read: an answer after ${Math.round(empty.ms)} ms`);
await stop(empty.gateway);

const filler = fileURLToPath(new URL('fill-intents.ts', import.meta.url));
const filling = spawn(process.execPath, ['--import', 'tsx', filler, home, String(exchanges)], {
  stdio: 'inherit',
});
const [, signal] = await once(filling, 'exit');
if (signal !== 'SIGKILL') fail('the intents file could not be filled');
const { lines, bytes } = await waiting();
console.log(`${lines} lines, ${(bytes / 2 ** 20).toFixed(1)} MiB, wait for the ledger`);
if (lines < exchanges * 2) fail(`only ${lines} lines stand in the intents file`);

const full = await startUp();
console.log(`with those to read: an answer after ${Math.round(full.ms)} ms`);
if (!(full.ms <= limitMs))
  fail(`it may take ${limitMs} ms${empty.ms > limitMs / 2 ? ': the machine is too busy to tell' : ''}`);
if (full.gateway.alive && !Number.isNaN(full.ms)) await catchUp(full.gateway, exchanges + 2);
await stop(full.gateway);
await simulator.close();
console.log(failures.length === 0 ? 'all as it should be' : `${failures.length} failures:`);
for (const failure of failures) console.log(`- ${failure}`);
rmSync(home, { recursive: true });
process.exit(failures.length === 0 ? 0 : 1);
