import type { Outcome } from '../domain/outcome.ts';
import type { ClientIdentity, IdentifiedRequest } from '../domain/request.ts';
import type { OnDisconnect } from '../domain/settings.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import type { ExchangeView } from '../domain/view.ts';
import type { Journal } from '../journal/journal.ts';
import type { Timer } from '../platform/clock.ts';

/** One client request over all its attempts, until it is recorded. It is run by the gateway; clients follow it. */
export interface Exchange {
  readonly id: string;
  readonly request: IdentifiedRequest;
  readonly journal: Journal;
  readonly startedAt: number;
  readonly history: Outcome[];
  readonly onDisconnect: OnDisconnect;
  /** The caller's own name for this exchange: whoever uses it again gets the same answer. */
  readonly idempotencyKey: string | undefined;
  /** Nobody follows from the start: the answer is fetched by its ticket. */
  readonly ticket: boolean;
  cluster: string;
  scenario: ScenarioName;
  /** When it runs out of time; undefined for an answer of an earlier run. */
  readonly deadlineAt: number | undefined;
  /** Name of the route that took it. */
  readonly route: string | undefined;
  /** An edge stands between it and its client, or stood between it and a model it asked. */
  throughEdge: boolean;
  /** Time spent waiting for slots, and between attempts. */
  queuedMs: number;
  backoffMs: number;
  /** Where the running, or the last, attempt goes. */
  endpointId: string | undefined;
  attempts: number;
  /** Clients that are connected. */
  followers: number;
  /** Clients that joined after the first one. */
  joined: number;
  /** A client got the whole answer, or was told truly how it failed. */
  delivered: boolean;
  cancelled: boolean;
  /** No attempt will be made any more. */
  finished: boolean;
  /** An error event can follow what the last attempt gave out. */
  tellable: boolean;
  /** Ends whatever the exchange is doing now: an attempt, a pause, a wait. */
  interrupt: (() => void) | undefined;
  /** The grace of a client that left, or how long a finished answer is kept. */
  expiry: Timer | undefined;
  fingerprint: string | undefined;
}

/** A rule of thumb: a token comes in an event of its own, and this is about its length. */
export const STREAM_BYTES_PER_TOKEN = 150;

/** Ends an exchange: no further attempt is made, the running one is cut. */
export function cancelExchange(exchange: Exchange): void {
  if (exchange.cancelled || exchange.finished) return;
  exchange.cancelled = true;
  exchange.interrupt?.();
}

/** The same credential: answers never cross over to another one. */
export function sameClient(a: ClientIdentity, b: ClientIdentity): boolean {
  return a.credential === b.credential && a.name === b.name;
}

export function viewOf(exchange: Exchange, now: number): ExchangeView {
  const { request, journal } = exchange;
  const state = exchange.finished
    ? 'done'
    : journal.head
      ? 'streaming'
      : exchange.endpointId
        ? 'attempting'
        : 'waiting';
  const tokensPerS = journal.head?.form === 'events' ? journal.bytesPerS(now) / STREAM_BYTES_PER_TOKEN : 0;
  return {
    id: exchange.id,
    startedAt: exchange.startedAt,
    ...(exchange.deadlineAt === undefined ? {} : { deadlineAt: exchange.deadlineAt }),
    elapsedMs: now - exchange.startedAt,
    silenceMs: now - (journal.lastAppendAt ?? exchange.startedAt),
    path: request.path,
    operation: request.operation,
    protocol: request.protocol,
    stream: request.stream,
    ...(request.model === undefined ? {} : { model: request.model }),
    client: request.client.name,
    cluster: exchange.cluster,
    scenario: exchange.scenario,
    ...(exchange.endpointId === undefined ? {} : { endpointId: exchange.endpointId }),
    attempts: exchange.attempts,
    followers: exchange.followers,
    joined: exchange.joined,
    keptBytes: journal.keptBytes,
    receivedBytes: journal.totalBytes,
    ...(state === 'streaming' && tokensPerS > 0 ? { estimatedTokensPerS: tokensPerS } : {}),
    state,
  };
}

/** A client's name for an exchange. Keys of different clients are different keys. */
export function keyOf({ idempotencyKey, client }: IdentifiedRequest): string | undefined {
  return idempotencyKey === undefined ? undefined : `${client.name} ${client.credential} ${idempotencyKey}`;
}
