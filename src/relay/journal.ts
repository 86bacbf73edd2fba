import type { FlowControl } from '../domain/answer.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';

/** How an exchange's answer ended. */
export type JournalEnd =
  /** The whole answer is here. */
  | { readonly kind: 'complete' }
  /** Part of the answer was given out; the rest will not come. `tellable`: an error event can follow what is there. */
  | { readonly kind: 'broken'; readonly error: GatewayError; readonly tellable: boolean }
  /** No byte of an answer was given out. */
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** The head of the answer as clients see it. */
export interface JournalHead {
  readonly status: number;
  /** Name, value, name, value… */
  readonly headers: readonly string[];
}

/** Unread bytes at which the upstream is asked to pause, and at which it goes on. */
const HIGH_WATER_BYTES = 256 * 1024;
const LOW_WATER_BYTES = 64 * 1024;

/** A place in a journal. `next` gives chunk after chunk; undefined: none yet, `onNews` tells of more. */
export interface JournalReader {
  next(): Buffer | undefined;
  /** Everything up to the end was read, and the end is known. */
  readonly atEnd: boolean;
  leave(): void;
}

interface Cursor {
  /** Index of the next chunk, counted from the journal's first. */
  chunk: number;
  readBytes: number;
  readonly onNews: () => void;
}

/**
 * The replayable answer of an exchange. One pump writes it, readers follow from wherever they are. What every
 * reader has read is let go, and the upstream is held back while the slowest reader is far behind.
 */
export class Journal {
  #head: JournalHead | undefined;
  #end: JournalEnd | undefined;
  #chunks: Buffer[] = [];
  #dropped = 0;
  #totalBytes = 0;
  #flow: FlowControl | undefined;
  #paused = false;
  readonly #cursors = new Set<Cursor>();
  readonly #clock: Clock;
  #lastAppendAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get lastAppendAt(): number | undefined {
    return this.#lastAppendAt;
  }

  get head(): JournalHead | undefined {
    return this.#head;
  }

  get end(): JournalEnd | undefined {
    return this.#end;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  get readers(): number {
    return this.#cursors.size;
  }

  /** The commit point: from here on the answer is being given out. */
  open(head: JournalHead, flow: FlowControl): void {
    this.#head = head;
    this.#flow = flow;
    this.#tell();
  }

  append(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#totalBytes += chunk.length;
    this.#lastAppendAt = this.#clock.now();
    this.#tell();
    if (!this.#paused && this.#unreadBytes() > HIGH_WATER_BYTES) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }

  finish(end: JournalEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#tell();
  }

  /** Starts reading at the first byte that is still kept. */
  read(onNews: () => void): JournalReader {
    const cursor: Cursor = { chunk: this.#dropped, readBytes: 0, onNews };
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
    let slowest = this.#dropped + this.#chunks.length;
    for (const cursor of this.#cursors) slowest = Math.min(slowest, cursor.chunk);
    const readable = slowest - this.#dropped;
    if (readable === this.#chunks.length) this.#chunks = [];
    else if (readable > 0) this.#chunks.splice(0, readable);
    this.#dropped = slowest;
    if (this.#paused && this.#unreadBytes() <= LOW_WATER_BYTES) {
      this.#paused = false;
      this.#flow?.resume();
    }
  }

  #unreadBytes(): number {
    let least = this.#totalBytes;
    for (const cursor of this.#cursors) least = Math.min(least, cursor.readBytes);
    return this.#totalBytes - least;
  }

  #tell(): void {
    for (const cursor of this.#cursors) cursor.onNews();
  }
}
