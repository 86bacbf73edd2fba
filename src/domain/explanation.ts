import type { AttemptRecord, ExchangeRecord } from './ledger.ts';
import type { Phase } from './outcome.ts';

/** Why a request was slow, cut or failed. */
export type FindingKind =
  | 'upstream-slow'
  | 'network-bad'
  | 'server-down'
  | 'rate-limited'
  | 'misconfigured'
  | 'timer-short'
  | 'edge-cut'
  | 'client-gave-up'
  | 'queue-full'
  /** The request itself was turned down: a 4xx that is the client's business. */
  | 'request-rejected'
  /** An answer that is none, or not whole: HTML under 200, nothing, an error event, no end mark. */
  | 'bad-answer'
  /** A failure of the upstream's own (5xx), by itself. */
  | 'upstream-error'
  /** The gateway ended meanwhile. */
  | 'gateway-ended';

/** One cause, with what speaks for it. All texts are for people, in the language asked for, free of secrets. */
export interface Finding {
  readonly kind: FindingKind;
  /** `sure`: the ledger shows it. `likely`: it fits best. */
  readonly certainty: 'sure' | 'likely';
  /** Attempts it explains; empty = the exchange as a whole. */
  readonly attempts: readonly number[];
  /** What happened and who did it, in a sentence. */
  readonly what: string;
  /** The facts it rests on, one a line. */
  readonly evidence: readonly string[];
  /** What would have prevented it. */
  readonly fix: string;
  /** The lines of config.yaml that do so, as YAML. */
  readonly config?: string;
}

/** Something that happened, `atMs` since the exchange began. */
export interface TimelineItem {
  readonly atMs: number;
  readonly who: 'client' | 'gateway' | 'edge' | 'upstream' | 'network';
  readonly attempt?: number;
  readonly text: string;
}

/** A stretch of time. `wait`: for the first byte. `stream`: the answer flows. */
export type WaterfallPhase = Phase | 'queue' | 'backoff' | 'deliver';

/** One line of the waterfall. Times are ms since the exchange began. */
export interface WaterfallBar {
  readonly label: string;
  readonly attempt?: number;
  readonly parts: readonly {
    readonly phase: WaterfallPhase;
    readonly fromMs: number;
    readonly toMs: number;
  }[];
  readonly end: 'whole' | 'failed' | 'cut' | 'cancelled' | 'running';
  /** What stands at its end: "524 after 100 s of silence". */
  readonly note: string;
}

export interface Waterfall {
  readonly totalMs: number;
  readonly bars: readonly WaterfallBar[];
  /** Moments across all bars: a client left, an edge's limit. */
  readonly marks: readonly {
    readonly atMs: number;
    readonly kind: 'edge' | 'client-left';
    readonly label: string;
  }[];
}

/** How it went, in one word. `recovered`: something failed on the way, and the client got its answer all the same. */
export type Verdict = 'fine' | 'slow' | 'recovered' | 'failed' | 'running';

/** All there is to say of one exchange. */
export interface Explanation {
  readonly exchange: ExchangeRecord;
  readonly attempts: readonly AttemptRecord[];
  readonly verdict: Verdict;
  readonly headline: string;
  /** The weightiest first; empty where nothing is wrong. */
  readonly findings: readonly Finding[];
  readonly timeline: readonly TimelineItem[];
  readonly waterfall: Waterfall;
  /** What it cost, and whether that was lost, in words. */
  readonly money: string;
  /** What the gateway did about it, one sentence each. */
  readonly did: readonly string[];
}

/** What a pasted text turned out to be: an exchange of ours, or a page that somebody else made. */
export type PageExplanation =
  | { readonly kind: 'exchange'; readonly explanation: Explanation; readonly foundBy: string }
  | {
      readonly kind: 'page';
      /** What the page says: made by whom, when, which status. */
      readonly headline: string;
      readonly what: string;
      readonly fix: string;
      readonly config?: string;
      /** Nothing in the text was understood, or it names a request that nobody knows. */
      readonly unrecognised?: true;
      /** Exchanges of that time that may be the one. */
      readonly candidates: readonly ExchangeRecord[];
    };
