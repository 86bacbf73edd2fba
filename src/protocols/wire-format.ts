import type { BodyFacts } from '../domain/request.ts';
import type { Usage } from '../domain/usage.ts';
import type { FieldReader } from './field-reader.ts';
import type { JsonObject } from './json-value.ts';
import type { Needles } from './needles.ts';
import type { TextScan } from './text-scan.ts';

/** An error as an upstream put it: its type or code, and its text, cut to a bounded length. */
export interface UpstreamError {
  readonly type: string;
  readonly message: string;
}

/** An error of the gateway's own, to be shaped for a protocol. */
export interface ErrorShape {
  readonly status: number;
  /** From the error catalogue. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** How far a stream has come, as far as a heartbeat needs to know. */
export interface StreamProgress {
  readonly started: boolean;
  readonly lastSequence?: number | undefined;
}

/** One event of a stream, parsed once for all who look at it. The same object serves for the next event. */
export interface StreamEvent {
  /** Value of the `event:` line; empty if there was none. */
  readonly event: string;
  readonly data: string;
  /** Undefined where the data is no JSON object. */
  readonly json: JsonObject | undefined;
}

/** What a watched stream has shown so far. The rules of a protocol write it, `StreamWatch` shows it. */
export interface WatchState {
  sawEvent: boolean;
  hasContent: boolean;
  complete: boolean;
  error: UpstreamError | undefined;
  usage: Usage;
  model: string | undefined;
  started: boolean;
  lastSequence: number | undefined;
  /** Chat: a finish_reason was seen, so that a clean end without `[DONE]` counts as an end mark. */
  finished: boolean;
}

/** How one protocol's stream is watched. */
export interface WatchRules {
  /** Takes one whole event into account. */
  observe(state: WatchState, event: StreamEvent): void;
  /** What stands before a piece of the answer's text, up to its opening quote. Global, for `lastIndex`. */
  readonly texts: RegExp;
  /**
   * Bytes of which each event that matters once content began has one, and few others do: `marks` judge the event
   * around each place.
   */
  readonly needles: Needles;
  /**
   * Marks of the events that matter once content began, as they stand in the raw bytes (read as Latin-1): every
   * event that `observe` must see matches, and few others do. Quotes around a word keep it from matching inside
   * text, where JSON writes quotes as `\"`.
   */
  readonly marks: RegExp;
  /** Reads what can be had from the raw bytes of many events at once. */
  skim?(state: WatchState, bytes: Buffer): void;
}

/** Folds the events of a stream into the object that the vendor sends to non-streaming clients. */
export interface Aggregation {
  add(event: StreamEvent): void;
  /**
   * Takes the event at `scan.at`, if it is one of the many that only append text, in the very form in which vendors
   * write it: then nothing has to be parsed. Does all that `add` and `observe` would do, leaves the text in `scan`, and
   * goes past the event. False: nothing was done, and the event is to be read the ordinary way.
   */
  addText(scan: TextScan, state: WatchState): boolean;
  result(): Aggregate;
}

/** A stream as one object. `error`: the stream reported one. `incomplete`: it lacks its end. */
export type Aggregate =
  | { readonly kind: 'complete'; readonly body: JsonObject }
  | { readonly kind: 'incomplete'; readonly detail: string }
  | { readonly kind: 'error'; readonly type: string; readonly message: string };

/** A whole, non-streamed answer under a 200, judged. */
export type WholeAnswer =
  | { readonly kind: 'answer'; readonly usage: Usage; readonly model?: string }
  | { readonly kind: 'empty' }
  /** HTML, not JSON, or JSON without the protocol's own shape. */
  | { readonly kind: 'not-api'; readonly detail: string }
  /** The JSON of an error, whatever the status said. */
  | { readonly kind: 'error'; readonly type: string; readonly message: string };

/** Everything the gateway knows about one protocol. */
export interface WireFormat {
  readonly generatePath: string;
  /** Never fails: an unknown or mistyped field is the upstream's business. */
  readFacts(body: FieldReader): BodyFacts;
  readonly watch: WatchRules;
  createAggregation(): Aggregation;
  readAnswer(body: FieldReader): WholeAnswer;
  /** The text a person would see; empty if there is none. */
  answerText(answer: JsonObject): string;
  errorBody(error: ErrorShape): JsonObject;
  errorEvent(error: ErrorShape, sequence: number): string;
  heartbeat(progress: StreamProgress): string;
  /** A request, apart from its protocol's path, that makes a model repeat `code`. */
  verification(model: string, turns: readonly Turn[], maxTokens: number): JsonObject;
}

/** One turn of a conversation in plain text. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}
