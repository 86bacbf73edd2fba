// node bench/ledger.mjs: how long readings of a large ledger take, and what writing and deleting rows costs.
// docs/benchmarks.md says what and how.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { DAYS, NOW, recordOf } from './ledger-rows.mjs';

const HELP = `node bench/ledger.mjs [options]

  --rows N          exchanges in the ledger (default 1000000)
  --rounds N        times each reading is asked for (default 9)
  --file PATH       fill this database, or take it as it is where it is there; absent: a temporary one
  --prune           at the end: delete the oldest half, in steps
  --json            the readings as JSON
`;

/** Exchanges written at a time: some 60 MB of the intents file. */
const FILL_BATCH = 100_000;

async function main() {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '9' },
      file: { type: 'string' },
      prune: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
  if (!(rows >= 1_000 && rounds >= 1)) throw new Error('--rows takes 1000 or more, --rounds 1 or more');
  const folder = values.file === undefined ? mkdtempSync(join(tmpdir(), 'qcc-ledger-')) : undefined;
  const file = values.file ?? join(folder, 'qcc.db');
  try {
    const storage = await buildStorage();
    if (!existsSync(file)) await fill(storage, file, rows);
    const readings = await read(storage, file, rows, rounds);
    if (values.json) console.log(JSON.stringify(readings));
    else for (const line of table(readings)) console.log(line);
    if (values.prune) await prune(storage, file);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  }
}

