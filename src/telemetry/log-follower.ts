import { closeSync, fstatSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { inodeOf, openIfThere, readAt } from './log-reader.ts';
import { olderName } from './rotation.ts';

const BLOCK_BYTES = 64 * 1024;

/** Rotated files looked through for the one last read; more than anybody keeps. */
const OLDER_MAX = 100;

/**
 * Calls `onLine` for each line that is written to the log from now on. Looks every `pollMs`: unlike a watch,
 * that works on every file system. Reads a rotated file to its end, then those after it in turn; waits for
 * a file that is not there. The file is held open, so its inode is not given to another one meanwhile.
 */
export function followLog(
  file: string,
  onLine: (line: string) => void,
  options: { readonly pollMs?: number } = {},
): { close(): void } {
  // `onLine` may close the follower in the middle of a block.
  let closed = false;
  const say = (line: string) => {
    if (!closed) onLine(line);
  };
  let open = openReader(file, say);
  open?.skipToEnd();

  function look(): void {
    open?.readOn();
    if (open !== undefined && inodeOf(file) === open.inode) return;
    for (const name of filesAfter(file, open?.inode)) {
      const next = openReader(name, say);
      if (next === undefined) continue;
      // It was rotated since it was read, and nobody writes to it any more: once more, then it is done with.
      open?.readOn();
      open?.close();
      open = next;
      open.readOn();
    }
  }

  const timer = setInterval(() => {
    try {
      look();
    } catch {
      // Unreadable for the moment (permissions, a network disk): the next look may do better.
    }
  }, options.pollMs ?? 200);

  return {
    close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      // Later, since a look may be under way whose line led here.
      setImmediate(() => open?.close());
    },
  };
}

/** The files written after the one with `inode`, in order; only the newest where it was never seen. */
function filesAfter(file: string, inode: number | undefined): string[] {
  const names = [file];
  for (let n = 1; inode !== undefined && n < OLDER_MAX; n += 1) {
    const found = inodeOf(olderName(file, n));
    if (found === undefined || found === inode) break;
    names.unshift(olderName(file, n));
  }
  return names;
}

interface Reader {
  readonly inode: number;
  skipToEnd(): void;
  /** Hands over every whole line that has come since. */
  readOn(): void;
  close(): void;
}

function openReader(file: string, onLine: (line: string) => void): Reader | undefined {
  const fd = openIfThere(file);
  if (fd === undefined) return undefined;
  let position = 0;
  let decoder = new StringDecoder('utf8');
  let begun = '';

  function take(text: string): void {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  }

  return {
    inode: fstatSync(fd).ino,
    skipToEnd() {
      position = fstatSync(fd).size;
    },
    readOn() {
      if (fstatSync(fd).size < position) {
        // Emptied in place: begin again.
        position = 0;
        decoder = new StringDecoder('utf8');
        begun = '';
      }
      for (;;) {
        const block = readAt(fd, position, BLOCK_BYTES);
        if (block.length === 0) return;
        position += block.length;
        take(decoder.write(block));
      }
    },
    close: () => closeSync(fd),
  };
}
