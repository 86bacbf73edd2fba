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

/** What each node of the call tree is called, and which of the project's functions is nearest above it. */
function describeNodes(nodes) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const describe = (node) => {
    if (node.name !== undefined) return node;
    const { callFrame, parent } = node;
    const where = place(callFrame);
    node.name = `${callFrame.functionName || '(anonymous)'}\t${where}`;
    node.part = part(where, callFrame.functionName);
    node.cause = isProject(where) || !parent ? node.name : describe(parent).cause;
    return node;
  };
  for (const node of nodes) describe(node);
  return byId;
}

/** Time by function, by the project's function that caused it, and by part of the program, in µs; idle time is left out. */
function readTimes({ nodes, samples, timeDeltas }) {
  const byId = describeNodes(nodes);
  const sums = { name: new Map(), cause: new Map(), part: new Map() };
  let busyUs = 0;
  samples.forEach((id, at) => {
    const node = byId.get(id);
    if (node.callFrame.functionName === '(idle)') return;
    const us = Math.max(0, timeDeltas[at + 1] ?? 0);
    for (const [key, sum] of Object.entries(sums)) sum.set(node[key], (sum.get(node[key]) ?? 0) + us);
    busyUs += us;
  });
  const descending = (map) => [...map].sort((a, b) => b[1] - a[1]);
  return {
    functions: descending(sums.name),
    causes: descending(sums.cause).filter(([name]) => !name.startsWith('(root)')),
    parts: descending(sums.part),
    busyUs,
  };
}

/** The costliest functions of a CPU profile as text; `pieces` is the work done meanwhile. */
export function formatProfile(profile, pieces) {
  const { functions, causes, parts, busyUs } = readTimes(profile);
  const line = ([name, us]) => {
    const [shown, where = ''] = name.split('\t');
    const share = ((us * 100) / busyUs).toFixed(1).padStart(5);
    return `${share} %  ${(us / pieces).toPrecision(3).padStart(8)} µs  ${shown.padEnd(28)}  ${where}`.trimEnd();
  };
  return [
    `Main thread, per piece of work (${Math.round(pieces)} pieces; being profiled costs time, too).`,
    '\nself time:',
    ...functions.slice(0, 25).map(line),
    '\nself time, and what libraries and the engine did for it:',
    ...causes.slice(0, 25).map(line),
    '\nself time by part:',
    ...parts.slice(0, 15).map(line),
  ].join('\n');
}

/** CPU time per thread as text, costliest first: `threads` are [id, µs]. */
export function formatThreads(threads, mainThread, pieces) {
  const line = ([tid, us]) =>
    `${(us / pieces).toPrecision(3).padStart(18)} µs  ${tid === mainThread ? 'main thread' : 'another thread'}`;
  return [
    '\nCPU time by thread (collector and compiler helpers, file and worker threads):',
    ...threads.map(line),
  ].join('\n');
}
