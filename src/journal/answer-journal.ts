import type { FlowControl } from '../domain/answer.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Clock } from '../platform/clock.ts';
import type { Aggregate, StreamProgress } from '../protocols/protocols.ts';
import { Pages } from './pages.ts';

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

/** What the pump knows of the stream it writes: what a heartbeat between two events must, and its sum. */
export type JournalProgress = StreamProgress & {
  readonly atBoundary: boolean;
  /** The stream so far as one object; undefined where nobody asked for it as the call began. */
  aggregate(): Aggregate | undefined;
};

/** Follows a journal. A throw costs the reader its place, and nothing else. */
export interface JournalReader {
  /** Its bytes go to a client at once: after the first ones the answer has to be this one. */
  readonly givesOut: boolean;
  /** False: it waits for the end only. */
  readonly wantsBytes: boolean;
  onHead(head: JournalHead): void;
  /** False: no more until `resume`. */
  onBytes(bytes: Buffer, now: number): boolean;
  onEnd(end: JournalEnd): void;
  /** What was read so far is void: another attempt's answer begins. */
  onReset(): void;
  /** It has lost its place: it threw, or fell so far behind that what it needs is gone. */
  onLost(why: string): void;
}

/** A reader's place in a journal. */
export interface Place {
  readonly reader: JournalReader;
  /** Its first byte. */
  readonly from: number;
  offset: number;
  headTold: boolean;
  /** It takes no more for now. */
  blocked: boolean;
  /** It is being given what there is. */
  serving: boolean;
  left: boolean;
}

/** How far back the rate of an answer's bytes looks: one to two spans. */
const RATE_SPAN_MS = 2_000;

/** Unread bytes of the fastest reader at which the upstream is asked to pause, and at which it goes on. */
const HIGH_WATER_BYTES = 256 * 1024;
const LOW_WATER_BYTES = 64 * 1024;
/** So far behind a reader that keeps up, and with nothing kept, a reader loses its place: it must not hold up the other. */
const LOST_BYTES = 1024 * 1024;
/** A replay of more than this lets others have a turn in between. */
const TURN_BYTES = 256 * 1024;

/**
 * The replayable answer of an exchange. One pump writes it, readers follow it from their first byte, each at its own pace.
 * While it is kept, every byte stays; when it is not, what all readers have read is let go, and with no reader nothing is
 * held. The upstream is held back while even the fastest reader is far behind.
 */
export class Journal {
  #progress: JournalProgress | undefined = undefined;
  #aggregates = false;
  readonly #clock: Clock;
  /** Told by how much what is kept grew or, negative, shrank. */
  readonly #onKept: (weight: number) => void;
  readonly #pages = new Pages();
  readonly #places: Place[] = [];
  #watchers: (() => void)[] | undefined = undefined;
  #head: JournalHead | undefined = undefined;
  #end: JournalEnd | undefined = undefined;
  #keeps: boolean;
  #toldWeight = 0;
  #lastAppendAt: number | undefined = undefined;
  #spanSince = 0;
  #spanBytes = 0;
  #earlierSince = 0;
  #earlierBytes = 0;
  #flow: FlowControl | undefined = undefined;
  #paused = false;

  constructor(clock: Clock, keeps: boolean, onKept: (weight: number) => void) {
    this.#clock = clock;
    this.#keeps = keeps;
    this.#onKept = onKept;
  }

  get progress(): JournalProgress | undefined {
    return this.#progress;
  }

  /** The pump puts the stream together as it comes, for those who want it whole. */
  get aggregates(): boolean {
    return this.#aggregates;
  }

  get head(): JournalHead | undefined {
    return this.#head;
  }

  get end(): JournalEnd | undefined {
    return this.#end;
  }

  /** Bytes of the answer so far. */
  get totalBytes(): number {
    return this.#pages.end;
  }

  /** Bytes in memory, with what holding them costs. */
  get keptBytes(): number {
    return this.#pages.weight;
  }

  get lastAppendAt(): number | undefined {
    return this.#lastAppendAt;
  }

  /** Every byte stays, for readers still to come. */
  get keeps(): boolean {
    return this.#keeps;
  }

  /** It can be read from its first byte. */
  get whole(): boolean {
    return this.#pages.start === 0;
  }

