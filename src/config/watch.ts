import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

/** Editors write in several steps; one change is told once they pause for this long. */
const SETTLE_MS = 100;
/** How often a folder that is gone is looked for. */
const RETRY_MS = 1000;

/** What changes when the file does; undefined = there is none. Follows links. */
function signatureOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
}

function signatureOrNone(file: string): string | undefined {
  try {
    return signatureOf(file);
  } catch {
    return undefined;
  }
}

/**
 * The files whose folders have to be watched: the file and, if it is a link, what it points to. Watching
 * the file itself would go blind after an atomic rename.
 */
function watchedFiles(file: string): readonly string[] {
  try {
    return [...new Set([file, realpathSync(file)])];
  } catch {
    return [file];
  }
}

/**
 * Calls `onChange` soon after the file's content was replaced or written, once per burst; not when it
 * is deleted, but when it is there again. Start watching before loading, or a change in between is missed.
 * Does not keep the process alive.
 */
export function watchConfig(file: string, onChange: () => void): { close(): void } {
  const path = resolve(file);
  let seen = signatureOrNone(path);
  let watchers: FSWatcher[] = [];
  let settle: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;

  function look(): void {
    const signature = signatureOrNone(path);
    const changed = signature !== undefined && signature !== seen;
    if (signature !== undefined) seen = signature;
    if (changed) onChange();
  }

  function schedule(): void {
    clearTimeout(settle);
    settle = setTimeout(() => {
      arm();
      look();
    }, SETTLE_MS).unref();
  }

  function disarm(): void {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  }

  function armLater(): void {
    disarm();
    clearTimeout(retry);
    retry = setTimeout(schedule, RETRY_MS).unref();
  }

  /** Anew after each change: the folder, or what a link points to, may be another one by now. */
  function arm(): void {
    disarm();
    clearTimeout(retry);
    try {
      for (const one of watchedFiles(path)) {
        const name = basename(one);
        // A name starting with ".." is how Kubernetes swaps a mounted config.
        const onEvent = (_: string, changed: string | null) => {
          if (changed === null || changed === name || changed.startsWith('..')) schedule();
          else if (changed === basename(dirname(one))) schedule();
        };
        watchers.push(watch(dirname(one), { persistent: false }, onEvent).on('error', armLater));
      }
    } catch {
      armLater();
    }
  }

  arm();
  return {
    close() {
      disarm();
      clearTimeout(settle);
      clearTimeout(retry);
    },
  };
}
