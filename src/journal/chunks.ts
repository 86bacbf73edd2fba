import type { FlowControl } from '../domain/answer.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';
import type { StreamProgress } from '../protocols/protocols.ts';

/** How an exchange's answer ended. */
export type JournalEnd =
  /** The whole answer is here. */
  | { readonly kind: 'complete' }
  /** Part of the answer was given out; the rest will not come. `tellable`: an error event can follow what is there. */
  | { readonly kind: 'broken'; readonly error: GatewayError; readonly tellable: boolean }
  /** No byte of an answer was given out. */
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** The head of the answer. */
export interface JournalHead {
  readonly status: number;
  /** Name, value, name, value… as clients see them. */
  readonly headers: readonly string[];
  /** `events`: the protocol's event stream, watched. `plain`: bytes that go to every client as they are. */
  readonly form: 'events' | 'plain';
}

/** What a heartbeat between two events must know. */
export type JournalProgress = StreamProgress & { readonly atBoundary: boolean };

/** How far back the rate of an answer's bytes looks: one to two spans. */
const RATE_SPAN_MS = 2_000;

/** Unread bytes at which the upstream is asked to pause, and at which it goes on. */
const HIGH_WATER_BYTES = 256 * 1024;
const LOW_WATER_BYTES = 64 * 1024;

const NO_CHUNKS: Buffer[] = [];

/** A place in a journal. */
export interface JournalReader {
  /** Chunk after chunk; undefined: none yet, news will tell of more. */
  next(): Buffer | undefined;
  /** Everything up to the end was read, and the end is known. */
  readonly atEnd: boolean;
  leave(): void;
}

export interface ReaderOptions {
  /** There is something to read, or the end is known. */
  onNews(): void;
  /** What was read so far is void: another attempt's answer begins. Only for readers that keep it to themselves. */
  onReset(): void;
  /** What it reads goes to a client at once: after its first chunk the answer has to be this one. */
  givesOut(): boolean;
}

interface Cursor {
  /** Index of the next chunk, counted from the journal's first. */
  chunk: number;
  readBytes: number;
  readonly options: ReaderOptions;
}

/**
 * The replayable answer of an exchange. One pump writes it, readers follow it from its first byte. While it is
 * kept, every byte stays; when it is not, what all readers have read is let go. The upstream is held back while
 * the slowest reader is far behind.
 */
export class Journal {
  /** Set by the pump. */
  progress: JournalProgress | undefined;
  readonly #clock: Clock;
  /** Told by how much the kept bytes grew or, negative, shrank. */
  readonly #onKept: (bytes: number) => void;
  #head: JournalHead | undefined;
  #end: JournalEnd | undefined;
  #chunks: Buffer[] = NO_CHUNKS;
  #dropped = 0;
  #totalBytes = 0;
  #keptBytes = 0;
  #keeps: boolean;
  #lastAppendAt: number | undefined;
  #spanSince = 0;
  #spanBytes = 0;
  #earlierSince = 0;
  #earlierBytes = 0;
  #flow: FlowControl | undefined;
  #paused = false;
  readonly #cursors = new Set<Cursor>();
  readonly #watchers = new Set<() => void>();

  constructor(clock: Clock, keeps: boolean, onKept: (bytes: number) => void) {
    this.#clock = clock;
    this.#keeps = keeps;
    this.#onKept = onKept;
  }

  get head(): JournalHead | undefined {
    return this.#head;
  }

  get end(): JournalEnd | undefined {
    return this.#end;
  }

