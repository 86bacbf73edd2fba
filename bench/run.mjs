// npm run bench: measures QCC against a bare pipe. docs/benchmarks.md says what and how.
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAllocated } from './allocation.mjs';
import {
  measureAnswer,
  measureBurst,
  measureFirstByte,
  measureJson,
  measureLarge,
  measurePaced,
  measurePlain,
  measureUpgraded,
} from './columns.mjs';
import { pinCores } from './cores.mjs';
import { attachInspector } from './inspector.mjs';
import { measureMemory } from './memory.mjs';
import { makePayloads } from './payloads.mjs';
import { openFilesLimit } from './process-cost.mjs';
import { ALLOCATIONS, CPU, formatThreads } from './profile.mjs';
import { formatTable, quantile, summarise } from './table.mjs';
import { freePort, startTarget, startUpstream, TARGETS } from './targets.mjs';

const CPU_COLUMNS = {
  json: { label: 'small JSON request, µs', measure: measureJson },
  plain: { label: '… not streamed upstream, µs', measure: measurePlain },
  upgraded: { label: '… streamed upstream, µs', measure: measureUpgraded },
  large: { label: 'request with 300 KB, µs', measure: measureLarge },
  answer: { label: '200 events in one write, µs', measure: measureAnswer },
  paced: { label: 'streamed event, paced, µs', measure: measurePaced },
  burst: { label: 'streamed event, burst, µs', measure: measureBurst },
};
const PROFILED = Object.keys(CPU_COLUMNS).join(', ');
const COLUMNS = [...Object.keys(CPU_COLUMNS), 'allocated', 'memory', 'ttfb'];
/** Measured in a process of their own. */
const APART = ['allocated', 'memory'];

const HELP = `node bench/run.mjs [options]

  --rounds N        rounds, each with every target in turn (default 5)
  --quick           one short round: does it run, are the answers right?
  --target NAME     what to measure, may be repeated; ratios are to the first (default: pipe, qcc)
                    ${Object.entries(TARGETS)
                      .map(([name, { says }]) => `${name.padEnd(11)}${says}`)
                      .join('\n                    ')}
  --only COLUMN     may be repeated: ${COLUMNS.join(', ')}
  --json            the summary as JSON
  --profile NAME    no table, but where one target's time goes, with --only one of ${PROFILED}
  --allocations     with --profile: what is allocated, instead of time
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      target: { type: 'string', multiple: true, default: ['pipe', 'qcc'] },
      only: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      allocations: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on');
  const targets = values.profile ? [values.profile] : values.target;
  for (const target of targets) if (!TARGETS[target]) throw new Error(`no target "${target}"; see --help`);
  const only = new Set(values.only ?? COLUMNS);
  for (const column of only)
    if (!COLUMNS.includes(column)) throw new Error(`no column "${column}"; see --help`);
  if (values.profile && (only.size !== 1 || !CPU_COLUMNS[[...only][0]])) {
    throw new Error(`--profile needs --only with one of ${PROFILED}`);
  }
  if (values.allocations && !values.profile) throw new Error('--allocations needs --profile');
  return { ...values, rounds, targets: [...new Set(targets)], only };
}

/**
 * How long each measurement takes. A round measures in slices, with the targets in turn: what disturbs
 * the machine for a second then hits all of them. The first slice warms up for longer.
 */
function makePlan({ quick, profile }) {
  if (profile)
    return { slices: [{ cold: true, warmUpMs: 1500, windowMs: 4000 }], delaySlices: 1, streams: [] };
  if (quick)
    return { slices: [{ cold: true, warmUpMs: 300, windowMs: 500 }], delaySlices: 1, streams: [1000] };
  const first = { cold: true, warmUpMs: 1000, windowMs: 600 };
  const later = { warmUpMs: 150, windowMs: 600 };
  return { slices: [first, later, later, later], delaySlices: 5, streams: [1000, 10_000] };
}

/** Stream counts that fit the limit of open files: a stream is two sockets in the process under test. */
function streamCounts(wanted) {
  const most = Math.floor((openFilesLimit() - 200) / 2);
  const fitting = [...new Set(wanted.map((count) => Math.min(count, most)))];
  const note =
    most < Math.max(...wanted) ? `limit of open files: no more than ${most} streams at once` : undefined;
  return { counts: fitting, note };
}

/** Says whose measurement failed, in which column. */
async function named(work, target, column) {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${target}, ${column}: ${error.message}`);
  }
}