  /** Some client that is still there has got part of the answer. */
  get givenOut(): boolean {
    for (const { offset, from, reader } of this.#places) if (offset > from && reader.givesOut) return true;
    return false;
  }

  /** Bytes a second over the last few seconds; 0 = none came in them. */
  bytesPerS(now: number): number {
    if (now - (this.#lastAppendAt ?? 0) > 2 * RATE_SPAN_MS) return 0;
    const isRecent = now - this.#earlierSince <= 3 * RATE_SPAN_MS;
    const since = isRecent ? this.#earlierSince : this.#spanSince;
    const bytes = isRecent ? this.#earlierBytes + this.#spanBytes : this.#spanBytes;
    return (bytes * 1_000) / Math.max(now - since, 1_000);
  }

  /** The pump watches the stream that it writes. */
  watched(progress: JournalProgress, aggregates: boolean): void {
    this.#progress = progress;
    this.#aggregates = aggregates;
  }

  open(head: JournalHead, flow: FlowControl): void {
    this.#head = head;
    this.#flow = flow;
    for (const place of this.#here()) this.#serve(place);
  }

  append(chunk: Buffer): void {
    const now = this.#clock.now();
    this.#noteRate(chunk.length, now);
    const before = this.#pages.end;
    if (this.#keeps || !this.#allUpTo(before)) this.#pages.append(chunk);
    else this.#pages.skip(chunk.length);
    for (const place of this.#here()) {
      if (place.offset === before && !place.blocked && !place.serving) this.#hand(place, chunk, now);
      else if (!place.reader.wantsBytes) place.offset = this.#pages.end;
    }
    this.#tellKept();
    this.#settle();
  }

  finish(end: JournalEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.#flow = undefined;
    for (const place of this.#here()) this.#serve(place);
    for (const onEnd of this.#watchers ?? []) onEnd();
    this.#watchers = undefined;
  }

  /** Back to before the answer began, for another attempt. Only while nothing is given out. */
  reset(): void {
    this.#head = undefined;
    this.#flow = undefined;
    this.#paused = false;
    this.#progress = undefined;
    this.#aggregates = false;
    this.#pages.clearTo(0);
    this.#tellKept();
    this.#spanSince = 0;
    this.#spanBytes = 0;
    this.#earlierSince = 0;
    this.#earlierBytes = 0;
    for (const place of this.#here()) {
      place.offset = place.from;
      place.headTold = false;
      this.#guarded(place, () => place.reader.onReset());
    }
  }

  /** Nobody will come to read it from the start: what has been read is let go. */
  letGo(): void {
    if (!this.#keeps) return;
    this.#keeps = false;
    this.#trim();
    this.#tellKept();
    this.#settle();
  }

  /** Nothing more comes, and it is kept: in as little memory as it takes. */
  compact(): void {
    this.#pages.putTogether();
    this.#tellKept();
  }

  /** Everything that is kept, as one. */
  bytes(): Buffer {
    return this.#pages.bytes();
  }

  /** Starts reading at a byte; what is there is given at `resume`. Undefined: that byte is no longer kept. */
  read(reader: JournalReader, from = 0): Place | undefined {
    if (from < this.#pages.start && this.#pages.end > 0) return undefined;
    const offset = reader.wantsBytes ? from : this.#pages.end;
    const place: Place = {
      reader,
      from,
      offset,
      headTold: false,
      blocked: false,
      serving: false,
      left: false,
    };
    this.#places.push(place);
    return place;
  }

  /** The reader takes more: gives it what there is. */
  resume(place: Place): void {
    place.blocked = false;
    this.#serve(place);
    this.#settle();
  }

  leave(place: Place): void {
    if (place.left) return;
    place.left = true;
    this.#places.splice(this.#places.indexOf(place), 1);
    if (!this.#keeps) this.#trim();
    this.#settle();
  }

  /** Tells of the end without reading: nothing is kept or held back for a watcher. */
  watch(onEnd: () => void): { leave(): void } {
    if (this.#watchers === undefined) this.#watchers = [];
    this.#watchers.push(onEnd);
    return {
      leave: () => {
        this.#watchers = this.#watchers?.filter((each) => each !== onEnd);
      },
    };
  }

  /** Those that read, also while some of them leave. */
  #here(): readonly Place[] {
    return this.#places.length > 1 ? [...this.#places] : this.#places;
  }

  #allUpTo(offset: number): boolean {
    for (const place of this.#places)
      if (place.reader.wantsBytes && (place.offset < offset || place.blocked || place.serving)) return false;
    return true;
  }

  /** A chunk as it comes, to a reader that has all before it. */
  #hand(place: Place, chunk: Buffer, now: number): void {
    place.offset += chunk.length;
    if (!place.reader.wantsBytes) return;
    place.serving = true;
    try {
      if (!place.reader.onBytes(chunk, now)) place.blocked = true;
    } catch (thrown) {
      this.#lose(place, String(thrown));
    }
    place.serving = false;
  }

  /** Gives a reader what it lacks: head, bytes, end. */
  #serve(place: Place): void {
    if (place.serving || place.blocked || place.left) return;
    place.serving = true;
    try {
      if (this.#head && !place.headTold) {
        place.headTold = true;
        place.reader.onHead(this.#head);
      }
      const isThrough = this.#serveBytes(place);
      if (isThrough && this.#end && !place.left) place.reader.onEnd(this.#end);
    } catch (thrown) {
      this.#lose(place, thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    }
    place.serving = false;
    if (!this.#keeps) this.#trim();
  }

  /** True: the reader has everything there is. */
  #serveBytes(place: Place): boolean {
    if (!place.reader.wantsBytes) place.offset = this.#pages.end;
    const now = this.#clock.now();
    let given = 0;
    while (place.offset < this.#pages.end && !place.left) {
      const piece = this.#pages.at(place.offset);
      if (piece === undefined) {
        this.#lose(place, 'what it needs is no longer kept');
        return false;
      }
      const bytes = piece.length > TURN_BYTES ? piece.subarray(0, TURN_BYTES) : piece;
      place.offset += bytes.length;
      given += bytes.length;
      if (!place.reader.onBytes(bytes, now)) {
        place.blocked = true;
        return false;
      }
      if (given < TURN_BYTES || place.offset >= this.#pages.end) continue;
      place.blocked = true;
      setImmediate(() => this.resume(place));
      return false;
    }
    return !place.left;
  }

  #lose(place: Place, why: string): void {
    this.leave(place);
    try {
      place.reader.onLost(why);
    } catch {
      // It has nothing to say any more.
    }
  }

  #guarded(place: Place, work: () => void): void {
    try {
      work();
    } catch (thrown) {
      this.#lose(place, String(thrown));
    }
  }

  /** Lets go of what all have read. */
  #trim(): void {
    let slowest = this.#pages.end;
    for (const { offset, reader } of this.#places)
      if (reader.wantsBytes && offset < slowest) slowest = offset;
    this.#pages.dropTo(slowest);
  }

  /** Holds the upstream back, or lets it go on; a reader that would hold up another one loses its place. */
  #settle(): void {
    if (this.#places.length === 0) {
      if (this.#paused) this.#goOn();
      return;
    }
    let least = Number.POSITIVE_INFINITY;
    let slowest: Place | undefined;
    for (const place of this.#places) {
      least = Math.min(least, this.#pages.end - place.offset);
      if (slowest === undefined || place.offset < slowest.offset) slowest = place;
    }
    if (!this.#keeps && slowest && least <= LOW_WATER_BYTES && this.#pages.end - slowest.offset > LOST_BYTES)
      return this.#lose(slowest, 'it reads so slowly that it would hold up the others');
    if (this.#paused && least <= LOW_WATER_BYTES) this.#goOn();
    else if (!this.#paused && least > HIGH_WATER_BYTES) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }

  #goOn(): void {
    this.#paused = false;
    this.#flow?.resume();
  }

  #tellKept(): void {
    const weight = this.#keeps ? this.#pages.weight : 0;
    if (weight === this.#toldWeight) return;
    const grown = weight - this.#toldWeight;
    this.#toldWeight = weight;
    this.#onKept(grown);
  }

  #noteRate(bytes: number, now: number): void {
    this.#lastAppendAt = now;
    if (now - this.#spanSince > RATE_SPAN_MS) {
      this.#earlierSince = this.#spanSince;
      this.#earlierBytes = this.#spanBytes;
      this.#spanSince = now;
      this.#spanBytes = 0;
    }
    this.#spanBytes += bytes;
  }
}
