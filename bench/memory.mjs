// What an open, quiet stream costs in RAM.
import { setTimeout as sleep } from 'node:timers/promises';
import { attachInspector } from './inspector.mjs';
import { Client } from './load.mjs';
import { readRssKb } from './process-cost.mjs';
import { freePort, startTarget, startUpstream } from './targets.mjs';
import { within } from './within.mjs';

const OPENED_AT_ONCE = 100;

/** RSS once the garbage is gone: two full collections, and a moment for the pages to go back. */
async function settledRssKb(inspector, pid) {
  for (let times = 0; times < 2; times++) {
    await sleep(300);
    await inspector.call('HeapProfiler.collectGarbage');
  }
  await sleep(200);
  return readRssKb(pid);
}

/** Opens streams until there are `wanted`, waiting for the first bytes of each. */
async function openUpTo(wanted, streams, port, payload) {
  while (streams.length < wanted) {
    const batch = Array.from({ length: Math.min(OPENED_AT_ONCE, wanted - streams.length) }, () => {
      const client = new Client(port);
      const opened = new Promise((resolve, reject) => {
        const done = client.ask(payload, undefined, resolve);
        done.catch(reject);
        streams.push({ client, done });
      });
      return opened;
    });
    await Promise.all(batch);
  }
}

/**
 * KB of RSS per quiet stream at each of `counts` (ascending), in a fresh process.
 * In the end all streams are finished and their answers checked.
 *
 * @returns {Promise<number[]>}
 */
export async function measureMemory(name, { cores, sizes, payloads }, counts) {
  const inspectorPort = await freePort();
  const upstream = await startUpstream(cores, sizes);
  const target = await startTarget(name, cores, upstream, [`--inspect=127.0.0.1:${inspectorPort}`]);
  const inspector = await attachInspector(inspectorPort);
  const streams = [];
  try {
    const warmUp = new Client(target.port);
    for (let asked = 0; asked < 300; asked++) await warmUp.ask(payloads.short);
    warmUp.close();
    const atRestKb = await settledRssKb(inspector, target.pid);
    const perStream = [];
    for (const count of counts) {
      await within(openUpTo(count, streams, target.port, payloads.quiet), 45_000, `opening ${count} streams`);
      perStream.push(((await settledRssKb(inspector, target.pid)) - atRestKb) / count);
    }
    upstream.tell({ finishQuietStreams: true });
    await within(Promise.all(streams.map((stream) => stream.done)), 45_000, 'ends of the quiet streams');
    return perStream;
  } finally {
    for (const stream of streams) {
      stream.done.catch(() => undefined);
      stream.client.close();
    }
    inspector.close();
    await target.stop();
    await upstream.stop();
  }
}
