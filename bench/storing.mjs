// node bench/storing.mjs: what putting exchanges on record costs each thread, how often it commits, how long readers
// wait, and how fast a store opens over a long intents file.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { build } from 'esbuild';
import { recordOf } from './ledger-rows.mjs';

// So that nothing is collected while what was allocated is counted.
setFlagsFromString('--semi-space-growth-factor=100');
setFlagsFromString('--min-semi-space-size=256');
setFlagsFromString('--max-semi-space-size=256');

const HELP = `node bench/storing.mjs [options]

  --exchanges N     put on record for the cost of each (default 30000)
  --lines N         lines that a killed process left (default 1000000)
  --root PATH       measure the storage of another working copy
  --only WHAT       cost, steady or start
`;

const { values } = parseArgs({
  options: {
    exchanges: { type: 'string', default: '30000' },
    lines: { type: 'string', default: '1000000' },
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** So that those which are made up stand in a few hours, as traffic does. */
const ROWS = 100_000_000;

async function buildStorage(root) {
  const outdir = join(resolve(root), 'bench', 'dist', 'storing');
  await build({
    absWorkingDir: resolve(root),
    entryPoints: {
      storage: 'src/storage/storage.ts',
      'storage-worker': 'src/storage/storage-worker.ts',
      lines: 'src/storage/ledger-line.ts',
    },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.20',
    packages: 'external',
    logLevel: 'warning',
  });
  return { ...(await import(join(outdir, 'storage.js'))), ...(await import(join(outdir, 'lines.js'))) };
}

/** CPU of this thread and of all others, in µs. */
function threadsUs() {
  let [main, others] = [0, 0];
  for (const tid of readdirSync('/proc/self/task')) {
    const us = Number(readFileSync(`/proc/self/task/${tid}/schedstat`, 'latin1').split(' ')[0]) / 1_000;
    if (Number(tid) === process.pid) main = us;
    else others += us;
  }
  return { main, others };
}

const turn = () => new Promise((done) => setImmediate(done));
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function open({ openStore }, folder) {
  const opened = await openStore(join(folder, 'qcc.db'), { onTrouble: (detail) => console.error(detail) });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

function openingOf({ exchange }) {
  return {
    ...exchange,
    delivery: 'running',
    usage: {},
    charge: 'unknown',
    endedAt: undefined,
    failed: undefined,
    costMicroUsd: undefined,
  };
}

const firstOf = ({ attempts: [first] }) => ({
  endpointId: first.endpointId,
  startedAt: first.startedAt,
  why: first.why,
});

/** Exchanges that open and close at once: one, a few or many a turn, as they come under load. */
async function cost(storage, folder, count) {
  const store = await open(storage, folder);
  const records = Array.from({ length: count }, (_, n) => recordOf(n * 5, ROWS)).filter(
    ({ attempts }) => attempts.length === 1,
  );
  const openings = records.map((record) => [openingOf(record), firstOf(record)]);
  await store.flush();
  const put = (from, to) => {
    for (let n = from; n < to; n += 1) {
      store.openExchange(...openings[n]);
      store.closeAttempt(records[n].attempts[0]);
      store.closeExchange(records[n].exchange);
    }
  };
  const warm = 2_000;
  for (let n = 0; n < warm; n += 4) {
    put(n, n + 4);
    await turn();
  }
  await store.flush();
  const counted = 2_000;
  const heap = process.memoryUsage().heapUsed;
  for (let n = warm; n < warm + counted; n += 4) {
    put(n, n + 4);
    await turn();
  }
  const bytes = (process.memoryUsage().heapUsed - heap) / counted;
  const before = threadsUs();
  const rest = records.length - warm - counted;
  for (let n = warm + counted; n + 4 <= records.length; n += 4) {
    put(n, n + 4);
    await turn();
    // About 2,000 a second: batches are as under load.
    if (n % 40 === 0) await wait(20);
  }
  const main = threadsUs().main - before.main;
  await store.flush();
  const others = threadsUs().others - before.others;
  console.log(
    `an exchange: gateway's thread ${(main / rest).toFixed(1)} µs, ${bytes.toFixed(0)} bytes allocated; storage thread (and helpers) ${(others / rest).toFixed(1)} µs`,
  );
  await store.close();
}

/** 100 lines a second for a while, and somebody who reads. */
async function steady(storage, folder) {
  const store = await open(storage, folder);
  const { createRequire } = await import('node:module');
  const { DatabaseSync } = createRequire(import.meta.url)('@photostructure/sqlite');
  const watcher = new DatabaseSync(join(folder, 'qcc.db'));
  const version = watcher.prepare('pragma data_version');
  let [commits, last, n] = [0, 0, 0];
  const looking = setInterval(() => {
    const { data_version: now } = version.get();
    if (now !== last) commits += 1;
    last = now;
  }, 2);
  const before = threadsUs();
  const writing = setInterval(() => {
    const record = recordOf(n * 5, ROWS);
    n += 1;
    store.openExchange(openingOf(record), firstOf(record));
    setTimeout(() => {
      store.closeAttempt(record.attempts[0]);
      store.closeExchange(record.exchange);
      store.addTotals({ requests: 1, successes: 1, failures: 0, durationMs: 1 });
    }, 700);
  }, 30);
  await wait(2_000);
  commits = 0;
  await wait(6_000);
  console.log(`100 lines a second: ${(commits / 6).toFixed(1)} commits a second`);
  const after = threadsUs();
  console.log(
    `  gateway's thread ${((after.main - before.main) / 8 / 33).toFixed(0)} µs, others ${((after.others - before.others) / 8 / 33).toFixed(0)} µs an exchange (timers, the watcher and all)`,
  );
  for (const [what, ask] of Object.entries({
    'a list': () => store.ledgerList({ limit: 50 }),
    'a look-up by key': () => store.loadAnswerByKey('none'),
  })) {
    const waits = [];
    for (let round = 0; round < 60; round += 1) {
      const from = performance.now();
      await ask();
      waits.push(performance.now() - from);
      await wait(25);
    }
    waits.sort((a, b) => a - b);
    console.log(`  ${what} meanwhile: median ${waits[30].toFixed(1)} ms, longest ${waits[59].toFixed(1)} ms`);
  }
  clearInterval(looking);
  clearInterval(writing);
  watcher.close();
  await wait(800);
  await store.close();
}

/** What a killed process left: how long until a store answers, and until all of it is on record. */
async function start(storage, folder, count) {
  const file = join(folder, 'qcc.intents');
  const { openingText, attemptText, closingText, headText } = storage;
  const perSegment = 30_000;
  for (let from = 0, segment = 1; from < count; from += perSegment, segment += 1) {
    const lines = headText ? [headText('killed', 2 ** 30, from === 0)] : [];
    for (let n = from; n < Math.min(count, from + perSegment); n += 3) {
      const record = recordOf(n * 5, ROWS);
      if (headText)
        lines.push(
          openingText(openingOf(record), firstOf(record)),
          attemptText(record.attempts[0]),
          closingText(record.exchange),
        );
      else
        lines.push(
          JSON.stringify({
            exchange: openingOf(record),
            begun: { ...firstOf(record), exchangeId: record.exchange.id, n: 1 },
          }),
          JSON.stringify({ attempt: record.attempts[0] }),
          JSON.stringify({ exchange: record.exchange }),
        );
    }
    const name = headText ? `${file}.${String(segment).padStart(6, '0')}` : file;
    writeFileSync(name, `${lines.join('\n')}\n`, { flag: 'a' });
  }
  // What was just written must not wait for the disk together with the database.
  execFileSync('sync');
  const from = performance.now();
  const since = () => `${((performance.now() - from) / 1_000).toFixed(2)} s`;
  const store = await open(storage, folder);
  const opened = since();
  store.saveState('probe', '1');
  await wait(50);
  await store.loadState('probe');
  await store.loadAnswerByKey('none');
  console.log(`${count} lines left: open after ${opened}, a write and a look-up answered after ${since()}`);
  const list = performance.now();
  await store.ledgerList({ limit: 50 });
  console.log(`  a list meanwhile: ${(performance.now() - list).toFixed(0)} ms`);
  await store.flush();
  const [summary] = await store.ledgerSummary({});
  console.log(`  all on record after ${since()}: ${summary.exchanges} exchanges`);
  await store.close();
}

if (values.help) process.stdout.write(HELP);
else {
  const storage = await buildStorage(values.root);
  const parts = {
    cost: (folder) => cost(storage, folder, Number(values.exchanges)),
    steady: (folder) => steady(storage, folder),
    start: (folder) => start(storage, folder, Number(values.lines)),
  };
  for (const [name, part] of Object.entries(parts)) {
    if (values.only !== undefined && values.only !== name) continue;
    const folder = mkdtempSync(join(tmpdir(), 'qcc-storing-'));
    try {
      await part(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
