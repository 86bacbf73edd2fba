import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const maps = new Map();

function sourceMapOf(file) {
  if (!maps.has(file)) {
    const mapFile = `${file}.map`;
    maps.set(
      file,
      existsSync(mapFile) ? new SourceMap(JSON.parse(readFileSync(mapFile, 'utf8'))) : undefined,
    );
  }
  return maps.get(file);
}

/** Where a function was written: the source behind a bundle, seen from the project's root. */
function place({ url, lineNumber, columnNumber }) {
  if (!url) return '';
  if (!url.startsWith('file://')) return url;
  const file = fileURLToPath(url);
  const entry = sourceMapOf(file)?.findEntry(lineNumber, columnNumber);
  if (entry?.originalSource === undefined) return `${relative(ROOT, file)}:${lineNumber + 1}`;
  return `${relative(ROOT, resolve(file, '..', entry.originalSource))}:${entry.originalLine + 1}`;
}

/** The part of the program a place belongs to. */
function part(where, functionName) {
  if (where.startsWith('node:')) return 'node';
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(where)?.[1];
  if (library) return library;
  if (where === '') return functionName === '(garbage collector)' ? functionName : 'engine and system calls';
  return where.split('/').slice(0, 2).join('/').replace(/:\d+$/, '');
}

const isProject = (where) => /^(?:src|bench)\/(?!node_modules)/.test(where);

/** Names each node of a call tree, and finds the nearest of the project's functions above it. */
function describe(node) {
  if (node.name !== undefined) return node;
  const { callFrame, parent } = node;
  const where = place(callFrame);
  node.name = `${callFrame.functionName || '(anonymous)'}\t${where}`;
  node.part = part(where, callFrame.functionName);
  node.cause = isProject(where) || !parent ? node.name : describe(parent).cause;
  return node;
}

/** Sums by function, by the project's function that caused it, and by part of the program. */
function sumUp(costs) {
  const sums = { name: new Map(), cause: new Map(), part: new Map() };
  let total = 0;
  for (const [node, cost] of costs) {
    describe(node);
    for (const [key, sum] of Object.entries(sums)) sum.set(node[key], (sum.get(node[key]) ?? 0) + cost);
    total += cost;
  }
  const descending = (map) =>
    [...map].filter(([name]) => !name.startsWith('(root)')).sort((a, b) => b[1] - a[1]);
  return {
    functions: descending(sums.name),
    causes: descending(sums.cause),
    parts: descending(sums.part),
    total,
  };
}

function format({ functions, causes, parts, total }, pieces, unit) {
  const line = ([name, cost]) => {
    const [shown, where = ''] = name.split('\t');
    const share = ((cost * 100) / total).toFixed(1).padStart(5);
    return `${share} %  ${(cost / pieces).toPrecision(3).padStart(8)} ${unit}  ${shown.padEnd(28)}  ${where}`.trimEnd();
  };
  return [
    '\nby function itself:',
    ...functions.slice(0, 25).map(line),
    "\nby the project's function, with what libraries and the engine did for it:",
    ...causes.slice(0, 25).map(line),
    '\nby part:',
    ...parts.slice(0, 15).map(line),
  ].join('\n');
}

/** Profiles a process's main thread: CPU time, idle time left out. */
export const CPU = {
  suffix: 'cpuprofile',
  begin: async (inspector) => {
    await inspector.call('Profiler.enable');
    await inspector.call('Profiler.setSamplingInterval', { interval: 200 });
    await inspector.call('Profiler.start');
  },
  end: (inspector) => inspector.call('Profiler.stop'),
  /** The costliest functions as text; `pieces` is the work done meanwhile. */
  format: ({ nodes, samples, timeDeltas }, pieces) => {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
    const costs = samples
      .map((id, at) => [byId.get(id), Math.max(0, timeDeltas[at + 1] ?? 0)])
      .filter(([node]) => node.callFrame.functionName !== '(idle)');
    return `main thread, CPU time per piece of work; being profiled costs time, too\n${format(sumUp(costs), pieces, 'µs')}`;
  },
};

/** Profiles what a process's main thread allocates in the engine's heap, whether or not it is freed meanwhile. */
export const ALLOCATIONS = {
  suffix: 'heapprofile',
  begin: (inspector) =>
    inspector.call('HeapProfiler.startSampling', {
      samplingInterval: 8192,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    }),
  end: (inspector) => inspector.call('HeapProfiler.stopSampling'),
  /** The functions that allocate most, as text; `pieces` is the work done meanwhile. */
  format: ({ head }, pieces) => {
    const nodes = [head];
    for (const node of nodes) {
      for (const child of node.children) {
        child.parent = node;
        nodes.push(child);
      }
    }
    const costs = nodes.map((node) => [node, node.selfSize / 1024]);
    return `main thread, allocated in the heap per piece of work\n${format(sumUp(costs), pieces, 'KB')}`;
  },
};

/** CPU time per thread as text, costliest first: `threads` are [id, µs]. */
export function formatThreads(threads, mainThread, pieces) {
  const line = ([tid, us]) =>
    `${(us / pieces).toPrecision(3).padStart(17)} µs  ${tid === mainThread ? 'main thread' : 'another thread'}`;
  return [
    '\nby thread (collector and compiler helpers, file and worker threads):',
    ...threads.map(line),
  ].join('\n');
}
