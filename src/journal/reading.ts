import type { GatewayError } from '../errors/gateway-error.ts';
import type { Aggregate, StreamProgress } from '../protocols/protocols.ts';

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
export class Place {
  readonly reader: JournalReader;
  /** Its first byte. */
  readonly from: number;
  offset: number;
  headTold = false;
  /** It takes no more for now. */
  blocked = false;
  /** It is being given what there is. */
  serving = false;
  left = false;

  constructor(reader: JournalReader, from: number, offset: number) {
    this.reader = reader;
    this.from = from;
    this.offset = offset;
  }

  /** Has everything up to `offset`, and can take what comes next as it comes. */
  hasAll(offset: number): boolean {
    return !this.reader.wantsBytes || (this.offset >= offset && !this.blocked && !this.serving);
  }
}
