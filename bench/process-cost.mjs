import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU time of a whole process from its ticks (10 ms each), in µs: user and system, ended threads included. */
function tickedUs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}

/** CPU time of each live thread in ns (proc(5), schedstat); empty where the kernel does not keep it. */
function threadsNs(pid) {
  const threads = new Map();
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    try {
      threads.set(tid, Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'latin1').split(' ')[0]));
    } catch {
      // The thread ended between the two reads, or there is no schedstat: cpuUsBetween falls back to ticks.
    }
  }
  return threads;
}

/** A reading of a process's CPU time. */
export function readCpu(pid) {
  return { atMs: performance.now(), tickedUs: tickedUs(pid), threads: threadsNs(pid), pid };
}

/**
 * CPU time of all threads between two readings, in µs. Thread clocks are exact but forget threads that end:
 * then the ticks serve.
 */
export function cpuUsBetween(before, after) {
  const ticked = after.tickedUs - before.tickedUs;
  let ns = 0;
  for (const [tid, startNs] of before.threads) {
    const endNs = after.threads.get(tid);
    if (endNs === undefined) return ticked;
    ns += endNs - startNs;
  }
  for (const [tid, endNs] of after.threads) if (!before.threads.has(tid)) ns += endNs;
  return ns > 0 ? ns / 1000 : ticked;
}

/** CPU time of each thread between two readings, as [thread id, µs], costliest first, idle ones left out. */
export function threadsUsBetween(before, after) {
  return [...after.threads]
    .map(([tid, endNs]) => [tid, (endNs - (before.threads.get(tid) ?? 0)) / 1000])
    .filter(([, us]) => us > 0)
    .sort((a, b) => b[1] - a[1]);
}

/** Memory in RAM that a process holds, in KB. */
export function readRssKb(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
}

/** How many files and sockets this process may allow itself, and those it starts, to have open. */
export function openFilesLimit() {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  return hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard ?? 1024);
}
