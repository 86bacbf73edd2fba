import type { AttemptTimers, Limit, TimerName } from '../domain/timeouts.ts';
import type { Clock } from '../platform/clock.ts';
import { type LentTimer, type SpareTimers, spareTimersOf, type Woken } from './spare-timers.ts';

/** Hears that a timer ran out. */
export interface Patience {
  timedOut(name: TimerName, limit: Limit): void;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Node may fire a timer so much before its time. */
const EARLY_MS = 1;

/**
 * The timers of one attempt: four instants, and one timer that fires at the nearest of them, or before. It is armed
 * anew only as it fires, or as a nearer instant appears: a chunk costs a store into `heardAt`, where a timer refreshed
 * for each would cost half a microsecond, and four timers four objects and their closures. Mostly it is one that an
 * earlier attempt gave back.
 */
export class Deadlines implements Woken {
  /** When the upstream was heard last; idle is counted from here. Infinity: not yet, or not while a client holds it up. */
  heardAt = NEVER;
  readonly #timers: AttemptTimers;
  readonly #clock: Clock;
  readonly #spare: SpareTimers;
  readonly #patience: Patience;
  readonly #totalAt: number;
  #firstByteAt: number;
  #connectAt = NEVER;
  #timer: LentTimer | undefined;
  #over = false;

  constructor(timers: AttemptTimers, clock: Clock, patience: Patience, startedAt: number) {
    this.#timers = timers;
    this.#clock = clock;
    this.#spare = spareTimersOf(clock);
    this.#patience = patience;
    this.#totalAt = startedAt + timers.total.ms;
    this.#firstByteAt = timers.firstByte === undefined ? NEVER : startedAt + timers.firstByte.ms;
  }

  /** A connection is waited for. */
  connecting(now: number): void {
    this.#connectAt = now + this.#timers.connect.ms;
    this.#arm(Math.min(this.#connectAt, this.#firstByteAt, this.#totalAt), now);
  }

  connected(): void {
    this.#connectAt = NEVER;
  }

  /** The answer's first byte is there; from now on silence counts. */
  firstByteCame(now: number, paused: boolean): void {
    this.#firstByteAt = NEVER;
    if (!paused) this.listen(now);
  }

  /** Silence counts from now on. */
  listen(now: number): void {
    this.heardAt = now;
    this.#arm(now + this.#timers.idle.ms, now);
  }

  /** Silence that a slow client causes is not the upstream's. */
  stopListening(): void {
    this.heardAt = NEVER;
  }

  end(): void {
    this.#over = true;
    if (this.#timer) this.#spare.giveBack(this.#timer);
    this.#timer = undefined;
  }

  /** Arms for an instant, if it is nearer than what is armed for. */
  #arm(at: number, now: number): void {
    if (this.#over || (this.#timer && at >= this.#timer.at)) return;
    if (this.#timer) this.#spare.giveBack(this.#timer);
    this.#timer = this.#spare.lend(at, now, this);
  }

  woken(): void {
    if (this.#over) return;
    this.#timer = undefined;
    const now = this.#clock.now();
    const { connect, firstByte, idle, total } = this.#timers;
    // The nearest; of those that run out at once, the outermost.
    let name: TimerName = 'total';
    let limit = total;
    let at = this.#totalAt;
    if (firstByte !== undefined && this.#firstByteAt < at) {
      name = 'first_byte';
      limit = firstByte;
      at = this.#firstByteAt;
    }
    if (this.#connectAt < at) {
      name = 'connect';
      limit = connect;
      at = this.#connectAt;
    }
    if (this.heardAt + idle.ms < at) {
      name = 'idle';
      limit = idle;
      at = this.heardAt + idle.ms;
    }
    if (at - now < EARLY_MS) this.#patience.timedOut(name, limit);
    else this.#arm(at, now);
  }
}
