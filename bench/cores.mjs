import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The first two cores this process may use: one for the process under test, one for everything around it. */
function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: Math.min(last - first + 1, 2) }, (_, at) => first + at);
  });
}

/**
 * Puts this process on the second core and says how to start others.
 * Where that cannot be (no taskset, one core), commands stay as they are and `note` says why.
 */
export function pinCores() {
  const unpinned = (note) => ({ note, onTested: (command) => command, onLoad: (command) => command });
  const [tested, load] = allowedCores();
  if (load === undefined) return unpinned('only one core: nothing is pinned, numbers will be noisy');
  const pinned = spawnSync('taskset', ['-a', '-c', '-p', String(load), String(process.pid)]);
  if (pinned.error) return unpinned('taskset is missing: nothing is pinned, numbers will be noisy');
  if (pinned.status !== 0) return unpinned(`taskset failed: ${pinned.stderr}`.trim());
  return {
    note: `process under test on core ${tested}, load generator and upstream on core ${load}`,
    onTested: (command) => ['taskset', '-c', String(tested), ...command],
    onLoad: (command) => ['taskset', '-c', String(load), ...command],
  };
}
