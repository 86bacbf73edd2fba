import type { StoredAnswer } from '../domain/ledger.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { OnDisconnect, ReplaySettings } from '../domain/settings.ts';
import type { ScenarioName } from '../domain/timeouts.ts';
import type { ExchangeView } from '../domain/view.ts';
import { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { fingerprintOf, shelfOf } from './fingerprint.ts';
import { cancelExchange, type Exchange, keyOf, sameClient, viewOf } from './state.ts';
import { exchangeOf } from './stored.ts';

/** A client's place at an exchange. */
export type Seat =
  /** The exchange was opened for this client. */
  | { readonly kind: 'opened'; readonly exchange: Exchange }
  /** It joins one that is there: still running, or finished. */
  | { readonly kind: 'joined'; readonly exchange: Exchange; readonly how: 'live' | 'replay' }
  /** Its idempotency key names another request. */
  | { readonly kind: 'conflict' };

export interface OpenOptions {
  readonly cluster: string;
  readonly scenario: ScenarioName;
  readonly deadlineAt: number;
  readonly onDisconnect: OnDisconnect;
  readonly route: string | undefined;
  /** An edge stands in front of the client's listener. */
  readonly behindEdge: boolean;
}

/** Why an answer is no longer kept. */
export type Dropped = 'expired' | 'too-long' | 'memory';

export interface ExchangesPorts {
  readonly clock: Clock;
  settings(): ReplaySettings;
  /** An exchange is over for good: nobody can join it any more. */
  onClosed(exchange: Exchange, dropped: Dropped | undefined): void;
  /** An answer is no longer kept whole, though its exchange may go on. */
  onDropped(exchange: Exchange, why: Dropped): void;
}

/** The exchanges that run, and the finished ones whose answer somebody may still come for. */
export interface Exchanges {
  /** Finds the exchange a request belongs to, or opens one. */
  joinOrOpen(request: IdentifiedRequest, options: OpenOptions): Seat;
  /** Takes in a finished exchange from an earlier run, as if it had just ended. */
  adopt(stored: StoredAnswer): Exchange;
  /** A connected client takes its place. */
  follow(exchange: Exchange): void;
  /** A client's place is empty again. */
  unfollow(exchange: Exchange): void;
  /** No attempt will be made any more. */
  finish(exchange: Exchange): void;
  /** Runs `then` unless somebody joins before. */
  after(exchange: Exchange, ms: number, then: () => void): void;
  find(id: string): Exchange | undefined;
  findByKey(request: IdentifiedRequest): Exchange | undefined;
  /** Ends an exchange and its upstream call. False: no such exchange is running. */
  cancel(id: string): boolean;
  readonly running: number;
  /** Bytes of answers kept. */
  readonly keptBytes: number;
  views(now: number): readonly ExchangeView[];
  /** Resolves when none is running. */
  idle(): Promise<void>;
}

export function createExchanges(ports: ExchangesPorts): Exchanges {
  return new ExchangeIndex(ports);
}

/** Finished exchanges and orphans, by what a repeat of their request has in common with them. */
class ExchangeIndex implements Exchanges {
  readonly #ports: ExchangesPorts;
  readonly #byId = new Map<string, Exchange>();
  readonly #byKey = new Map<string, Exchange>();
  /** Exchanges that nobody follows and that have something to give, oldest first. */
  readonly #orphans = new Map<string, Set<Exchange>>();
  #running = 0;
  #keptBytes = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(ports: ExchangesPorts) {
    this.#ports = ports;
  }

  get running(): number {
    return this.#running;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  joinOrOpen(request: IdentifiedRequest, options: OpenOptions): Seat {
    const keyed = this.findByKey(request);
    if (keyed) {
      if (this.#fingerprint(keyed) !== fingerprintOf(request)) return { kind: 'conflict' };
      if (keyed.journal.whole) return this.#join(keyed);
    }
    const orphan = keyed || request.idempotencyKey !== undefined ? undefined : this.#orphanFor(request);
    if (orphan) return this.#join(orphan);
    return { kind: 'opened', exchange: this.#open(request, options) };
  }

  findByKey(request: IdentifiedRequest): Exchange | undefined {
    return this.#byKey.get(keyOf(request) ?? '');
  }

  find(id: string): Exchange | undefined {
    return this.#byId.get(id);
  }

  adopt(stored: StoredAnswer): Exchange {
    const exchange = exchangeOf(stored, this.#ports.clock, (bytes) => {
      this.#keptBytes += bytes;
    });
    this.#byId.set(exchange.id, exchange);
    const key = keyOf(exchange.request);
    if (key) this.#byKey.set(key, exchange);
    this.#expireAt(exchange);
    return exchange;
  }

  follow(exchange: Exchange): void {
    exchange.followers += 1;
    exchange.expiry?.cancel();
    exchange.expiry = undefined;
    this.#orphans.get(shelfOf(exchange.request))?.delete(exchange);
  }

  unfollow(exchange: Exchange): void {
    exchange.followers -= 1;
    if (exchange.followers > 0) return;
    if (exchange.finished) return this.#expireAt(exchange);
    this.#shelve(exchange);
  }

  finish(exchange: Exchange): void {
    exchange.finished = true;
    exchange.interrupt = undefined;
    this.#running -= 1;
    if (exchange.followers === 0) this.#expireAt(exchange);
    if (this.#running > 0) return;
    for (const resolve of this.#idleWaiters) resolve();
    this.#idleWaiters = [];
  }

  after(exchange: Exchange, ms: number, then: () => void): void {
    exchange.expiry?.cancel();
    exchange.expiry = this.#ports.clock.timer(ms, then);
  }

  cancel(id: string): boolean {
    const exchange = this.#byId.get(id);
    if (!exchange || exchange.finished) return false;
    cancelExchange(exchange);
    return true;
  }

  views(now: number): readonly ExchangeView[] {
    return [...this.#byId.values()]
      .filter(({ finished }) => !finished)
      .map((exchange) => viewOf(exchange, now));
  }

  idle(): Promise<void> {
    return this.#running === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #open(request: IdentifiedRequest, options: OpenOptions): Exchange {
    const keeps =
      request.operation === 'generate' &&
      (request.resumable || request.async || request.idempotencyKey !== undefined) &&
      options.onDisconnect !== 'cancel';
    // Field by field: a spread that others follow grows the object step by step, and costs 14 KB.
    const exchange: Exchange = {
      cluster: options.cluster,
      scenario: options.scenario,
      deadlineAt: options.deadlineAt,
      onDisconnect: options.onDisconnect,
      route: options.route,
      throughEdge: options.behindEdge,
      queuedMs: 0,
      backoffMs: 0,
      id: request.id,
      request,
      journal: new Journal(this.#ports.clock, keeps, (bytes) => this.#kept(exchange, bytes)),
      startedAt: request.receivedAt,
      history: [],
      idempotencyKey: request.idempotencyKey,
      ticket: request.async && request.operation === 'generate',
      endpointId: undefined,
      attempts: 0,
      followers: 0,
      joined: 0,
      delivered: false,
      cancelled: false,
      finished: false,
      tellable: false,
      interrupt: undefined,
      expiry: undefined,
      fingerprint: undefined,
    };
    this.#byId.set(exchange.id, exchange);
    const key = keyOf(request);
    if (key) this.#byKey.set(key, exchange);
    this.#running += 1;
    return exchange;
  }

  #join(exchange: Exchange): Seat {
    exchange.joined += 1;
    return { kind: 'joined', exchange, how: exchange.finished ? 'replay' : 'live' };
  }

  #orphanFor(request: IdentifiedRequest): Exchange | undefined {
    if (!request.resumable || request.operation !== 'generate') return undefined;
    const shelf = this.#orphans.get(shelfOf(request));
    if (!shelf || shelf.size === 0) return undefined;
    const wanted = fingerprintOf(request);
    for (const orphan of shelf) {
      const plainForStream =
        request.stream && orphan.journal.head?.form === 'plain' && orphan.journal.head.status === 200;
      const canServe = orphan.journal.whole && !orphan.cancelled && !plainForStream;
      if (
        canServe &&
        sameClient(orphan.request.client, request.client) &&
        this.#fingerprint(orphan) === wanted
      )
        return orphan;
    }
    return undefined;
  }

  #fingerprint(exchange: Exchange): string {
    exchange.fingerprint ??= fingerprintOf(exchange.request);
    return exchange.fingerprint;
  }

  /** Puts an exchange that nobody follows where its client's next request will look. */
  #shelve(exchange: Exchange): void {
    if (!exchange.request.resumable || isNamed(exchange) || exchange.delivered) return;
    const shelf = shelfOf(exchange.request);
    const orphans = this.#orphans.get(shelf) ?? new Set<Exchange>();
    this.#orphans.set(shelf, orphans);
    orphans.add(exchange);
  }

  /** Nobody follows a finished exchange: it is kept for a while, or closed where nobody will come for it. */
  #expireAt(exchange: Exchange): void {
    const { ttlMs, keyTtlMs } = this.#ports.settings();
    const named = isNamed(exchange) && exchange.journal.end?.kind === 'complete';
    const { cancelled, delivered, journal, request } = exchange;
    const mayBeFetched =
      named || (!delivered && request.operation === 'generate' && (request.resumable || isNamed(exchange)));
    if (cancelled || !mayBeFetched || !journal.whole) return this.#close(exchange, undefined);
    if (!isNamed(exchange)) this.#shelve(exchange);
    this.after(exchange, named ? keyTtlMs : ttlMs, () => this.#close(exchange, 'expired'));
  }

  #close(exchange: Exchange, dropped: Dropped | undefined): void {
    if (!this.#byId.delete(exchange.id)) return;
    exchange.expiry?.cancel();
    const key = keyOf(exchange.request);
    if (key && this.#byKey.get(key) === exchange) this.#byKey.delete(key);
    const shelf = shelfOf(exchange.request);
    const orphans = this.#orphans.get(shelf);
    orphans?.delete(exchange);
    if (orphans?.size === 0) this.#orphans.delete(shelf);
    exchange.journal.letGo();
    this.#ports.onClosed(exchange, dropped);
  }

  #kept(exchange: Exchange, bytes: number): void {
    this.#keptBytes += bytes;
    if (bytes < 0) return;
    const { maxBytes, totalBytes } = this.#ports.settings();
    if (exchange.journal.keptBytes > maxBytes) this.#drop(exchange, 'too-long');
    while (this.#keptBytes > totalBytes) {
      const victim = this.#oldestKept();
      if (!victim) return;
      this.#drop(victim, 'memory');
    }
  }

  /** A finished answer first, since a running one may still be followed to its end. */
  #oldestKept(): Exchange | undefined {
    const kept = [...this.#byId.values()].filter(({ journal }) => journal.keeps && journal.keptBytes > 0);
    return kept.find(({ finished, followers }) => finished && followers === 0) ?? kept[0];
  }

  #drop(exchange: Exchange, why: Dropped): void {
    exchange.journal.letGo();
    // Closing it says why, once.
    if (exchange.finished && exchange.followers === 0) this.#close(exchange, why);
    else this.#ports.onDropped(exchange, why);
  }
}

/** Its client has a name for it, and asks for it by that. */
const isNamed = ({ idempotencyKey, ticket }: Exchange): boolean => ticket || idempotencyKey !== undefined;
