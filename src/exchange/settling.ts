import type { Clock, Timer } from '../platform/clock.ts';
import type { Exchange } from './life.ts';

/**
 * How long an answer that was handed to a connection is kept, in case that is reset: what a system has taken may never be
 * read. A client that was reset asks again within a second or two.
 */
const SETTLE_MS = 10_000;

/** Exchanges whose answer is with their client's connection, and not known to be taken; one timer for all. */
export class Settling {
  readonly #clock: Clock;
  readonly #onSettled: (exchange: Exchange) => void;
  /** In the order of their ends. */
  readonly #exchanges = new Set<Exchange>();
  #timer: Timer | undefined = undefined;

  constructor(clock: Clock, onSettled: (exchange: Exchange) => void) {
    this.#clock = clock;
    this.#onSettled = onSettled;
  }

  /** When one that begins now is over. */
  nextEnd(): number {
    return this.#clock.now() + SETTLE_MS;
  }

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
    this.#timer ??= this.#clock.timer(SETTLE_MS, () => this.#sweep());
  }

  remove(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#exchanges.clear();
  }

  #sweep(): void {
    const now = this.#clock.now();
    this.#timer = undefined;
    for (const exchange of this.#exchanges) {
      if (exchange.settlesAt > now) {
        this.#timer = this.#clock.timer(exchange.settlesAt - now, () => this.#sweep());
        return;
      }
      this.#exchanges.delete(exchange);
      this.#onSettled(exchange);
    }
  }
}
