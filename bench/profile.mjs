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

/** Self time by function and by part of the program, in µs, without idle time. */
function selfTimes(profile) {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const functions = new Map();
  const parts = new Map();
  let busyUs = 0;
  profile.samples.forEach((id, at) => {
    const { callFrame } = byId.get(id);
    if (callFrame.functionName === '(idle)') return;
    const us = Math.max(0, profile.timeDeltas[at + 1] ?? 0);
    const where = place(callFrame);
    const name = `${callFrame.functionName || '(anonymous)'}\t${where}`;
    const of = part(where, callFrame.functionName);
    functions.set(name, (functions.get(name) ?? 0) + us);
    parts.set(of, (parts.get(of) ?? 0) + us);
    busyUs += us;
  });
  const descending = (map) => [...map].sort((a, b) => b[1] - a[1]);
  return { functions: descending(functions), parts: descending(parts), busyUs };
}

/** The costliest functions of a CPU profile as text; `pieces` is the work done meanwhile. */
export function formatProfile(profile, pieces, top = 25) {
  const { functions, parts, busyUs } = selfTimes(profile);
  const line = ([name, us]) => {
    const [shown, where = ''] = name.split('\t');
    const cost = `${((us * 100) / busyUs).toFixed(1).padStart(5)} %  ${(us / pieces).toFixed(2).padStart(8)} µs`;
    return `${cost}  ${shown.padEnd(34)}  ${where}`.trimEnd();
  };
  return [
    `main thread, self time per piece of work (${Math.round(pieces)} pieces; profiling itself slows it down):`,
    ...functions.slice(0, top).map(line),
    '',
    'by part:',
    ...parts.slice(0, 15).map(line),
  ].join('\n');
}
