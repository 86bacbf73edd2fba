import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { LEVEL_RANK, type LogLevel } from './log-event.ts';
import { olderName } from './rotation.ts';

/** Which lines to show. */
export interface LineFilter {
  /** This level and the louder ones; lines without a level are left out. */
  readonly level?: LogLevel;
  /** Lines that hold this text, whatever the case of its letters. */
  readonly grep?: string;
}

export interface TailOptions extends LineFilter {
  /** At most so many lines. */
  readonly lines: number;
}

const BLOCK_BYTES = 64 * 1024;
const LINE_END = 10;

const TEXT_LEVEL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} ([A-Z]+) /;
const JSON_LEVEL = /^\{"level":"([a-z]+)"/;

/** A test for lines of the log, in either format. */
export function lineFilter({ level, grep }: LineFilter): (line: string) => boolean {
  const wanted = grep?.toLowerCase();
  return (line) =>
    (level === undefined || rankOf(line) >= LEVEL_RANK[level]) &&
    (wanted === undefined || line.toLowerCase().includes(wanted));
}

function rankOf(line: string): number {
  const word = (TEXT_LEVEL.exec(line) ?? JSON_LEVEL.exec(line))?.[1]?.toLowerCase();
  return LEVEL_RANK[word as LogLevel] ?? 0;
}

/**
 * The last lines that pass the filter, oldest first, read from the end in blocks; goes on into rotated
 * files as far as needed. A missing log has no lines; other errors of the file system are thrown.
 */
export function readLogTail(file: string, options: TailOptions): string[] {
  const passes = lineFilter(options);
  const found: string[] = [];
  for (let n = 0; found.length < options.lines; n += 1) {
    const fd = openIfThere(olderName(file, n));
    if (fd === undefined) break;
    try {
      for (const line of linesFromEnd(fd)) {
        if (found.length >= options.lines) break;
        if (passes(line)) found.push(line);
      }
    } finally {
      closeSync(fd);
    }
  }
  return found.reverse();
}

/** Lines of a file, last first. Split as bytes: a block may end inside a character, but a line end is one byte. */
function* linesFromEnd(fd: number): Generator<string> {
  // What has been read of the line that reaches into the earlier block, later parts last.
  let tail: Buffer[] = [];
  for (let end = fstatSync(fd).size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    let block = readAt(fd, start, end - start);
    end = start;
    for (let cut = block.lastIndexOf(LINE_END); cut !== -1; cut = block.lastIndexOf(LINE_END)) {
      const line = Buffer.concat([block.subarray(cut + 1), ...tail]);
      tail = [];
      if (line.length > 0) yield line.toString();
      block = block.subarray(0, cut);
    }
    tail.unshift(block);
  }
  const first = Buffer.concat(tail);
  if (first.length > 0) yield first.toString();
}

/** What is there now of the `length` bytes from `position` on. */
export function readAt(fd: number, position: number, length: number): Buffer {
  const block = Buffer.allocUnsafe(length);
  return block.subarray(0, readSync(fd, block, 0, length, position));
}

/** A descriptor for reading, or nothing where the file is missing. */
export function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file's inode number, or nothing where it is missing. */
export function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}
