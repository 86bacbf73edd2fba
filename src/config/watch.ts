import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** A stat costs some µs; a change is told after two looks at most. */
const LOOK_EVERY_MS = 250;

/** What changes when the file does; undefined = there is none. Follows links. */
function signatureOf(file: string): string | undefined {
  try {
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : `${stats.ino} ${stats.size} ${stats.mtimeNs}`;
  } catch {
    return undefined;
  }
}

export interface ConfigWatch {
  /** The file is about to be read: as it stands, it is no change any more. */
  seen(): void;
  close(): void;
}

/**
 * Calls `onChange` soon after the file's content was replaced or written, once per burst; not when it is deleted, but
 * when it is there again. Start watching before loading, or a change in between is missed. Does not keep the process
 * alive.
 *
 * It looks at the file instead of being told: a watched file goes blind after an atomic rename, and a watched folder
 * tells of every line of the log and the ledger, which lie beside the config.
 */
export function watchConfig(file: string, onChange: () => void): ConfigWatch {
  const path = resolve(file);
  let seen = signatureOf(path);
  /** Seen once; an editor that writes in several steps has paused when it is seen again. */
  let changing: string | undefined;

  const look = () => {
    const signature = signatureOf(path);
    if (signature === undefined || signature === seen) {
      changing = undefined;
    } else if (signature === changing) {
      seen = signature;
      changing = undefined;
      onChange();
    } else {
      changing = signature;
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    seen() {
      seen = signatureOf(path) ?? seen;
      changing = undefined;
    },
    close: () => clearInterval(timer),
  };
}
