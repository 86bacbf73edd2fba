import type { StoredAnswer } from '../domain/ledger.ts';
import type { IdentifiedRequest } from '../domain/request.ts';
import type { OnDisconnect, ReplaySettings } from '../domain/settings.ts';
import type { ExchangeView } from '../domain/view.ts';
import { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Note } from '../record/record.ts';
import { fingerprintOf } from './fingerprint.ts';
import { Exchange, keyOf, viewOf } from './life.ts';
import type { Dropped, Seat } from './seat.ts';
import { Settling } from './settling.ts';
import { fingerprint, isRepeat, Shelves, twinAmong } from './shelves.ts';
import { exchangeOf } from './stored.ts';

export interface OpenOptions {
  readonly deadlineAt: number;
  readonly onDisconnect: OnDisconnect;
  /** Begins its record. */
  note(): Note;
}

export interface ExchangesPorts {
  readonly clock: Clock;
  settings(): ReplaySettings;
  /** An exchange is over for good: nobody can join it any more. */
  onClosed(exchange: Exchange, dropped: Dropped | undefined): void;
  /** An answer is no longer kept whole, though its exchange may go on. */
  onDropped(exchange: Exchange, why: Dropped): void;
  /** What counted as delivered was not taken. */
  onUntaken(exchange: Exchange): void;
  /** A note for an exchange from an earlier run, which is on record already. */
  noteOf(request: IdentifiedRequest): Note;
}

/** The exchanges that run, and the finished ones whose answer somebody may still come for. */
export interface Exchanges {
  /** Finds the exchange a request belongs to; undefined: none, a new one would have to be opened. */
  joinable(request: IdentifiedRequest): Exclude<Seat, { kind: 'opened' }> | undefined;
  open(request: IdentifiedRequest, options: OpenOptions): Seat & { kind: 'opened' };
  /** Takes in a finished exchange from an earlier run, as if it had just ended. */
  adopt(stored: StoredAnswer): Exchange;
  /** A connected client takes its place. */
  follow(exchange: Exchange): void;
  /** A client's place is empty again. */
  unfollow(exchange: Exchange): void;
  /**
   * Everything was handed to a client's connection: it is kept until it is known to be taken. Gives what is to be told
   * when that is known.
   */
  settles(exchange: Exchange): (taken: boolean) => void;
  /** No attempt will be made any more. */
  finish(exchange: Exchange): void;
  /** Runs `then` unless somebody joins before. */
  after(exchange: Exchange, ms: number, then: () => void): void;
  find(id: string): Exchange | undefined;
  findByKey(request: IdentifiedRequest): Exchange | undefined;
  /** Ends an exchange and its upstream call. False: no such exchange is running. */
  cancel(id: string): boolean;
  readonly running: number;
  /** What is kept of requests and answers, in bytes of memory. */
  readonly keptBytes: number;
  views(now: number): readonly ExchangeView[];
  /** Resolves when none is running. */
  idle(): Promise<void>;
  /** Lets go of all that is kept. */
  close(): void;
}

export function createExchanges(ports: ExchangesPorts): Exchanges {
  return new ExchangeIndex(ports);
}

