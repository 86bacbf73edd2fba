import type { Usage } from './usage.ts';

/** Status line and headers of an upstream answer. */
export interface AnswerHead {
  readonly status: number;
  /** Name, value, name, value… as they came, hop-by-hop headers included. */
  readonly rawHeaders: readonly string[];
  /** Lower-case names; duplicates joined by ", ". Made as it is first asked for: where a few are wanted, take `header`. */
  readonly headers: Readonly<Record<string, string>>;
  /** One header by its lower-case name, duplicates joined by ", ". */
  header(name: string): string | undefined;
}

/** What an attempt's bytes turned out to be, once enough of them were there to tell. */
export type Verdict =
  | { readonly kind: 'whole' }
  | { readonly kind: 'empty' }
  /** `start`: how its body begins, decoded. */
  | { readonly kind: 'not-api'; readonly detail: string; readonly start?: Buffer }
  | { readonly kind: 'stream-error'; readonly type: string; readonly detail: string }
  | { readonly kind: 'truncated'; readonly detail: string };

/** Lets the reader of an answer slow the upstream down. */
export interface FlowControl {
  pause(): void;
  resume(): void;
}

/**
 * Takes the bytes of one attempt's answer. The attempt knows the network and the clock; the sink knows the
 * protocol and where the bytes go.
 */
export interface AnswerSink {
  head(head: AnswerHead, flow: FlowControl): void;
  /** A verdict here ends the attempt at once (an error event before any content). */
  data(chunk: Buffer): Verdict | undefined;
  /** The upstream ended cleanly. */
  end(): Verdict;
  /** A first event has come (streams), or the first byte (others). */
  readonly sawEvent: boolean;
  /** Tokens were seen: whatever happens now, they are paid for. */
  readonly sawTokens: boolean;
  /** Part of the answer has been given out: no failover any more. */
  readonly committed: boolean;
  /** The end mark was seen: what breaks from here on takes nothing from the answer. Absent = can't tell. */
  readonly complete?: boolean;
  readonly usage: Usage;
  /** The model that the answer named. */
  readonly model?: string | undefined;
  /** Bytes of text that the model wrote, as far as they were seen: what a cut answer is estimated by. */
  readonly outputBytes?: number | undefined;
}
