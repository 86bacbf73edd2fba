import { basename, dirname } from 'node:path';

/** Why a database can't be used. Only `corrupt` is cured by moving the file aside; `unfit` blames the values. */
export type OpenFailure =
  | 'corrupt'
  | 'locked'
  | 'denied'
  | 'missing'
  | 'full'
  | 'foreign'
  | 'unfit'
  | 'other';

/** SQLite's result codes (sqlite.org/rescode.html), and the system's for the same. */
const FAILURE_OF_CODE: ReadonlyMap<unknown, OpenFailure> = new Map<unknown, OpenFailure>([
  [3, 'denied'], // SQLITE_PERM
  [5, 'locked'], // SQLITE_BUSY
  [6, 'locked'], // SQLITE_LOCKED
  [8, 'denied'], // SQLITE_READONLY
  [11, 'corrupt'], // SQLITE_CORRUPT
  [13, 'full'], // SQLITE_FULL
  [14, 'denied'], // SQLITE_CANTOPEN
  [19, 'unfit'], // SQLITE_CONSTRAINT
  [20, 'unfit'], // SQLITE_MISMATCH
  [26, 'corrupt'], // SQLITE_NOTADB
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EROFS', 'denied'],
  ['EISDIR', 'denied'],
  ['ENOENT', 'missing'],
  ['ENOTDIR', 'missing'],
  ['ENOSPC', 'full'],
  ['ERR_INVALID_ARG_TYPE', 'unfit'],
]);

/** Thrown for a file whose content is not what it should be, though SQLite reads it. */
export class UnusableDatabase extends Error {
  readonly failure: OpenFailure;

  constructor(failure: OpenFailure, detail: string) {
    super(detail);
    this.failure = failure;
  }
}

/** What kind of failure an error of the driver or the file system is. */
export function failureOf(error: unknown): OpenFailure {
  if (error instanceof UnusableDatabase) return error.failure;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  // The low byte is the primary code, the rest says more (SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_READ…).
  const primary = typeof errcode === 'number' ? errcode & 0xff : code;
  return FAILURE_OF_CODE.get(primary) ?? 'other';
}

/** The failure in words: what is wrong and what to do. */
export function failureText(file: string, failure: OpenFailure, cause: string): string {
  switch (failure) {
    case 'corrupt':
      return `${file} is corrupt (${cause}) and could not be moved aside. Move it away by hand.`;
    case 'locked':
      return `${file} is locked by another process (${cause}). Is another gateway running on this folder?`;
    case 'denied':
      return `${file} can't be opened for writing (${cause}). Check the permissions of the file and of ${dirname(file)}.`;
    case 'missing':
      return `The folder ${dirname(file)} is not there (${cause}). Create it, or set QCC_HOME.`;
    case 'full':
      return `There is no room on the disk for ${file} (${cause}).`;
    case 'foreign':
      return `${file} was written by a newer QCC (${cause}). Update QCC, or move ${basename(file)} away.`;
    case 'unfit':
      return `Values that don't fit their columns were left out (${cause}).`;
    case 'other':
      return `${file} can't be used: ${cause}.`;
  }
}

/** An error's message, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 300);
}