async function measureCpuColumns(setup, targets, record) {
  for (const [column, { measure }] of Object.entries(CPU_COLUMNS)) {
    if (!setup.only.has(column)) continue;
    const sums = new Map(targets.map(({ name }) => [name, { pieces: 0, cpuUs: 0, wallUs: 0, rebuilt: 0 }]));
    for (const slice of setup.plan.slices) {
      for (const target of targets) {
        const cost = await named(measure(target, setup.payloads, slice), target.name, column);
        const sum = sums.get(target.name);
        for (const key of Object.keys(sum)) sum[key] += cost[key];
      }
    }
    for (const [name, { pieces, cpuUs, wallUs, rebuilt }] of sums)
      record(column, name, cpuUs / pieces, { busy: cpuUs / wallUs, rebuilt });
  }
}

async function measureAddedDelay(setup, upstream, targets, record) {
  const ways = [{ name: 'direct', port: upstream.port }, ...targets];
  const delays = new Map(ways.map(({ name }) => [name, []]));
  for (let slice = 0; slice < setup.plan.delaySlices; slice++) {
    for (const way of ways) {
      const window = { warmUpMs: slice === 0 ? 500 : 100, windowMs: 600 };
      delays
        .get(way.name)
        .push(...(await named(measureFirstByte(way, setup.payloads, window), way.name, 'ttfb')));
    }
  }
  for (const share of [0.5, 0.99]) {
    const direct = quantile(delays.get('direct'), share);
    for (const { name } of targets)
      record(`ttfb-p${share * 100}`, name, quantile(delays.get(name), share) - direct);
  }
}

/** One round: fresh processes, each column with every target in turn. Bytes don't vary: one round counts them. */
async function runRound(round, setup, names, record) {
  if (COLUMNS.some((column) => !APART.includes(column) && setup.only.has(column))) {
    const upstream = await startUpstream(setup.cores, setup.sizes);
    const targets = [];
    try {
      for (const name of names) targets.push(await startTarget(name, setup.cores, upstream));
      await measureCpuColumns(setup, targets, record);
      if (setup.only.has('ttfb')) await measureAddedDelay(setup, upstream, targets, record);
    } finally {
      for (const target of targets) await target.stop();
      await upstream.stop();
    }
  }
  if (setup.only.has('allocated') && round === 1) {
    for (const name of names)
      record('allocated', name, (await named(measureAllocated(name, setup), name, 'allocated')) / 1024);
  }
  if (!setup.only.has('memory')) return;
  for (const name of names) {
    const perStream = await named(measureMemory(name, setup, setup.counts), name, 'memory');
    perStream.forEach((kb, at) => {
      record(`memory-${setup.counts[at]}`, name, kb);
    });
  }
}

function tableRows({ only, counts }) {
  const rows = [];
  for (const [key, { label }] of Object.entries(CPU_COLUMNS)) if (only.has(key)) rows.push({ key, label });
  if (only.has('allocated')) rows.push({ key: 'allocated', label: 'allocated, small JSON, KB' });
  if (only.has('memory')) {
    for (const count of counts) {
      rows.push({ key: `memory-${count}`, label: `quiet stream of ${count.toLocaleString('en')}, KB` });
    }
  }
  if (only.has('ttfb')) {
    for (const share of [50, 99])
      rows.push({ key: `ttfb-p${share}`, label: `added to first byte, p${share}, ms` });
  }
  return rows;
}

