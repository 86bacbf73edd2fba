import type { Body } from '../domain/body.ts';
import type { AttemptContext, AttemptRecord, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { BegunCall } from './begun-call.ts';

/** What became of an exchange that nobody follows any more. */
export type LeftFate = NonNullable<ExchangeRecord['leftFate']>;

/** What is decided about an exchange as it opens. */
export interface NoteOpening {
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly route: string | undefined;
  /** An edge stands between it and its client. */
  readonly behindEdge: boolean;
}

/** As much of a request as is noted. */
export type NotedRequest = Pick<
  IdentifiedRequest,
  | 'id'
  | 'receivedAt'
  | 'method'
  | 'path'
  | 'protocol'
  | 'operation'
  | 'stream'
  | 'model'
  | 'effort'
  | 'client'
  | 'listener'
  | 'body'
  | 'clientPatienceMs'
  | 'headers'
>;

/** Whose it is. `earlier`: its row is an earlier run's, and is not written again. `own`: no client asked for it. */
export type NoteOrigin = 'client' | 'earlier' | 'own';

/** Methods that only read (RFC 9110, section 9.2.1). */
const FREE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** One upstream call, as it is noted. */
export class CallNote {
  /** From 1. */
  readonly n: number;
  readonly endpointId: string;
  readonly call: BegunCall;
  /** The model asked upstream. */
  readonly model: string | undefined;
  outcome: Outcome | undefined;
  /** The request's body, for as long as our own count of its tokens may be needed. */
  body: Body | undefined;

  constructor(n: number, endpointId: string, call: BegunCall, model: string | undefined) {
    this.n = n;
    this.endpointId = endpointId;
    this.call = call;
    this.model = model;
  }
}

/**
 * All that goes on record of one exchange, written once as it happens, in fixed fields. The ledger's row, metrics, live
 * view, traces and alerts are readings of it, made after the answer has left. It holds no body and no answer: somebody
 * may come back to it for a day.
 */
export class Note {
  readonly id: string;
  /** By the wall clock, ms since the epoch. */
  readonly startedAt: number;
  /** The same instant by the monotonic clock, which durations are taken from. */
  readonly openedAt: number;
  /** Set once no attempt will be made any more, and no client follows. */
  endedAt: number | undefined = undefined;
  readonly path: string;
  readonly protocol: IdentifiedRequest['protocol'];
  readonly operation: IdentifiedRequest['operation'];
  readonly stream: boolean;
  readonly model: string | undefined;
  readonly effort: string | undefined;
  /** Name of the client's key. */
  readonly client: string;
  readonly listener: string;
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly route: string | undefined;
  readonly requestBytes: number;
  /** It only reads what costs nothing, as `GET /v1/models` does. */
  readonly isFree: boolean;
  readonly clientPatienceMs: number | undefined;
  /** The request's, as they came; let go once its row is written. */
  requestHeaders: Readonly<Record<string, string>>;
  /** An edge stands between it and its client, or stood between it and a model it asked. */
  throughEdge: boolean;
  /** Time spent waiting for slots, and between attempts. */
  queuedMs = 0;
  backoffMs = 0;
  /** Where the running, or the last, call goes. */
  endpointId: string | undefined = undefined;
  /** Status of the last call's answer. */
  status: number | undefined = undefined;
  /** Status of the answer that its clients get. */
  answerStatus: number | undefined = undefined;
  delivery: Delivery = 'running';
  /** Code of the gateway's own error. */
  error: string | undefined = undefined;
  /** Clients that joined after the first one. */
  joined = 0;
  /** Those of them that got the whole answer: each would have paid for a call of its own. */
  served = 0;
  heartbeats = 0;
  /** Of the first client. */
  leftMs: number | undefined = undefined;
  leftSilentMs: number | undefined = undefined;
  leftFate: LeftFate | undefined = undefined;
  /** Calls made, the one under way included. */
  readonly calls: CallNote[] = [];
  /** Readings of the calls that have ended, in their order. */
  readonly attempts: AttemptRecord[] = [];
  /** What observers are told of it with; made when the first of them is. */
  about: AttemptContext | undefined = undefined;
  /** Its row as it was written last. */
  written: ExchangeRecord | undefined = undefined;
  /** Its row is to be written with the next batch. */
  rowIsDue = false;
  readonly origin: NoteOrigin;
  /** It waits for the next batch. */
  isQueued = false;

  constructor(request: NotedRequest, opening: NoteOpening, startedAt: number, origin: NoteOrigin = 'client') {
    this.origin = origin;
    this.id = request.id;
    this.startedAt = startedAt;
    this.openedAt = request.receivedAt;
    this.path = request.path;
    this.protocol = request.protocol;
    this.operation = request.operation;
    this.stream = request.stream;
    this.model = request.model;
    this.effort = request.effort;
    this.client = request.client.name;
    this.listener = request.listener;
    this.cluster = opening.cluster;
    this.scenario = opening.scenario;
    this.route = opening.route;
    this.requestBytes = request.body.bytes;
    this.isFree = FREE_METHODS.has(request.method);
    this.clientPatienceMs = request.clientPatienceMs;
    this.requestHeaders = request.headers;
    this.throughEdge = opening.behindEdge;
  }

  get attemptCount(): number {
    return this.calls.length;
  }
}

/** How following ended, for one client. */
export type ClientEnding =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'broken' | 'untold' | 'sent-away'; readonly error: GatewayError }
  | { readonly kind: 'left'; readonly silentMs: number };

/** What a client has got. */
export interface FollowedRecord {
  readonly requestId: string;
  readonly followed: ClientEnding;
  /** It joined an exchange that was there. */
  readonly joined: boolean;
  readonly durationMs: number;
  readonly sentBytes: number;
  /** How its exchange ended, where this was its last client and no attempt will be made any more. */
  readonly exchangeEnded: Delivery | undefined;
}

/** What one client's ending says of the whole exchange. `joined`: it was not the first one. */
export function noteEnding(note: Note, joined: boolean, ending: ClientEnding, now: number): void {
  switch (ending.kind) {
    case 'delivered':
      note.delivery = 'delivered';
      if (joined) note.served += 1;
      return;
    case 'left':
      // A ticket may be fetched by one client after the other: the first one counts.
      if (!joined && note.leftMs === undefined) {
        note.leftMs = now - note.openedAt;
        note.leftSilentMs = ending.silentMs;
      }
      return;
    case 'sent-away':
      return;
    default:
      if (note.delivery === 'delivered') return;
      note.delivery = ending.kind === 'untold' ? 'undelivered' : ending.kind;
      note.error = ending.error.code;
  }
}
