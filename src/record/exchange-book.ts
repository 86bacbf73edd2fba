import type { Endpoint } from '../domain/endpoint.ts';
import type { AttemptRecord, Delivery } from '../domain/ledger.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import type { Usage } from '../domain/usage.ts';
import type { GatewayError } from '../errors/gateway-error.ts';
import type { Store } from '../storage/storage.ts';
import { hasTokens } from './cost.ts';
import { attemptRecord, exchangeRecord } from './ledger.ts';
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
  readonly joined: number;
  readonly followers: number;
  readonly delivered: boolean;
  readonly cancelled: boolean;
  readonly finished: boolean;
  readonly journal: { readonly totalBytes: number; readonly end: { readonly kind: string } | undefined };
}

/** How following ended, for one client. */
export type ClientEnding =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'broken' | 'untold' | 'sent-away'; readonly error: GatewayError }
  | { readonly kind: 'left' };

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
  why: string;
  model: string | undefined;
  served: number;
  delivery: Delivery;
  error: string | undefined;
  written: boolean;
}

/** Keeps the ledger of the exchanges that are under way, and of those that may still be joined. */
export interface ExchangeBook {
  /** Its page begins. It is written with its first attempt: before that, nothing can have been charged. */
  opened(exchange: RecordedExchange): void;
  attemptBegan(exchange: RecordedExchange, endpoint: Endpoint, why: string): void;
  attemptEnded(exchange: RecordedExchange, outcome: Outcome): void;
  /** No attempt will be made any more. */
  ended(exchange: RecordedExchange): void;
  /** A client has got what there was for it. */
  followed(exchange: RecordedExchange, joined: boolean, ending: ClientEnding): void;
  /** Nobody can come for it any more. */
  closed(exchange: RecordedExchange): void;
}

export function createExchangeBook({ store, prices, now, estimate }: BookPorts): ExchangeBook {
  const pages = new Map<string, Page>();

  function write(exchange: RecordedExchange, page: Page): void {
    page.written = true;
    store.closeExchange(recordOf(exchange, page, now()));
  }

  return {
    opened(exchange) {
      const page: Page = {
        attempts: [],
        why: '',
        model: exchange.request.model,
        served: 0,
        delivery: 'running',
        error: undefined,
        written: false,
      };
      pages.set(exchange.id, page);
    },
    attemptBegan(exchange, endpoint, why) {
      const page = pages.get(exchange.id);
      if (!page) return;
      const { model } = exchange.request;
      page.why = why;
      page.model = model === undefined ? undefined : (endpoint.models[model] ?? model);
      const startedAt = now();
      if (page.attempts.length > 0)
        store.openAttempt(exchange.id, page.attempts.length + 1, endpoint.id, startedAt, why);
      else
        store.openExchange(recordOf(exchange, page, undefined), { endpointId: endpoint.id, startedAt, why });
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
      const record = attemptRecord(exchange.id, n, outcome, page.why, page.model, prices(), facts);
      page.attempts.push(record);
      store.closeAttempt(record);
    },
    ended(exchange) {
      const page = pages.get(exchange.id);
      // Its last client's ending is a moment away, and says more.
      if (!page || exchange.followers > 0) return;
      if (page.delivery === 'running') page.delivery = unfollowed(exchange);
      write(exchange, page);
    },
    followed(exchange, joined, ending) {
      const page = pages.get(exchange.id);
      if (!page) return;
      if (joined && ending.kind === 'delivered') page.served += 1;
      if (ending.kind === 'delivered') page.delivery = 'delivered';
      else if (ending.kind !== 'left' && ending.kind !== 'sent-away' && page.delivery !== 'delivered') {
        page.delivery = ending.kind === 'untold' ? 'undelivered' : ending.kind;
        page.error = ending.error.code;
      }
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
    delivery: page.delivery,
    error: page.error,
    joined: exchange.joined,
    attempts: page.attempts,
    served: page.served,
  });
}
