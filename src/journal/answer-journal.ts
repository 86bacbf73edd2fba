import type { FlowControl } from '../domain/answer.ts';
import type { Clock } from '../platform/clock.ts';
import { ByteRate } from './byte-rate.ts';
import { Pages } from './pages.ts';
import {
  type JournalEnd,
  type JournalHead,
  type JournalProgress,
  type JournalReader,
  Place,
} from './reading.ts';
import { LOW_WATER_BYTES, Throttle } from './throttle.ts';

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
  #head: JournalHead | undefined = undefined;
  #end: JournalEnd | undefined = undefined;
  #keeps: boolean;
  #toldWeight = 0;
  #lastAppendAt: number | undefined = undefined;
  readonly #rate = new ByteRate();
  readonly #throttle = new Throttle();

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
    return this.#rate.at(now, this.#lastAppendAt ?? 0);
  }

  /** The pump watches the stream that it writes. */
  watched(progress: JournalProgress, aggregates: boolean): void {
    this.#progress = progress;
    this.#aggregates = aggregates;
  }

  open(head: JournalHead, flow: FlowControl): void {
    this.#head = head;
    this.#throttle.over(flow);
    for (const place of this.#here()) this.#serve(place);
  }

  append(chunk: Buffer): void {
    const now = this.#clock.now();
    this.#lastAppendAt = now;
    this.#rate.note(chunk.length, now);
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
    this.#throttle.over(undefined);
    for (const place of this.#here()) this.#serve(place);
  }

  /** Back to before the answer began, for another attempt. Only while nothing is given out. */
  reset(): void {
    this.#head = undefined;
    this.#throttle.over(undefined);
    this.#progress = undefined;
    this.#aggregates = false;
    this.#pages.clearTo(0);
    this.#tellKept();
    this.#rate.reset();
    for (const place of this.#here()) {
      place.offset = place.from;
      place.headTold = false;
      try {
        place.reader.onReset();
      } catch (thrown) {
        this.#lose(place, String(thrown));
      }
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
    const place = new Place(reader, from, offset);
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

  /** Those that read, also while some of them leave. */
  #here(): readonly Place[] {
    return this.#places.length > 1 ? [...this.#places] : this.#places;
  }

  #allUpTo(offset: number): boolean {
    for (const place of this.#places) if (!place.hasAll(offset)) return false;
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

  /** Told, if it can be. */
  #lose(place: Place, why: string): void {
    this.leave(place);
    try {
      place.reader.onLost(why);
    } catch {}
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
    if (this.#places.length === 0) return this.#throttle.at(0);
    let least = Number.POSITIVE_INFINITY;
    let slowest: Place | undefined;
    for (const place of this.#places) {
      least = Math.min(least, this.#pages.end - place.offset);
      if (slowest === undefined || place.offset < slowest.offset) slowest = place;
    }
    if (!this.#keeps && slowest && least <= LOW_WATER_BYTES && this.#pages.end - slowest.offset > LOST_BYTES)
      return this.#lose(slowest, 'it reads so slowly that it would hold up the others');
    this.#throttle.at(least);
  }

  #tellKept(): void {
    const weight = this.#keeps ? this.#pages.weight : 0;
    if (weight === this.#toldWeight) return;
    const grown = weight - this.#toldWeight;
    this.#toldWeight = weight;
    this.#onKept(grown);
  }
}
