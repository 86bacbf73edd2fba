import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type LedgerLine, parseLine } from './ledger-line.ts';

/** Size at which lines that are in the database are dropped: about 2,000 exchanges. */
const COMPACT_BYTES = 1024 * 1024;

/** `qcc.intents` beside `qcc.db`. */
export const intentsFileOf = (databaseFile: string): string => `${databaseFile.replace(/\.db$/, '')}.intents`;

/**
 * The file that money rows are appended to before they go to the database. A line is handed to the system before
 * `append` returns: it outlives the process, whatever ends it, though not a power cut.
 */
export interface Intents {
  /** About 3 µs. False: the disk refused. */
  append(line: string): boolean;
  /** Appended with the next line, or once this turn of the event loop is over: half the price for what may wait. */
  appendSoon(line: string): void;
  /** Everything but `waiting` is in the database: once the file is large, it begins again with those. */
  compact(waiting: readonly string[]): void;
  close(): void;
}

/** Opens the file for appending; it is made, for its owner alone, where it is missing. Throws the system's errors. */
export function openIntents(file: string, compactBytes = COMPACT_BYTES): Intents {
  let fd = openSync(file, 'a', 0o600);
  let size = 0;
  let closed = false;
  /** Lines that wait for the next write. */
  let held = '';

  function write(text: string): boolean {
    held = '';
    try {
      const written = writeSync(fd, text);
      size += written;
      return written >= text.length;
    } catch {
      return false;
    }
  }

  return {
    append: (line) => !closed && write(`${held}${line}\n`),
    appendSoon(line) {
      if (closed) return;
      if (held === '') setImmediate(() => closed || held === '' || write(held));
      held += `${line}\n`;
    },
    compact(waiting) {
      if (closed || size < compactBytes) return;
      const next = `${file}.next`;
      const text = waiting.map((line) => `${line}\n`).join('');
      try {
        writeFileSync(next, text, { mode: 0o600 });
        const nextFd = openSync(next, 'a');
        renameSync(next, file);
        closeSync(fd);
        fd = nextFd;
        held = ''; // What was held waits for the database too: it stands in the new file.
        size = Buffer.byteLength(text);
      } catch {
        // It stays long, and is tried again after the next batch.
      }
    },
    close() {
      if (closed) return;
      if (held !== '') write(held);
      closed = true;
      closeSync(fd);
    },
  };
}

/** The lines a process left; torn ones are left out. A missing file is an empty one. */
export function readIntents(file: string): LedgerLine[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/** Empties the file in place, so that whoever has it open goes on appending to it. */
export function clearIntents(file: string): void {
  rmSync(`${file}.next`, { force: true });
  try {
    truncateSync(file, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