/** The storage folder as the gateway runs it, with its thread beside it, and what explains from it. */
async function buildStorage() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const outdir = join(root, 'bench', 'dist');
  await build({
    absWorkingDir: root,
    entryPoints: {
      storage: 'src/storage/storage.ts',
      intents: 'src/storage/intents.ts',
      lines: 'src/storage/ledger-line.ts',
      'storage-worker': 'src/storage/storage-worker.ts',
      evidence: 'src/evidence/evidence.ts',
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
  return {
    ...(await import(join(outdir, 'storage.js'))),
    ...(await import(join(outdir, 'intents.js'))),
    ...(await import(join(outdir, 'lines.js'))),
    ...(await import(join(outdir, 'evidence.js'))),
  };
}

/** Writes the intents file, and has the storage thread put it on record, a part after the other. */
async function fill({ openStore, openIntents, wholeText, attemptText }, file, rows) {
  let cpuUs = 0;
  let writtenUs = 0;
  for (let from = 0; from < rows; from += FILL_BATCH) {
    const before = process.cpuUsage();
    const intents = openIntents(file.replace(/\.db$/, '.intents'), 'bench');
    for (let n = from; n < Math.min(rows, from + FILL_BATCH); n += 1) {
      const { exchange, attempts } = recordOf(n, rows);
      intents.appendSoon(wholeText(exchange));
      for (const attempt of attempts) intents.appendSoon(attemptText(attempt));
      if (n % 500 === 0) intents.flush();
    }
    intents.close();
    const written = process.cpuUsage(before);
    writtenUs += written.user + written.system;
    const opened = await openStore(file, { onTrouble: (detail) => console.error(detail) });
    if (!opened.ok) throw new Error(opened.error.detail);
    const reading = process.cpuUsage();
    await opened.value.flush();
    const { user, system } = process.cpuUsage(reading);
    cpuUs += user + system;
    await opened.value.close();
    if (process.stderr.isTTY) process.stderr.write(`\r${from + FILL_BATCH} `);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  const [making, storing] = [writtenUs, cpuUs].map((us) => (us / rows).toFixed(1));
  console.error(
    `filled with ${rows} exchanges: ${storing} µs of CPU each to store (${making} to make up and write)`,
  );
}

const HOUR_MS = 3_600_000;

/** What people and pages ask for. The last ones are the worst: hardly anything fits, and all must be looked at. */
function questionsFor(store, rows, explaining) {
  const day = NOW - 24 * HOUR_MS;
  const { id } = recordOf(Math.floor(rows / 2), rows).exchange;
  const failed = failedAround(Math.floor(rows / 2), rows);
  const newest = failedAround(rows - 1, rows);
  const explanation = (one) => async () => (await explaining.explanation(one, 'en'))?.findings;
  const list = (query) => () => store.ledgerList({ limit: 100, ...query });
  const points = (query) => () => store.ledgerPoints({ limit: 5_000, ...query });
  const sums = (query, by) => () => store.ledgerSummary(query, by);
  return {
    'list, the newest 100': list({}),
    'list, before an instant in the middle': list({ until: NOW - (DAYS / 2) * 24 * HOUR_MS }),
    'list, failed': list({ failed: true }),
    'list, failed, of a model': list({ failed: true, model: 'claude-opus-4-5' }),
    'list, failed, at an endpoint': list({ failed: true, endpointId: 'endpoint-2' }),
    'list, lost': list({ lost: true }),
    'list, slow 100 s': list({ slowMs: 100_000 }),
    'list, slow 100 s, at an endpoint': list({ slowMs: 100_000, endpointId: 'endpoint-2' }),
    'list, slow 1000 s': list({ slowMs: 1_000_000 }),
    'list, slow 5 s': list({ slowMs: 5_000 }),
    'list, of a cause': list({ cause: 'edge-timeout' }),
    'list, of a model': list({ model: 'gpt-5' }),
    'list, of a client': list({ client: 'ann' }),
    'list, of an endpoint': list({ endpointId: 'endpoint-1' }),
    'points, the newest 5,000': points({}),
    'points, of a day': points({ since: day }),
    'points, slow 100 s': points({ slowMs: 100_000 }),
    'points, failed': points({ failed: true }),
    summary: sums({}),
    'summary, by day': sums({}, 'day'),
    'summary, by model': sums({}, 'model'),
    'summary, by endpoint': sums({}, 'endpoint'),
    'summary, of the last 24 hours, by client': sums({ since: day }, 'client'),
    'summary, of 30 days to the minute, by model': sums({ since: NOW - 30 * 24 * HOUR_MS - 60_000 }, 'model'),
    entry: () => store.ledgerExchange(id),
    'entry, by the beginning of its id': () => store.ledgerExchange(id.slice(0, -1)),
    'explanation, of a failed one in the middle': explanation(failed),
    'explanation, of the newest failed one': explanation(newest),
    'explanation, of a good one in the middle': explanation(id),
    'explanation, of a pasted log line': async () =>
      (await explaining.page(`failed ${failed} after 100 s`, 'en')).explanation?.findings,
    'explanation, of a pasted page that fits many': async () =>
      (await explaining.page('504 Gateway Time-out nginx', 'en')).explanation?.findings,
    'attempts of an endpoint, in an hour': () =>
      store.ledgerAttempts({ endpointId: 'endpoint-1', since: NOW - HOUR_MS, until: NOW, limit: 5_000 }),
    'attempts of an endpoint, in a day': () =>
      store.ledgerAttempts({ endpointId: 'endpoint-1', since: day, until: NOW, limit: 5_000 }),
    size: () => store.ledgerBytes(),
    'nothing fits: slow 9 s, of a model nobody asked for': list({ slowMs: 9_000, model: 'none' }),
    'nothing fits: slow 10 s, of a model nobody asked for': list({ slowMs: 10_000, model: 'none' }),
    'nothing fits: slow 9 s, in a month of quick ones': list({ slowMs: 9_000, client: 'counter' }),
    'nothing fits: failed, at an endpoint nobody asked': list({ failed: true, endpointId: 'none' }),
    'nothing fits: failed, of a client who never fails': list({ failed: true, client: 'counter' }),
    'nothing fits: slow 10 s, at an endpoint nobody asked': list({ slowMs: 10_000, endpointId: 'none' }),
    'nothing fits: of a cause, of a model nobody asked for': list({ cause: 'edge-timeout', model: 'none' }),
    'nothing fits: of a model, at an endpoint that has it not': list({
      model: 'none',
      endpointId: 'endpoint-1',
    }),
    'nothing fits: lost, of a client who never loses': list({ lost: true, client: 'counter' }),
  };
}

/** The id of the last exchange that failed, up to the one named. */
function failedAround(n, rows) {
  for (let at = n; at >= 0; at -= 1) {
    const { exchange } = recordOf(at, rows);
    if (exchange.failed) return exchange.id;
  }
  throw new Error('none failed');
}

/** Explains from the ledger alone: the fleet and the running exchanges are in memory, and cost no reading. */
function explainingFrom(createExplaining, store) {
  const settings = {
    disconnect: { policy: 'auto', graceMs: 10_000, cutSilenceMs: 25_000 },
    listen: [],
    queueMax: 100,
    routes: [],
  };
  return createExplaining({
    store,
    fleet: { view: () => undefined, views: () => [], endpoint: () => undefined },
    exchanges: { views: () => [], find: () => undefined },
    now: () => NOW,
    settings: () => settings,
  });
}

async function read({ openStore, createExplaining }, file, rows, rounds) {
  const opened = await openStore(file);
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  const explaining = explainingFrom(createExplaining, store);
  const readings = [];
  for (const [what, ask] of Object.entries(questionsFor(store, rows, explaining))) {
    const times = [];
    let found;
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now();
      found = await ask();
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    readings.push({
      what,
      found: Array.isArray(found) ? found.length : (found?.attempts?.length ?? found),
      minMs: times[0],
      medianMs: times[Math.floor(times.length / 2)],
      maxMs: times.at(-1),
    });
  }
  await store.close();
  return readings;
}

function table(readings) {
  const line = (what, ...cells) => what.padEnd(60) + cells.map((cell) => cell.padStart(12)).join('');
  return [
    line('reading', 'min ms', 'median ms', 'max ms', 'found'),
    ...readings.map(({ what, found, ...ms }) =>
      line(what, ...[ms.minMs, ms.medianMs, ms.maxMs].map((value) => value.toFixed(1)), String(found ?? '–')),
    ),
  ];
}

/** Deletes the older half, while somebody asks for the newest rows all the time. */
async function prune({ openStore }, file) {
  const opened = await openStore(file);
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  const from = performance.now();
  let longest = 0;
  let over = false;
  const deleting = store.pruneLedger({ before: NOW - (DAYS / 2) * 24 * HOUR_MS }).finally(() => {
    over = true;
  });
  while (!over) {
    const askedAt = performance.now();
    await store.ledgerList({ limit: 10 });
    longest = Math.max(longest, performance.now() - askedAt);
  }
  const deleted = await deleting;
  const ms = performance.now() - from;
  console.log(
    `${deleted} exchanges deleted in ${(ms / 1_000).toFixed(1)} s; a list asked for meanwhile waited ${longest.toFixed(0)} ms at most`,
  );
  await store.close();
}

await main();