  /** Bytes of the answer so far. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Bytes in memory. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  get lastAppendAt(): number | undefined {
    return this.#lastAppendAt;
  }

  /** Bytes a second over the last few seconds; 0 = none came in them. */
  bytesPerS(now: number): number {
    if (now - (this.#lastAppendAt ?? 0) > 2 * RATE_SPAN_MS) return 0;
    const isRecent = now - this.#earlierSince <= 3 * RATE_SPAN_MS;
    const since = isRecent ? this.#earlierSince : this.#spanSince;
    const bytes = isRecent ? this.#earlierBytes + this.#spanBytes : this.#spanBytes;
    return (bytes * 1_000) / Math.max(now - since, 1_000);
  }

  get readers(): number {
    return this.#cursors.size;
  }

  /** Every byte stays, for readers still to come. */
  get keeps(): boolean {
    return this.#keeps;
  }

  /** It can be read from its first byte. */
  get whole(): boolean {
    return this.#dropped === 0;
  }

  /** Some client that is still there has got part of the answer. */
  get givenOut(): boolean {
    for (const cursor of this.#cursors) if (cursor.readBytes > 0 && cursor.options.givesOut()) return true;
    return false;
  }

  open(head: JournalHead, flow: FlowControl): void {
    this.#head = head;
    this.#flow = flow;
    this.#tell();
  }

  append(chunk: Buffer): void {
    if (this.#chunks === NO_CHUNKS) this.#chunks = [];
    this.#chunks.push(chunk);
    this.#totalBytes += chunk.length;
    this.#keptBytes += chunk.length;
    const now = this.#clock.now();
    this.#lastAppendAt = now;
    if (now - this.#spanSince > RATE_SPAN_MS) {
      this.#earlierSince = this.#spanSince;
      this.#earlierBytes = this.#spanBytes;
      this.#spanSince = now;
      this.#spanBytes = 0;
    }
    this.#spanBytes += chunk.length;
    this.#tell();
    if (this.#keeps) this.#onKept(chunk.length);
    if (!this.#paused && this.#unreadBytes() > HIGH_WATER_BYTES) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }

  finish(end: JournalEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#flow = undefined;
    this.#tell();
  }

  /** Back to before the answer began, for another attempt. Only while nothing is given out. */
  reset(): void {
    if (this.#keeps) this.#onKept(-this.#keptBytes);
    this.#head = undefined;
    this.#flow = undefined;
    this.#paused = false;
    this.progress = undefined;
    this.#chunks = NO_CHUNKS;
    this.#dropped = 0;
    this.#totalBytes = 0;
    this.#keptBytes = 0;
    this.#spanSince = 0;
    this.#spanBytes = 0;
    this.#earlierSince = 0;
    this.#earlierBytes = 0;
    for (const cursor of this.#cursors) {
      cursor.chunk = 0;
      cursor.readBytes = 0;
      cursor.options.onReset();
    }
  }

  /** Nobody will come to read it from the start: what has been read is let go. */
  letGo(): void {
    if (!this.#keeps) return;
    this.#onKept(-this.#keptBytes);
    this.#keeps = false;
    this.#settle();
  }

  /** Everything that is kept, as one. */
  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Starts reading at the first byte that is still there. */
  read(options: ReaderOptions): JournalReader {
    const cursor: Cursor = { chunk: this.#dropped, readBytes: 0, options };
    this.#cursors.add(cursor);
    const journal = this;
    return {
      next: () => journal.#next(cursor),
      get atEnd() {
        return journal.#end !== undefined && cursor.chunk === journal.#dropped + journal.#chunks.length;
      },
      leave() {
        journal.#cursors.delete(cursor);
        journal.#settle();
      },
    };
  }

  /** Tells of news without reading: nothing is kept or held back for a watcher. */
  watch(onNews: () => void): { leave(): void } {
    this.#watchers.add(onNews);
    return { leave: () => void this.#watchers.delete(onNews) };
  }

  #next(cursor: Cursor): Buffer | undefined {
    const chunk = this.#chunks[cursor.chunk - this.#dropped];
    if (chunk === undefined) return undefined;
    cursor.chunk += 1;
    cursor.readBytes += chunk.length;
    this.#settle();
    return chunk;
  }

  /** Lets go of what everyone has read, and lets the upstream go on once the slowest reader has caught up. */
  #settle(): void {
    if (!this.#keeps) this.#trim();
    if (this.#paused && this.#unreadBytes() <= LOW_WATER_BYTES) {
      this.#paused = false;
      this.#flow?.resume();
    }
  }

  #trim(): void {
    let slowest = this.#dropped + this.#chunks.length;
    for (const cursor of this.#cursors) slowest = Math.min(slowest, cursor.chunk);
    const readable = slowest - this.#dropped;
    if (readable === 0) return;
    const gone = readable === this.#chunks.length ? this.#chunks : this.#chunks.splice(0, readable);
    if (gone === this.#chunks) this.#chunks = NO_CHUNKS;
    for (const chunk of gone) this.#keptBytes -= chunk.length;
    this.#dropped = slowest;
  }

  #unreadBytes(): number {
    let least = this.#totalBytes;
    for (const cursor of this.#cursors) least = Math.min(least, cursor.readBytes);
    return this.#totalBytes - least;
  }

  #tell(): void {
    for (const cursor of this.#cursors) cursor.options.onNews();
    for (const onNews of this.#watchers) onNews();
  }
}
