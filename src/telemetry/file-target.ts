import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { rotate } from './rotation.ts';

/** How often it is checked that the open file still has its name: somebody may have moved or deleted it. */
const SAME_FILE_CHECK_MS = 250;
/** How long the end of the process waits for a write that is under way in another thread. */
const EXIT_WAIT_MS = 200;
const LINE_END = 10;

/** The file behind a log: whole lines in, rotation at line ends, one chunk at a time. */
export interface FileTarget {
  /** Bytes of the chunk given that are not in the file yet. */
  readonly unwritten: number;
  /** The next chunk: whole lines. Only when nothing is unwritten. */
  give(chunk: Buffer): void;
  /**
   * Writes the chunk. Returns how many lines were cut and lost since the last time it succeeded. Throws the file
   * system's errors; the rest of the chunk stays, for the next try.
   */
  writeOut(): Promise<number>;
  /** Writes the rest of the chunk and `text`, synchronously, as far as the file system lets it. */
  writeAtExit(text: string): void;
  close(): Promise<void>;
}

/** Opens nothing yet: the first write does. */
export function createFileTarget(options: {
  readonly file: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
}): FileTarget {
  const { file, maxBytes, maxFiles } = options;
  let handle: FileHandle | undefined;
  let inode = 0;
  let size = 0;
  let checkedAt = 0;
  let rest: Buffer = Buffer.alloc(0);
  // `rest` begins in the middle of a line whose beginning is in the file with `inode`.
  let midLine = false;
  let linesLost = 0;
  let underWay: { readonly from: number; readonly to: number } | undefined;

  async function release(): Promise<void> {
    const released = handle;
    handle = undefined;
    await released?.close().catch(() => {});
  }

  async function makeReady(): Promise<FileHandle> {
    if (handle !== undefined && performance.now() - checkedAt >= SAME_FILE_CHECK_MS) {
      checkedAt = performance.now();
      if ((await inodeNow(file)) !== inode) await release();
    }
    if (handle !== undefined) return handle;
    // Readable too, to see how it ends.
    handle = await open(file, 'a+', 0o600);
    const stats = await handle.stat();
    if (stats.isFile() && (stats.mode & 0o077) !== 0) await handle.chmod(0o600).catch(() => {});
    size = stats.size;
    checkedAt = performance.now();
    await joinUp(handle, stats.ino);
    return handle;
  }

  /** Whatever the file just opened ends with, the next line begins on a line of its own. */
  async function joinUp(opened: FileHandle, openedInode: number): Promise<void> {
    const sameFile = openedInode === inode;
    inode = openedInode;
    if (midLine && sameFile) return;
    if (midLine) {
      rest = rest.subarray(rest.indexOf(LINE_END) + 1);
      midLine = false;
      linesLost += 1;
    }
    if (size > 0 && !(await endsWithLineEnd(opened, size))) rest = Buffer.concat([Buffer.from('\n'), rest]);
  }

  /** How much of `rest` goes into this file: whole lines; 0 = rotate first. */
  function fitting(): number {
    const room = maxBytes - size;
    if (rest.length <= room) return rest.length;
    if (midLine) return rest.indexOf(LINE_END) + 1;
    const whole = room > 0 ? rest.lastIndexOf(LINE_END, room - 1) + 1 : 0;
    // A line longer than a file may be gets a file of its own.
    return whole > 0 || size > 0 ? whole : rest.indexOf(LINE_END) + 1;
  }

  async function writePart(to: FileHandle, length: number): Promise<void> {
    underWay = { from: size, to: size + length };
    try {
      const { bytesWritten } = await to.write(rest, 0, length);
      if (bytesWritten === 0) throw new Error('nothing was written');
      midLine = rest[bytesWritten - 1] !== LINE_END;
      rest = rest.subarray(bytesWritten);
      size += bytesWritten;
    } finally {
      underWay = undefined;
    }
  }

  async function writeAll(): Promise<void> {
    while (rest.length > 0) {
      const ready = await makeReady();
      const length = fitting();
      if (length > 0) {
        await writePart(ready, length);
      } else {
        await release();
        await rotate(file, maxFiles);
      }
    }
  }

  return {
    get unwritten() {
      return rest.length;
    },
    give(chunk) {
      rest = chunk;
    },
    async writeOut() {
      try {
        await writeAll();
      } catch (error) {
        await release();
        throw error;
      }
      const lost = linesLost;
      linesLost = 0;
      return lost;
    },
    writeAtExit(text) {
      const fd = handle?.fd ?? -1;
      const done = fd >= 0 && underWay !== undefined ? bytesDone(fd, underWay) : 0;
      writeSynchronously(file, fd, Buffer.concat([rest.subarray(done), Buffer.from(text)]));
      rest = Buffer.alloc(0);
    },
    close: release,
  };
}

async function inodeNow(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).ino;
  } catch {
    return undefined;
  }
}

async function endsWithLineEnd(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 0 || buffer[0] === LINE_END;
}

/** A write begun in another thread goes on while this one ends: its progress shows in the file's size. */
function bytesDone(fd: number, underWay: { readonly from: number; readonly to: number }): number {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let size = 0;
  try {
    for (let waitedMs = 0; waitedMs <= EXIT_WAIT_MS; waitedMs += 5) {
      size = fstatSync(fd).size;
      if (size >= underWay.to) break;
      Atomics.wait(pause, 0, 0, 5);
    }
  } catch {
    // Not to be known: better a line twice than none.
  }
  return Math.min(Math.max(0, size - underWay.from), underWay.to - underWay.from);
}

function writeSynchronously(file: string, fd: number, bytes: Buffer): void {
  if (bytes.length === 0) return;
  try {
    const target = fd >= 0 ? fd : openSync(file, 'a', 0o600);
    for (let done = 0; done < bytes.length; ) done += writeSync(target, bytes, done);
    if (target !== fd) closeSync(target);
  } catch {
    // The process ends: nobody is left to be told.
  }
}
