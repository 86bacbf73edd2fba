import type { Endpoint } from '../domain/endpoint.ts';
import type { AttemptContext, AttemptRecord, Delivery, ExchangeRecord } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import type { Usage } from '../domain/usage.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Store } from '../storage/storage.ts';
import type { BegunCall } from './begun-call.ts';
import { hasTokens } from './cost.ts';
import { attemptRecord, exchangeRecord } from './ledger.ts';
import { contextOf, type Watchers } from './observers.ts';
import type { PriceBook } from './price.ts';

/** As much of an exchange as the record needs. */
export interface RecordedExchange {
  readonly id: string;
  readonly request: IdentifiedRequest;
  readonly history: readonly Outcome[];
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly startedAt: number;
  readonly attempts: number;
  readonly route: string | undefined;
  /** An edge stood on its way, to the model or to its client. */
  readonly throughEdge: boolean;
  readonly queuedMs: number;
  readonly backoffMs: number;
  readonly joined: number;
  readonly followers: number;
  readonly delivered: boolean;
  readonly cancelled: boolean;
  readonly finished: boolean;
  readonly journal: {
    readonly totalBytes: number;
    readonly head: { readonly status: number } | undefined;
    readonly end: { readonly kind: string } | undefined;
  };
}

/** How following ended, for one client. */
export type ClientEnding =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'broken' | 'untold' | 'sent-away'; readonly error: GatewayError }
  | { readonly kind: 'left'; readonly silentMs: number };

/** What became of an exchange that nobody follows any more. */
export type LeftFate = NonNullable<ExchangeRecord['leftFate']>;

export interface BookPorts {
  readonly store: Store;
  prices(): PriceBook;
  now(): number;
  /** Our own count of tokens, for calls of which the upstream gave none. */
  estimate(request: IdentifiedRequest, answerBytes: number): Usage;
}

/** An exchange's page in the ledger, while somebody may still write on it. */
interface Page {
  readonly attempts: AttemptRecord[];
  readonly about: AttemptContext | undefined;
  call: BegunCall;
  /** Calls made, those under way included. */
  begun: number;
  endpointId: string | undefined;
  model: string | undefined;
  served: number;
  delivery: Delivery;
  error: string | undefined;
  /** Of the first client. */
  leftMs: number | undefined;
  leftSilentMs: number | undefined;
  leftFate: LeftFate | undefined;
  heartbeats: number;
  /** As it was written last. */
  written: ExchangeRecord | undefined;
}

/** Keeps the ledger of the exchanges that are under way, and of those that may still be joined. */
export interface ExchangeBook {
  /** Its page begins. It is written with its first attempt: before that, nothing can have been charged. */
  opened(exchange: RecordedExchange): void;
  /** Gives the call's number, from 1. */
  attemptBegan(exchange: RecordedExchange, endpoint: Endpoint, call: BegunCall): number;
  attemptEnded(exchange: RecordedExchange, outcome: Outcome): void;
  /** No attempt will be made any more. */
  ended(exchange: RecordedExchange): void;
  /** A sign of life went out to its first client. */
  beat(exchange: RecordedExchange): void;
  /** Nobody follows it any more. */
  detached(exchange: RecordedExchange, fate: LeftFate): void;
  /** A client has got what there was for it. */
  followed(exchange: RecordedExchange, joined: boolean, ending: ClientEnding): void;
  /** Nobody can come for it any more. */
  closed(exchange: RecordedExchange): void;
}

const NOT_CALLED: BegunCall = { why: '', streamed: false, queuedMs: 0, backoffMs: 0 };

