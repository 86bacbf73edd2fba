// How many bytes a request makes a target allocate: counted, not sampled.
import { attachInspector } from './inspector.mjs';
import { Client } from './load.mjs';
import { median } from './table.mjs';
import { freePort, startTarget, startUpstream } from './targets.mjs';
import { within } from './within.mjs';

const CLIENTS = 16;
/** The compiler has seen the code by then: what it optimises allocates less. */
const WARM_UP_REQUESTS = 3000;
const REQUESTS = 400;
const BLOCKS = 5;
/** Blocks with a collection in them don't count; so many may be taken in all. */
const MOST_BLOCKS = 10;
const LIMIT_MS = 60_000;

/** The young generation is so large that no collection comes between two readings. */
const NODE_FLAGS = ['--min-semi-space-size=512', '--max-semi-space-size=512', '--no-memory-reducer'];

/** Counts the main thread's collections from now on. */
const WATCH_COLLECTIONS = `
  globalThis.collections = 0;
  new (require('node:perf_hooks').PerformanceObserver)((list) => {
    globalThis.collections += list.getEntries().length;
  }).observe({ entryTypes: ['gc'] });`;

/** What the main thread holds, in bytes: its heap, and the buffers outside of it. Collections are told some turns late. */
const READ = `(async () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  return JSON.stringify({ bytes: heapUsed + arrayBuffers, collections: globalThis.collections });
})()`;

async function evaluate(inspector, expression) {
  const { result, exceptionDetails } = await inspector.call('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true,
    awaitPromise: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

/** `requests` small ones, by all clients in turn. */
async function ask(clients, payload, requests) {
  let left = requests;
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) await client.ask(payload);
    }),
  );
}

async function measureBlocks(inspector, clients, payload) {
  const read = async () => JSON.parse(await evaluate(inspector, READ));
  await evaluate(inspector, WATCH_COLLECTIONS);
  await ask(clients, payload, WARM_UP_REQUESTS);
  const blocks = [];
  for (let taken = 0; blocks.length < BLOCKS; taken++) {
    if (taken === MOST_BLOCKS) throw new Error('its memory was collected in nearly every block');
    await inspector.call('HeapProfiler.collectGarbage');
    const before = await read();
    await ask(clients, payload, REQUESTS);
    const after = await read();
    if (after.collections === before.collections) blocks.push((after.bytes - before.bytes) / REQUESTS);
  }
  return blocks;
}

/**
 * Bytes that the target's main thread allocates for a small JSON request, in a fresh process: in the engine's heap, and in
 * buffers outside of it. Not counted: other threads, what native code takes for itself, and memory that is given back
 * within the same call (the rest of a buffer that a read did not fill).
 *
 * @returns {Promise<number>}
 */
export async function measureAllocated(name, { cores, sizes, payloads }) {
  const inspectorPort = await freePort();
  const upstream = await startUpstream(cores, sizes);
  const flags = [...NODE_FLAGS, `--inspect=127.0.0.1:${inspectorPort}`];
  const target = await startTarget(name, cores, upstream, flags);
  const inspector = await attachInspector(inspectorPort);
  const clients = Array.from({ length: CLIENTS }, () => new Client(target.port));
  try {
    const measuring = measureBlocks(inspector, clients, payloads.small);
    return median(await within(measuring, LIMIT_MS, 'counting what is allocated'));
  } finally {
    inspector.close();
    for (const client of clients) client.close();
    await target.stop();
    await upstream.stop();
  }
}