/** Finished exchanges and orphans, by what a repeat of their request has in common with them. */
class ExchangeIndex implements Exchanges {
  readonly #ports: ExchangesPorts;
  readonly #byId = new Map<string, Exchange>();
  readonly #byKey = new Map<string, Exchange>();
  readonly #orphans = new Shelves();
  readonly #settling: Settling;
  #running = 0;
  #keptBytes = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(ports: ExchangesPorts) {
    this.#ports = ports;
    this.#settling = new Settling(ports.clock, (exchange) => this.#settled(exchange));
  }

  get running(): number {
    return this.#running;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  joinable(request: IdentifiedRequest): Exclude<Seat, { kind: 'opened' }> | undefined {
    const keyed = this.findByKey(request);
    if (keyed) {
      if (fingerprint(keyed) !== fingerprintOf(request)) return { kind: 'conflict' };
      return keyed.journal.whole ? this.#join(keyed) : undefined;
    }
    if (request.idempotencyKey !== undefined || !request.resumable || request.operation !== 'generate')
      return undefined;
    const repeated = () => (isRepeat(request) ? twinAmong(request, this.#byId.values()) : undefined);
    const twin = this.#orphans.find(request) ?? repeated();
    return twin && this.#join(twin);
  }

  findByKey(request: IdentifiedRequest): Exchange | undefined {
    if (request.idempotencyKey === undefined) return undefined;
    return this.#byKey.get(keyOf(request) ?? '');
  }

  find(id: string): Exchange | undefined {
    return this.#byId.get(id);
  }

  open(request: IdentifiedRequest, { deadlineAt, onDisconnect, note }: OpenOptions) {
    const keeps =
      request.operation === 'generate' &&
      (request.resumable || request.async || request.idempotencyKey !== undefined) &&
      onDisconnect !== 'cancel';
    const journal = new Journal(this.#ports.clock, keeps, (weight) => this.#kept(exchange, weight));
    const exchange = new Exchange({ request, journal, note: note(), onDisconnect, deadlineAt });
    this.#byId.set(exchange.id, exchange);
    this.#keptBytes += request.body.bytes;
    const key = keyOf(request);
    if (key) this.#byKey.set(key, exchange);
    this.#running += 1;
    return { kind: 'opened', exchange } as const;
  }

  adopt(stored: StoredAnswer): Exchange {
    const { clock, noteOf } = this.#ports;
    const exchange = exchangeOf(stored, clock, noteOf, (weight) => {
      this.#keptBytes += weight;
    });
    this.#byId.set(exchange.id, exchange);
    const key = keyOf(exchange.request);
    if (key) this.#byKey.set(key, exchange);
    this.#keepOrClose(exchange);
    return exchange;
  }

  follow(exchange: Exchange): void {
    exchange.followers += 1;
    exchange.expiry?.cancel();
    exchange.expiry = undefined;
    this.#settling.remove(exchange);
    this.#orphans.take(exchange);
  }

  unfollow(exchange: Exchange): void {
    exchange.followers -= 1;
    if (exchange.followers > 0) return;
    if (exchange.ended) return this.#keepOrClose(exchange);
    this.#orphans.put(exchange);
  }

  settles(exchange: Exchange): (taken: boolean) => void {
    exchange.deliveries += 1;
    exchange.settlesAt = this.#settling.nextEnd();
    return (taken) => this.#took(exchange, taken);
  }

  finish(exchange: Exchange): void {
    this.#running -= 1;
    if (exchange.followers === 0) this.#keepOrClose(exchange);
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
    if (!exchange || exchange.ended) return false;
    exchange.cancel();
    return true;
  }

  views(now: number): readonly ExchangeView[] {
    const views: ExchangeView[] = [];
    for (const exchange of this.#byId.values()) if (!exchange.ended) views.push(viewOf(exchange, now));
    return views;
  }

  idle(): Promise<void> {
    return this.#running === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  close(): void {
    this.#settling.stop();
    for (const exchange of [...this.#byId.values()]) exchange.expiry?.cancel();
  }

  #join(exchange: Exchange): Seat & { kind: 'joined' } {
    return { kind: 'joined', exchange, how: exchange.ended ? 'replay' : 'live' };
  }

  /** Nobody follows a finished exchange: it is kept for a while, or closed where nobody will come for it. */
  #keepOrClose(exchange: Exchange): void {
    const { cancelled, delivered, journal, request, isNamed } = exchange;
    const isWhole = journal.end?.kind === 'complete' && journal.whole && journal.keeps;
    if (cancelled || request.operation !== 'generate') return this.#close(exchange, undefined);
    const { ttlMs, keyTtlMs } = this.#ports.settings();
    if (isNamed && isWhole) return this.#keep(exchange, keyTtlMs);
    if (delivered && exchange.settlesAt > 0 && isWhole && request.resumable)
      return this.#settling.add(exchange);
    if (delivered || !journal.whole || !(request.resumable || isNamed))
      return this.#close(exchange, undefined);
    this.#keep(exchange, ttlMs);
  }

  #keep(exchange: Exchange, ms: number): void {
    // Of what was asked only this is needed any more; it can be large, and a day is long.
    fingerprint(exchange);
    this.#keptBytes -= exchange.request.body.bytes;
    exchange.letGoOfBody();
    exchange.journal.compact();
    this.#orphans.put(exchange);
    this.after(exchange, ms, () => this.#close(exchange, 'expired'));
  }

  /** Long enough nothing was heard of a client that was given everything. */
  #settled(exchange: Exchange): void {
    exchange.settlesAt = 0;
    if (exchange.followers === 0 && this.#byId.has(exchange.id)) this.#close(exchange, undefined);
  }

  #took(exchange: Exchange, taken: boolean): void {
    if (exchange.settlesAt === 0) return;
    this.#settling.remove(exchange);
    exchange.settlesAt = 0;
    if (!taken) this.#untaken(exchange);
    if (exchange.ended && exchange.followers === 0 && this.#byId.has(exchange.id) && !exchange.isNamed)
      this.#keepOrClose(exchange);
  }

  #untaken(exchange: Exchange): void {
    exchange.deliveries -= 1;
    if (exchange.deliveries > 0) return;
    exchange.delivered = false;
    this.#ports.onUntaken(exchange);
  }

  #close(exchange: Exchange, dropped: Dropped | undefined): void {
    if (!this.#byId.delete(exchange.id)) return;
    exchange.expiry?.cancel();
    this.#settling.remove(exchange);
    const key = keyOf(exchange.request);
    if (key && this.#byKey.get(key) === exchange) this.#byKey.delete(key);
    this.#orphans.take(exchange);
    exchange.journal.letGo();
    this.#keptBytes -= exchange.request.body.bytes;
    this.#ports.onClosed(exchange, dropped);
  }

  #kept(exchange: Exchange, weight: number): void {
    this.#keptBytes += weight;
    if (weight < 0) return;
    const { maxBytes, totalBytes } = this.#ports.settings();
    if (exchange.journal.totalBytes > maxBytes) this.#drop(exchange, 'too-long');
    while (this.#keptBytes > totalBytes) {
      const victim = this.#oldestKept();
      if (!victim) return;
      this.#drop(victim, 'memory');
    }
  }

  /** A finished answer first, since a running one may still be followed to its end. */
  #oldestKept(): Exchange | undefined {
    let oldest: Exchange | undefined;
    for (const exchange of this.#byId.values()) {
      if (!exchange.journal.keeps || exchange.journal.keptBytes === 0) continue;
      if (exchange.ended && exchange.followers === 0) return exchange;
      oldest ??= exchange;
    }
    return oldest;
  }

  #drop(exchange: Exchange, why: Dropped): void {
    exchange.journal.letGo();
    // Closing it says why, once.
    if (exchange.ended && exchange.followers === 0) this.#close(exchange, why);
    else this.#ports.onDropped(exchange, why);
  }
}
