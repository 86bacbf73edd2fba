import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { endText, headText } from './ledger-line.ts';
import { segmentFile, segmentsOf } from './segments.ts';

/** Size at which lines go on in another segment: some 8,000 exchanges. */
const SEGMENT_BYTES = 8 * 1024 * 1024;
/** Lines that a disk refused wait in memory, up to this size; beyond, they are lost. */
export const REFUSED_BYTES_MAX = 8 * 1024 * 1024;
/** Pause before lines that the disk refused are tried again, where none come. */
const RETRY_MS = 1_000;

/**
 * Where money rows are written, and the only queue before the database. A line is handed to the system before `append`
 * returns: it outlives the process, whatever ends it, though not a power cut.
 */
export interface Intents {
  /** About 3 µs. False: the disk refused; the line waits, and is tried again. */
  append(line: string): boolean;
  /** Appended with the next line, or once this turn of the event loop is over: half the price for what may wait. */
  appendSoon(line: string): void;
  /** Writes what waits. */
  flush(): boolean;
  /** Goes on in another segment. */
  rotate(): void;
  /** Says that nothing follows. */
  close(): void;
}

/** Appends to a file; gives the bytes that were written, fewer where the disk is full. Throws the system's errors. */
export type Disk = (fd: number, text: string) => number;

export interface IntentsPorts {
  /** Told after each write. */
  readonly onAppend?: () => void;
  /** Told when the disk refuses lines, and when it takes them again. `lost`: lines that could not wait any more. */
  readonly onRefusal?: (refuses: boolean, lost: number) => void;
  readonly segmentBytes?: number;
  readonly disk?: Disk;
}

/** Begins a segment of its own for `run`, for its owner alone. Throws the system's errors. */
export function openIntents(intents: string, run: string, ports: IntentsPorts = {}): Intents {
  const { onAppend = () => {}, onRefusal = () => {}, segmentBytes = SEGMENT_BYTES, disk = writeSync } = ports;
  let { fd, segment } = beginSegment(intents, headText(run, process.pid, true));
  let size = 0;
  let closed = false;
  /** Lines that wait for the next write. */
  let held = '';
  let scheduled = false;
  /** The last write was not whole: its lines are written again, after a line end. */
  let torn = false;
  let refuses = false;
  let lost = 0;
  let retry: NodeJS.Timeout | undefined;

  /** One write for all: appended whole, or not at all, but where the disk is full. */
  function write(text: string): boolean {
    const whole = torn ? `\n${text}` : text;
    try {
      const written = disk(fd, whole);
      size += written;
      torn = written < Buffer.byteLength(whole);
    } catch {
      return refused(text);
    }
    if (torn) return refused(text);
    held = '';
    if (refuses) settle(false);
    if (size >= segmentBytes) rotate();
    onAppend();
    return true;
  }

  function refused(text: string): false {
    held = text;
    if (held.length > REFUSED_BYTES_MAX) {
      const end = held.lastIndexOf('\n', REFUSED_BYTES_MAX) + 1;
      lost += held.slice(end).split('\n').length - 1;
      held = held.slice(0, end);
    }
    if (!refuses) settle(true);
    retry ??= setTimeout(() => {
      retry = undefined;
      flush();
    }, RETRY_MS).unref();
    return false;
  }

  function settle(now: boolean): void {
    refuses = now;
    onRefusal(now, lost);
    if (!now) lost = 0;
  }

  function flush(): boolean {
    return closed || held === '' || write(held);
  }

  function flushSoon(): void {
    scheduled = false;
    flush();
  }

  /** Where it can't be done now, it is tried again an eighth of a segment later. */
  function rotate(): void {
    try {
      const next = beginSegment(intents, headText(run, process.pid, false), segment);
      try {
        writeSync(fd, `${endText(next.segment)}\n`);
      } catch (error) {
        closeSync(next.fd);
        rmSync(segmentFile(intents, next.segment), { force: true });
        throw error;
      }
      closeSync(fd);
      ({ fd, segment } = next);
      size = 0;
    } catch {
      size -= segmentBytes / 8;
    }
  }

  return {
    append: (line) => !closed && write(held === '' ? `${line}\n` : `${held}${line}\n`),
    appendSoon(line) {
      if (closed) return;
      held += `${line}\n`;
      if (scheduled || refuses) return;
      scheduled = true;
      setImmediate(flushSoon);
    },
    flush,
    rotate,
    close() {
      if (closed) return;
      write(`${held}${endText(undefined)}\n`);
      closed = true;
      clearTimeout(retry);
      closeSync(fd);
    },
  };
}

/**
 * Makes the next segment with its head: after all that are there, and after the one before, should somebody have deleted
 * it. One that another process made meanwhile is that one's.
 */
function beginSegment(intents: string, head: string, before = 0): { fd: number; segment: number } {
  for (;;) {
    const segment = Math.max(before, segmentsOf(intents).at(-1) ?? 0) + 1;
    try {
      const fd = openSync(segmentFile(intents, segment), 'ax', 0o600);
      writeSync(fd, `${head}\n`);
      return { fd, segment };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
