import type { TimerName } from './timeouts.ts';
import type { Usage } from './usage.ts';

/** How far an attempt had come. */
export type Phase = 'dns' | 'connect' | 'tls' | 'send' | 'wait' | 'stream';

/** Who ended an attempt. `gateway`: by a defect of its own. */
export type EndedBy = 'client' | 'gateway-timer' | 'gateway' | 'edge' | 'upstream' | 'network';

/** How likely a failed attempt is to be paid for: see `chargeRisk` in failure.ts. */
export type ChargeRisk = 'none' | 'possible' | 'likely' | 'certain';

/** Why an attempt failed: one word each, for tables, metrics and the log. What follows from each: failure.ts. */
export type FailureCause =
  | 'connect-failed' // refused, unreachable, DNS, TLS
  | 'timeout' // one of our timers: `timer` says which
  | 'reset' // the connection broke before the answer was whole
  | 'rate-limited' // 429
  | 'overloaded' // 529
  | 'edge-timeout' // 524, or a 504/502 page made by an edge
  | 'upstream-error' // 5xx and 408
  | 'bad-key' // 401, 402, 403: the credential, or the account behind it
  | 'not-served' // a refusal of this request: of its model, a feature, its content; others are served
  | 'blocked' // 403 of an edge, or for the place that is asked from; not the key
  | 'stream-error' // an error event inside a 200
  | 'empty' // a 200 without content
  | 'not-api' // a 200 that is an HTML page or otherwise no answer of this protocol
  | 'truncated' // ended without its end mark
  | 'cancelled' // by us: client left, exchange cancelled
  | 'internal'; // a defect of the gateway's own, met while the call was under way

/** How long the parts of opening a connection took, in ms; the one that failed counts until it did. */
export interface ConnectionTimes {
  readonly dnsMs?: number | undefined;
  /** Through a proxy: until the tunnel stood. */
  readonly tcpMs?: number | undefined;
  readonly tlsMs?: number | undefined;
}

/** Times of an attempt, in ms since it began; absent = not reached. The connection's are there where it was opened. */
export interface AttemptTimes extends ConnectionTimes {
  readonly sentMs?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly firstEventMs?: number | undefined;
  readonly longestSilenceMs: number;
  readonly totalMs: number;
}

/** What is not known is undefined, not left out: all outcomes of a kind have the same fields, made at once. */
interface OutcomeBase {
  readonly endpointId: string;
  readonly startedAt: number;
  readonly times: AttemptTimes;
  readonly usage: Usage;
  /** The model that the answer named. */
  readonly model?: string | undefined;
  /** Bytes of body that came from upstream. */
  readonly answerBytes?: number | undefined;
  /** Bytes of text that the model wrote, as far as they were seen; undefined where the answer is no stream. */
  readonly outputBytes?: number | undefined;
  /** Upstream's own id of the call, where it said one. */
  readonly upstreamRequestId?: string | undefined;
  /** Headers of an answer that was none (a failure's, a rejection's): without secrets, bounded. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the body of such an answer said: one line of at most 300 characters, without secrets. */
  readonly said?: string | undefined;
}

/** The whole answer came. */
export interface Answered extends OutcomeBase {
  readonly kind: 'answered';
  readonly status: number;
}

/** An answer that is the client's business, passed on verbatim: 4xx other than those that fail over. */
export interface Rejected extends OutcomeBase {
  readonly kind: 'rejected';
  readonly status: number;
}

/** A refusal as its vendor wrote it, to be read by the client. Free of the endpoint's own secrets. */
export interface VendorWords {
  readonly contentType: string;
  readonly body: Buffer;
}

/** A timer that ran out. */
export interface FiredTimer {
  readonly name: TimerName;
  readonly ms: number;
  readonly setBy: string;
}

/** No answer, or not all of it. */
export interface Failed extends OutcomeBase {
  readonly kind: 'failed';
  readonly cause: FailureCause;
  readonly phase: Phase;
  readonly endedBy: EndedBy;
  readonly chargeRisk: ChargeRisk;
  /** Part of the answer had reached the journal's commit point: no failover. */
  readonly committed: boolean;
  readonly status?: number | undefined;
  /** Which timer fired, after how long, and whose setting it is. */
  readonly timer?: FiredTimer | undefined;
  /** Silence at the end of the attempt. */
  readonly silenceMs: number;
  /** What the upstream asked for (retry-after and kin), ms from the end of the attempt. */
  readonly retryAfterMs?: number | undefined;
  /** One line for people, free of secrets: "ECONNREFUSED 127.0.0.1:9", "HTTP 504". */
  readonly detail: string;
  /** `not-served` alone: what the vendor said, where it is whole. */
  readonly words?: VendorWords | undefined;
}

/** The result of an attempt: a value, never an exception. */
export type Outcome = Answered | Rejected | Failed;
