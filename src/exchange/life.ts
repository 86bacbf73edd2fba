import type { RunningAttempt } from '../attempt/attempt.ts';
import { NO_BODY } from '../domain/body.ts';
import type { Delivery } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ClientIdentity, IdentifiedRequest } from '../domain/request.ts';
import type { OnDisconnect } from '../domain/settings.ts';
import type { ExchangeView } from '../domain/view.ts';
import type { Journal } from '../journal/journal.ts';
import type { Timer } from '../platform/clock.ts';
import type { Note } from '../record/record.ts';

/** Where an exchange stands. */
export type State =
  /** Nothing is under way upstream. `interrupt` ends the wait. */
  | {
      readonly kind: 'waiting';
      readonly for: 'start' | 'slot' | 'backoff';
      readonly interrupt: (() => void) | undefined;
    }
  /** An upstream call is under way, and nothing of an answer is known to be there. */
  | Attempting
  /** Its answer goes into the journal. */
  | { readonly kind: 'streaming'; readonly endpointId: string; readonly call: RunningAttempt }
  /** No attempt will be made any more. */
  | { readonly kind: 'ended' };

export interface Attempting {
  readonly kind: 'attempting';
  readonly endpointId: string;
  /** Set as soon as the call is started. */
  call: RunningAttempt;
}

/**
 * Who moves an exchange from where to where. ARCHITECTURE.md draws it, which a test holds against this table; another one
 * sees that nothing else happens.
 */
export const LIFE: Readonly<Record<State['kind'], Readonly<Partial<Record<State['kind'], string>>>>> = {
  waiting: {
    waiting: '`nextStep` says to wait: for a slot, or before the same endpoint is asked again',
    attempting: '`nextStep` chooses an endpoint',
    ended: '`nextStep` delivers or gives up, or the exchange is cancelled',
  },
  attempting: {
    streaming: 'the pump sees that it is an answer',
    waiting: 'the attempt ended, and `nextStep` looks again',
    ended: 'the gateway itself failed',
  },
  streaming: {
    waiting: 'the attempt ended: whole, or broken',
    ended: 'the gateway itself failed',
  },
  ended: {},
};

const START: State = { kind: 'waiting', for: 'start', interrupt: undefined };
const ENDED: State = { kind: 'ended' };

/** What an exchange is opened with. */
export interface ExchangeSeed {
  readonly request: IdentifiedRequest;
  readonly journal: Journal;
  readonly note: Note;
  readonly onDisconnect: OnDisconnect;
  /** When it runs out of time; undefined for an answer of an earlier run. */
  readonly deadlineAt: number | undefined;
}

/** One client request over all its attempts, until it is recorded. It is run by the gateway; clients follow it. */
export class Exchange {
  readonly id: string;
  readonly journal: Journal;
  readonly note: Note;
  readonly onDisconnect: OnDisconnect;
  readonly deadlineAt: number | undefined;
  readonly history: Outcome[] = [];
  /** The caller's own name for it: whoever uses it again gets the same answer. */
  readonly idempotencyKey: string | undefined;
  /** Nobody follows from the start: the answer is fetched by its ticket. */
  readonly ticket: boolean;
  /** Clients that are connected. */
  followers = 0;
  /** A client got the whole answer, or was told truly how it failed. */
  delivered = false;
  /** Clients whose connection was given the whole answer, and not reset since. */
  deliveries = 0;
  /** The grace of a client that left, or how long a finished answer is kept. */
  expiry: Timer | undefined = undefined;
  /** Until when it is kept for a client that may not have got what it was sent. */
  settlesAt = 0;
  fingerprint: string | undefined = undefined;
  #request: IdentifiedRequest;
  #state: State = START;
  #cancelled = false;

  constructor({ request, journal, note, onDisconnect, deadlineAt }: ExchangeSeed) {
    this.id = request.id;
    this.#request = request;
    this.journal = journal;
    this.note = note;
    this.onDisconnect = onDisconnect;
    this.deadlineAt = deadlineAt;
    this.idempotencyKey = request.idempotencyKey;
    this.ticket = request.async && request.operation === 'generate';
  }

  get request(): IdentifiedRequest {
    return this.#request;
  }

  get state(): State {
    return this.#state;
  }

  get ended(): boolean {
    return this.#state.kind === 'ended';
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Its client has a name for it, and asks for it by that. */
  get isNamed(): boolean {
    return this.ticket || this.idempotencyKey !== undefined;
  }

  enter(state: State): void {
    this.#state = state;
  }

  /** No attempt will be made any more. */
  end(): void {
    this.#state = ENDED;
  }

  /** Ends it: no further attempt is made, the running one is cut. */
  cancel(): void {
    if (this.#cancelled || this.ended) return;
    this.#cancelled = true;
    const state = this.#state;
    if (state.kind === 'waiting') state.interrupt?.();
    else if (state.kind !== 'ended') state.call.cancel('client');
  }

  /** What was asked is not needed any more, but for what tells it from other requests. */
  letGoOfBody(): void {
    if (this.#request.body.bytes === 0) return;
    this.#request = { ...this.#request, body: NO_BODY, rawHeaders: [] };
  }
}

/** A rule of thumb: a token comes in an event of its own, and this is about its length. */
const STREAM_BYTES_PER_TOKEN = 150;

/** The same credential: answers never cross over to another one. */
export function sameClient(a: ClientIdentity, b: ClientIdentity): boolean {
  return a.credential === b.credential && a.name === b.name;
}

/** How an exchange ended that no client saw the end of. */
export function deliveryUnfollowed({ cancelled, journal }: Exchange): Delivery {
  if (cancelled) return 'left';
  return journal.end?.kind === 'complete' ? 'undelivered' : 'refused';
}

export function viewOf(exchange: Exchange, now: number): ExchangeView {
  const { journal, note, state } = exchange;
  const tokensPerS = journal.head?.form === 'events' ? journal.bytesPerS(now) / STREAM_BYTES_PER_TOKEN : 0;
  const { model, endpointId } = note;
  return {
    id: exchange.id,
    startedAt: note.startedAt,
    ...(exchange.deadlineAt === undefined
      ? {}
      : { deadlineAt: note.startedAt + (exchange.deadlineAt - note.openedAt) }),
    elapsedMs: now - note.openedAt,
    silenceMs: now - (journal.lastAppendAt ?? note.openedAt),
    path: note.path,
    operation: note.operation,
    protocol: note.protocol,
    stream: note.stream,
    ...(model === undefined ? {} : { model }),
    client: note.client,
    cluster: note.cluster,
    scenario: note.scenario,
    ...(endpointId === undefined ? {} : { endpointId }),
    attempts: note.calls.length,
    followers: exchange.followers,
    joined: note.joined,
    keptBytes: journal.keptBytes,
    receivedBytes: journal.totalBytes,
    ...(state.kind === 'streaming' && tokensPerS > 0 ? { estimatedTokensPerS: tokensPerS } : {}),
    state: state.kind === 'ended' ? 'done' : state.kind,
  };
}

/** A client's name for an exchange. Keys of different clients are different keys. */
export function keyOf({ idempotencyKey, client }: IdentifiedRequest): string | undefined {
  return idempotencyKey === undefined ? undefined : `${client.name} ${client.credential} ${idempotencyKey}`;
}