export function createExchangeBook(
  { store, prices, now, estimate }: BookPorts,
  watchers: Watchers,
): ExchangeBook {
  const pages = new Map<string, Page>();

  function write(exchange: RecordedExchange, page: Page): void {
    const earlier = page.written;
    // A client that comes later for the answer changes what became of it, not when it was over.
    const record = recordOf(exchange, page, earlier?.endedAt ?? now());
    page.written = record;
    store.closeExchange(record);
    const { about } = page;
    if (about) watchers.tell((observer) => observer.exchangeEnded?.(record, page.attempts, about, earlier));
  }

  return {
    opened(exchange) {
      const page: Page = {
        attempts: [],
        about: watchers.any ? contextOf(exchange) : undefined,
        call: NOT_CALLED,
        begun: 0,
        endpointId: undefined,
        model: exchange.request.model,
        served: 0,
        delivery: 'running',
        error: undefined,
        leftMs: undefined,
        leftSilentMs: undefined,
        leftFate: undefined,
        heartbeats: 0,
        written: undefined,
      };
      pages.set(exchange.id, page);
    },
    attemptBegan(exchange, endpoint, call) {
      const page = pages.get(exchange.id);
      if (!page) return exchange.attempts;
      const n = page.attempts.length + 1;
      const { model } = exchange.request;
      const { why } = call;
      page.call = call;
      page.begun += 1;
      page.endpointId = endpoint.id;
      page.model = model === undefined ? undefined : (endpoint.models[model] ?? model);
      const startedAt = now();
      if (n > 1) store.openAttempt(exchange.id, n, endpoint.id, startedAt, why);
      else
        store.openExchange(recordOf(exchange, page, undefined), { endpointId: endpoint.id, startedAt, why });
      return n;
    },
    attemptEnded(exchange, outcome) {
      const page = pages.get(exchange.id);
      if (!page) return;
      const { protocol, operation } = exchange.request;
      const needsEstimate =
        operation === 'generate' && outcome.kind !== 'rejected' && !hasTokens(outcome.usage);
      const estimated = needsEstimate
        ? { estimated: estimate(exchange.request, exchange.journal.totalBytes) }
        : {};
      const n = page.attempts.length + 1;
      const facts = { protocol, operation, ...estimated };
      const record = attemptRecord(exchange.id, n, outcome, page.call, page.model, prices(), facts);
      page.attempts.push(record);
      store.closeAttempt(record);
      const { about } = page;
      if (about) watchers.tell((observer) => observer.attemptEnded?.(record, about));
    },
    ended(exchange) {
      const page = pages.get(exchange.id);
      // Its last client's ending is a moment away, and says more.
      if (!page || exchange.followers > 0) return;
      if (page.delivery === 'running') page.delivery = unfollowed(exchange);
      write(exchange, page);
    },
    beat(exchange) {
      const page = pages.get(exchange.id);
      if (page) page.heartbeats += 1;
    },
    detached(exchange, fate) {
      const page = pages.get(exchange.id);
      if (page?.leftMs !== undefined) page.leftFate ??= fate;
    },
    followed(exchange, joined, ending) {
      const page = pages.get(exchange.id);
      if (!page) return;
      if (ending.kind === 'left' && !joined) noteLeft(page, ending.silentMs, now() - exchange.startedAt);
      noteEnding(page, joined, ending);
      // The client that ends is still counted among the followers.
      if (!exchange.finished || exchange.followers > 1) return;
      if (page.delivery === 'running') page.delivery = unfollowed(exchange);
      write(exchange, page);
    },
    closed(exchange) {
      const page = pages.get(exchange.id);
      pages.delete(exchange.id);
      if (!page || page.written) return;
      if (page.delivery === 'running') page.delivery = unfollowed(exchange);
      write(exchange, page);
    },
  };
}

/** What one client's ending says of the whole exchange. */
function noteEnding(page: Page, joined: boolean, ending: ClientEnding): void {
  if (ending.kind === 'delivered') {
    page.delivery = 'delivered';
    if (joined) page.served += 1;
    return;
  }
  if (ending.kind === 'left' || ending.kind === 'sent-away' || page.delivery === 'delivered') return;
  page.delivery = ending.kind === 'untold' ? 'undelivered' : ending.kind;
  page.error = ending.error.code;
}

/** A ticket may be fetched by one client after the other: the first one counts. */
function noteLeft(page: Page, silentMs: number, leftMs: number): void {
  if (page.leftMs !== undefined) return;
  page.leftMs = leftMs;
  page.leftSilentMs = silentMs;
}

/** How an exchange ended that no client saw the end of. */
function unfollowed({ cancelled, journal }: RecordedExchange): Delivery {
  if (cancelled) return 'left';
  return journal.end?.kind === 'complete' ? 'undelivered' : 'refused';
}

function recordOf(exchange: RecordedExchange, page: Page, endedAt: number | undefined) {
  const { request, history } = exchange;
  const last = history.at(-1);
  const status = last?.status;
  return exchangeRecord({
    id: exchange.id,
    startedAt: exchange.startedAt,
    endedAt,
    path: request.path,
    protocol: request.protocol,
    operation: request.operation,
    stream: request.stream,
    model: request.model,
    effort: request.effort,
    client: request.client.name,
    listener: request.listener,
    cluster: exchange.cluster,
    scenario: exchange.scenario,
    requestBytes: request.body.length,
    status,
    route: exchange.route,
    attemptCount: page.begun,
    endpointId: page.endpointId,
    throughEdge: exchange.throughEdge,
    queuedMs: exchange.queuedMs,
    backoffMs: exchange.backoffMs,
    leftMs: page.leftMs,
    leftSilentMs: page.leftSilentMs,
    leftFate: page.leftFate,
    clientPatienceMs: request.clientPatienceMs,
    heartbeats: page.heartbeats,
    answerStatus: exchange.journal.head?.status,
    requestHeaders: request.headers,
    delivery: page.delivery,
    error: page.error,
    joined: exchange.joined,
    attempts: page.attempts,
    served: page.served,
  });
}
