import { closeSync, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { parseFormerLine } from './former-line.ts';
import { type LedgerLine, type Mark, parseLine } from './ledger-line.ts';
import type { LedgerTables } from './ledger-tables.ts';
import { segmentFile, segmentsOf } from './segments.ts';
import type { SqliteDatabase } from './sqlite-driver.ts';

/** Read at a time, and put on record in one transaction: some 400 exchanges. Nobody waits longer than for one. */
export const CHUNK_BYTES = 256 * 1024;
/** More than any head has. */
const HEAD_BYTES = 1_000;

/** What one step came to: lines were read and more may be there, or there was nothing. */
export type ReadStep = 'read' | 'nothing';

/** Reads the segments of the intents file into the ledger: for the worker thread only. Throws what disk and driver do. */
export interface IntentsReader {
  /** Looks at what segments there are: this run's, and those that others left. Also after a rollback. */
  begin(): void;
  /** Nothing waits, as far as is known. */
  readonly idle: boolean;
  /** Bytes that wait. */
  backlog(): number;
  /** Puts a chunk on record, together with how far it has come. In a transaction of the caller's. */
  step(): ReadStep;
  /** After that transaction: lets go of segments that are wholly in the database. */
  tidy(): void;
  /** This run's segment was deleted by somebody: its writer should begin another one. */
  readonly orphaned: boolean;
  /** Lines that could not be read, or fit no column, since this was asked last. */
  takeTroubles(): { readonly unreadable: number; readonly unfit: number };
  close(): void;
}

export interface ReaderPorts {
  readonly connection: SqliteDatabase;
  readonly ledger: Pick<LedgerTables, 'write' | 'closeCrashed'>;
  readonly intents: string;
  /** This run, and all of this process: see `isOver`. */
  readonly run: string;
  readonly openRuns: readonly string[];
}

interface Segment {
  readonly number: number;
  readonly fd: number;
  readonly run: string;
  readonly pid: number;
  /** Where the next line to be read begins, as far as is known: the database knows for certain. */
  offset: number;
  /** Its end mark has been read. */
  ended: boolean;
  /** Of a line that is longer than a chunk, the end is looked for. */
  skipping: boolean;
}

export function createIntentsReader({
  connection,
  ledger,
  intents,
  run,
  openRuns,
}: ReaderPorts): IntentsReader {
  const position = connection.prepare('select run, offset from intents_read where segment = ?');
  const savePosition = connection.prepare(
    `insert into intents_read (segment, run, offset) values (?, ?, ?)
     on conflict (segment) do update set run = excluded.run, offset = excluded.offset`,
  );
  const dropPosition = connection.prepare('delete from intents_read where segment = ?');
  const positions = connection.prepare('select segment from intents_read');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  /** Segments that are still to be read, this run's after those that others left. */
  let waiting: number[] = [];
  /** Numbers of this run's segments. */
  const own = new Set<number>();
  let current: Segment | undefined;
  /** Segments that are wholly read, and are to be let go of once that is committed. */
  let done: Segment[] = [];
  let [unreadable, unfit] = [0, 0];

  /** Undefined: another process has let go of it, or it is none of ours. */
  function open(number: number): Segment | undefined {
    let fd: number | undefined;
    try {
      fd = openSync(segmentFile(intents, number), 'r');
      const length = readSync(fd, chunk, 0, HEAD_BYTES, 0);
      const end = chunk.subarray(0, length).indexOf(0x0a);
      const head = end < 0 ? undefined : parseLine(chunk.toString('utf8', 0, end));
      const { run: of, pid } = head?.kind === 'head' ? head : { run: '', pid: 0 };
      const segment = { number, fd, run: of, pid, offset: 0, ended: false, skipping: false };
      segment.offset = knownOffset(segment);
      return segment;
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      if (['ENOENT', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }

  /** A number may have been another segment's once: then its position means nothing. */
  function knownOffset({ number, run: of }: Pick<Segment, 'number' | 'run'>): number {
    const row = position.get(number) as { run: string; offset: number } | undefined;
    return row?.run === of ? row.offset : 0;
  }

  function step(): ReadStep {
    for (;;) {
      current ??= next();
      if (current === undefined) return 'nothing';
      if (readChunk(current)) return 'read';
      const last = waiting.every((number) => !own.has(number));
      if (current.run === run && !current.ended && last) return 'nothing';
      leave(current);
    }
  }

  function next(): Segment | undefined {
    while (waiting.length > 0) {
      const segment = open(waiting.shift() as number);
      if (segment !== undefined) return segment;
    }
    return undefined;
  }

  /** False: there is no whole line. */
  function readChunk(segment: Segment): boolean {
    if (fstatSync(segment.fd).size <= segment.offset) return false;
    // Another process may have read on.
    const from = knownOffset(segment);
    const length = readSync(segment.fd, chunk, 0, CHUNK_BYTES, from);
    let end = chunk.subarray(0, length).lastIndexOf(0x0a) + 1;
    if (end === 0) {
      if (length < CHUNK_BYTES) return false;
      // Longer than any line of ours: what is left of it is skipped.
      end = length;
      if (!segment.skipping) unreadable += 1;
    } else take(segment, chunk.toString('utf8', 0, end));
    segment.skipping = chunk[end - 1] !== 0x0a;
    segment.offset = from + end;
    savePosition.run(segment.number, segment.run, segment.offset);
    return true;
  }

  function take(segment: Segment, text: string): void {
    const lines: LedgerLine[] = [];
    let start = segment.skipping ? text.indexOf('\n') + 1 : 0;
    for (let end = text.indexOf('\n', start); end >= 0; start = end + 1, end = text.indexOf('\n', start))
      if (end > start) takeLine(segment, text.slice(start, end), lines);
    unfit += ledger.write(lines);
  }

  function takeLine(segment: Segment, text: string, lines: LedgerLine[]): void {
    const line = read(text);
    if (line === undefined) unreadable += 1;
    else if (Array.isArray(line)) lines.push(...line);
    else if (line.kind === 'end') endWith(segment, line.next);
    else if (line.kind !== 'head') lines.push(line);
    else if (line.begins) closeCrashed(lines);
  }

  /** What ran before a store was opened has ended. */
  function closeCrashed(lines: LedgerLine[]): void {
    unfit += ledger.write(lines.splice(0));
    ledger.closeCrashed();
  }

  function endWith(segment: Segment, following: number | undefined): void {
    segment.ended = true;
    if (following === undefined || segment.run !== run) return;
    own.add(following);
    if (!waiting.includes(following)) waiting.push(following);
  }

  function leave(segment: Segment): void {
    current = undefined;
    if (isOver(segment)) done.push(segment);
    else closeSync(segment.fd);
  }

  /** Whether nothing will be appended any more. A process that is gone may have left its number to another one. */
  function isOver({ run: of, pid, ended }: Segment): boolean {
    if (ended || of === run) return true;
    if (openRuns.includes(of)) return false;
    return pid === process.pid || !isAlive(pid);
  }

  function close(): void {
    for (const { fd } of current === undefined ? done : [...done, current]) closeSync(fd);
    current = undefined;
    done = [];
  }

  return {
    begin() {
      close();
      own.clear();
      const numbers = segmentsOf(intents);
      for (const { segment } of positions.all() as { segment: number }[])
        if (!numbers.includes(segment)) dropPosition.run(segment);
      for (const number of numbers) {
        const segment = open(number);
        if (segment?.run === run) own.add(number);
        if (segment !== undefined) closeSync(segment.fd);
      }
      waiting = [...numbers.filter((number) => !own.has(number)), ...own];
    },
    get idle() {
      if (waiting.length > 0 || done.length > 0) return false;
      return current === undefined || (!current.ended && fstatSync(current.fd).size <= current.offset);
    },
    backlog() {
      let bytes = current === undefined ? 0 : fstatSync(current.fd).size - current.offset;
      for (const number of waiting)
        bytes += statSync(segmentFile(intents, number), { throwIfNoEntry: false })?.size ?? 0;
      return bytes;
    },
    step,
    tidy() {
      for (const { number, fd } of done) {
        closeSync(fd);
        rmSync(segmentFile(intents, number), { force: true });
        dropPosition.run(number);
        own.delete(number);
      }
      done = [];
    },
    get orphaned() {
      return current?.run === run && !current.ended && fstatSync(current.fd).nlink === 0;
    },
    takeTroubles() {
      const troubles = { unreadable, unfit };
      [unreadable, unfit] = [0, 0];
      return troubles;
    },
    close,
  };
}

function read(text: string): LedgerLine | LedgerLine[] | Mark | undefined {
  return text.startsWith('{') ? parseFormerLine(text) : parseLine(text);
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
