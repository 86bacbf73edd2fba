// The measurements. Each takes a running target and gives the cost of some work; every answer on the way is checked.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './load.mjs';
import { DELTA } from './payloads.mjs';
import { cpuUsBetween, readCpu, threadsUsBetween } from './process-cost.mjs';
import { within } from './within.mjs';

/** A target that does not get through its work in this time hangs. */
const MEASURE_LIMIT_MS = 60_000;

/** After so much work the compiler has seen the code that matters, however slow the machine is. */
const WARM_UP_PIECES = 5000;

/**
 * What a process spends during `windowMs`, and the work it does meanwhile; `count` reads how much was done so far.
 * A `cold` process first does its warm-up work.
 *
 * @returns {Promise<{ pieces: number, cpuUs: number, threads: [string, number][], wallUs: number }>}
 */
async function measureWindow(target, count, { warmUpMs, windowMs, cold }, hooks = {}) {
  await sleep(warmUpMs);
  const latest = performance.now() + MEASURE_LIMIT_MS / 2;
  while (cold && count() < WARM_UP_PIECES && performance.now() < latest) await sleep(20);
  await hooks.begin?.();
  const before = readCpu(target.pid);
  const countBefore = count();
  await sleep(windowMs);
  const after = readCpu(target.pid);
  const pieces = count() - countBefore;
  await hooks.end?.();
  return {
    pieces,
    cpuUs: cpuUsBetween(before, after),
    threads: threadsUsBetween(before, after),
    wallUs: (after.atMs - before.atMs) * 1000,
  };
}

/** `connections` clients that each ask again as soon as they are answered. */
async function closedLoop(target, payload, connections, plan, pieces, hooks) {
  const counts = { bytes: 0, answers: 0 };
  let going = true;
  const clients = Array.from({ length: connections }, () => new Client(target.port));
  const loops = Promise.all(
    clients.map(async (client) => {
      while (going) {
        await client.ask(payload, counts);
        counts.answers += 1;
      }
    }),
  );
  try {
    const measured = await Promise.race([
      within(
        measureWindow(target, () => pieces(counts), plan, hooks),
        MEASURE_LIMIT_MS,
        'the measurement',
      ),
      loops.then(() => Promise.reject(new Error('the clients stopped early'))),
    ]);
    going = false;
    await within(loops, 20_000, 'last answers');
    return { ...measured, rebuilt: counts.rebuilt ?? 0, answers: counts.answers };
  } finally {
    going = false;
    loops.catch(() => undefined);
    for (const client of clients) client.close();
  }
}

const answered = (counts) => counts.answers;
const events = (counts) => counts.bytes / DELTA.length;

/** Small JSON requests, 16 clients in a closed loop. */
export function measureJson(target, payloads, plan, hooks) {
  return closedLoop(target, payloads.small, 16, plan, answered, hooks);
}

/** The same, where the gateway is set to ask as its client did. */
export async function measurePlain(target, payloads, plan, hooks) {
  const measured = await closedLoop(target, payloads.plain, 16, plan, answered, hooks);
  if (target.upgrades && measured.rebuilt > 0) throw new Error('calls were streamed upstream');
  return measured;
}

/** The same, where the gateway is set so that it must ask for a stream. */
export async function measureUpgraded(target, payloads, plan, hooks) {
  const measured = await closedLoop(target, payloads.upgraded, 16, plan, answered, hooks);
  if (target.upgrades && measured.rebuilt < measured.answers)
    throw new Error('not all calls were streamed upstream');
  return measured;
}

/** Streamed answers of 200 events that come in one piece, 8 clients in a closed loop. */
export function measureAnswer(target, payloads, plan, hooks) {
  return closedLoop(target, payloads.answer, 8, plan, answered, hooks);
}

/** Requests with a body of 300 KB, 8 clients in a closed loop. */
export function measureLarge(target, payloads, plan, hooks) {
  return closedLoop(target, payloads.large, 8, plan, answered, hooks);
}

/** Streamed events where many share a chunk, 4 streams as fast as they go. */
export function measureBurst(target, payloads, plan, hooks) {
  return closedLoop(target, payloads.burst, 4, plan, events, hooks);
}

/** Streamed events that come alone: 100 streams, an event each 10 ms in each. */
export async function measurePaced(target, payloads, plan, hooks) {
  const counts = { bytes: 0 };
  const clients = Array.from({ length: 100 }, () => new Client(target.port));
  const streams = Promise.all(clients.map((client) => client.ask(payloads.paced, counts)));
  try {
    const measured = await Promise.race([
      within(
        measureWindow(target, () => events(counts), plan, hooks),
        MEASURE_LIMIT_MS,
        'the measurement',
      ),
      streams.then(() => Promise.reject(new Error('the streams ended before the measurement did'))),
    ]);
    await within(streams, 30_000, 'paced streams');
    return { ...measured, rebuilt: 0 };
  } finally {
    streams.catch(() => undefined);
    for (const client of clients) client.close();
  }
}

/** Delays to the first byte of a streamed answer's body, in ms, at `perSecond` requests a second, open loop. */
export async function measureFirstByte(target, payloads, plan) {
  const perSecond = 200;
  const idle = [];
  const all = [];
  const delays = [];
  const running = new Set();
  const askOne = async () => {
    const client = idle.pop() ?? new Client(target.port);
    if (!all.includes(client)) all.push(client);
    delays.push(await client.ask(payloads.short));
    idle.push(client);
  };
  let failed;
  const askFor = async (durationMs) => {
    const start = performance.now();
    const requests = Math.round((durationMs * perSecond) / 1000);
    for (let at = 0; at < requests && !failed; at++) {
      const dueMs = start + (at * 1000) / perSecond - performance.now();
      if (dueMs > 0) await sleep(dueMs);
      const one = askOne().catch((error) => {
        failed = error;
      });
      running.add(one);
      void one.finally(() => running.delete(one));
    }
    await within(Promise.all(running), 10_000, 'first bytes');
    if (failed) throw failed;
  };
  try {
    await askFor(plan.warmUpMs);
    delays.length = 0;
    await askFor(plan.windowMs);
    return delays;
  } finally {
    for (const client of all) client.close();
  }
}
