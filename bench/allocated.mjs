// Holds what QCC allocates for a small request against the last value on record. docs/benchmarks.md says how.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureAllocated } from './allocation.mjs';
import { makePayloads } from './payloads.mjs';

const RECORD = new URL('./allocated.json', import.meta.url);

const HELP = `node bench/allocated.mjs [options]

  without any       prints bytes a small request, of QCC and of the bare pipe
  --check           compares QCC's with bench/allocated.json; exit code 1 if it has grown by more than the tolerance
  --record          writes QCC's there
`;

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const sizes = { pacedEvents: 1, burstChunks: 8 };
/** Bytes are counted, not time: nothing needs a core of its own. */
const cores = { onTested: (command) => command, onLoad: (command) => command };
const setup = { cores, sizes, payloads: makePayloads(sizes) };

const measure = async (name) => Math.round(await measureAllocated(name, setup));
const inBytes = (bytes) => `${bytes.toLocaleString('en')} bytes`;

function check(bytes, { qcc, tolerance, node }) {
  const grown = bytes / qcc - 1;
  const change = `${grown < 0 ? '' : '+'}${(grown * 100).toFixed(1)} %`;
  console.log(`allocated for a small request: ${inBytes(bytes)}, on record ${inBytes(qcc)} (${change})`);
  if (process.version !== node) console.log(`measured with Node ${process.version}, on record with ${node}`);
  if (grown <= tolerance && grown >= -tolerance) return;
  console.log('To put the new value on record: node bench/allocated.mjs --record');
  if (grown < 0) return;
  console.log(
    `It may grow by ${tolerance * 100} %: "Finding a cost" in docs/benchmarks.md shows what allocates.`,
  );
  process.exitCode = 1;
}

async function main() {
  if (options.help) return void console.log(HELP);
  const bytes = await measure('qcc');
  const onRecord = JSON.parse(readFileSync(RECORD, 'utf8'));
  if (options.check) return check(bytes, onRecord);
  if (!options.record) {
    console.log(
      `allocated for a small request: QCC ${inBytes(bytes)}, bare pipe ${inBytes(await measure('pipe'))}`,
    );
    return;
  }
  writeFileSync(RECORD, `${JSON.stringify({ ...onRecord, qcc: bytes, node: process.version }, null, 2)}\n`);
  console.log(`on record: ${inBytes(bytes)}`);
}

try {
  await main();
} catch (error) {
  console.error(`allocated: ${error.message}`);
  process.exitCode = 1;
}
process.exit();