async function compare(options, setup, notes) {
  const values = new Map();
  const record = (row, target, value, { busy, rebuilt } = {}) => {
    const key = `${row} ${target}`;
    if (!values.has(key)) values.set(key, []);
    values.get(key).push(value);
    if (rebuilt) notes.add(`${target}, ${row}: answers were put together from a stream; compared as JSON`);
    if (row === 'paced' && busy > 0.9) {
      notes.add(`${target} used its core up while events were paced: its events were handled in batches`);
    }
  };
  const progress = (text) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${text}`);
  for (let round = 1; round <= options.rounds; round++) {
    progress(`round ${round} of ${options.rounds}`);
    await runRound(round, setup, options.targets, record);
  }
  progress('');
  const summaries = summarise(tableRows(setup), options.targets, values);
  if (options.json) {
    console.log(
      JSON.stringify({ node: process.version, rounds: options.rounds, notes: [...notes], rows: summaries }),
    );
    return;
  }
  console.log(`CPU time, memory and delay: median of ${options.rounds} (min–max); ratios round by round\n`);
  console.log(formatTable(summaries, options.targets));
  console.log(`\nanswers: all right, byte for byte. Node ${process.version}.`);
  for (const note of notes) console.log(`note: ${note}`);
}

/** Where one target's time or memory goes, while it is measured, after the warm-up. */
async function profile(options, setup) {
  const [column] = options.only;
  const kind = options.allocations ? ALLOCATIONS : CPU;
  const inspectorPort = await freePort();
  const upstream = await startUpstream(setup.cores, setup.sizes);
  const target = await startTarget(options.profile, setup.cores, upstream, [
    `--inspect=127.0.0.1:${inspectorPort}`,
  ]);
  const inspector = await attachInspector(inspectorPort);
  let taken;
  const hooks = {
    begin: () => kind.begin(inspector),
    end: async () => {
      taken = (await kind.end(inspector)).profile;
    },
  };
  try {
    const { measure } = CPU_COLUMNS[column];
    const { pieces, threads } = await measure(target, setup.payloads, setup.plan.slices[0], hooks);
    const file = join(tmpdir(), `qcc-bench-${options.profile}-${column}.${kind.suffix}`);
    writeFileSync(file, JSON.stringify(taken));
    console.log(`${options.profile}, ${column}: ${Math.round(pieces)} pieces of work`);
    console.log(kind.format(taken, pieces));
    if (kind === CPU) console.log(formatThreads(threads, String(target.pid), pieces));
    console.log(`\nwhole profile, for a viewer: ${file}`);
  } finally {
    inspector.close();
    await target.stop();
    await upstream.stop();
  }
}

async function main() {
  const options = readOptions();
  if (options.help) return void console.log(HELP);
  if (!existsSync('/proc/self/stat'))
    throw new Error('CPU time and memory are read from /proc: this needs Linux');
  if (options.targets.includes('qcc') && !existsSync(new URL('../dist/main.js', import.meta.url))) {
    throw new Error('QCC is not built yet: run "npm ci" in the project\'s folder first');
  }
  const cores = pinCores();
  const plan = makePlan(options);
  const [longest] = plan.slices;
  const sizes = {
    pacedEvents: Math.ceil((longest.warmUpMs + longest.windowMs + 800) / 10),
    burstChunks: 400,
  };
  const { counts, note } = streamCounts(plan.streams);
  const notes = new Set([cores.note, ...(note && options.only.has('memory') ? [note] : [])]);
  const setup = { cores, plan, sizes, payloads: makePayloads(sizes), counts, only: options.only };
  await (options.profile ? profile(options, setup) : compare(options, setup, notes));
}

try {
  await main();
} catch (error) {
  console.error(`\nbench: ${error.message}`);
  process.exitCode = 1;
}
process.exit();
