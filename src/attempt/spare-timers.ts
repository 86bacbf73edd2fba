import type { Clock, Timer } from '../platform/clock.ts';

/** So many may run unused; each is some 300 bytes until it fires. */
const MOST_SPARE = 64;

/** Hears that its timer fired, at the instant asked for or before. */
export interface Woken {
  woken(): void;
}

/** One timer of the clock's, lent to one attempt after the other. */
export class LentTimer {
  /** When it fires. */
  readonly at: number;
  /** Undefined: nobody waits for it. */
  owner: Woken | undefined;
  hasFired = false;
  readonly #timer: Timer;

  constructor(clock: Clock, at: number, now: number) {
    this.at = at;
    this.#timer = clock.timer(Math.max(0, at - now), () => this.#fired());
  }

  cancel(): void {
    this.owner = undefined;
    this.#timer.cancel();
  }

  #fired(): void {
    const { owner } = this;
    this.hasFired = true;
    this.owner = undefined;
    owner?.woken();
  }
}

/**
 * Timers that attempts gave back while they still run. Nearly every attempt ends long before its timer fires; the next
 * one takes that timer over, and where it is woken too early it looks, and has itself woken anew. Setting and
 * cancelling a timer for each attempt would cost more than all its other bookkeeping.
 */
export class SpareTimers {
  readonly #clock: Clock;
  /** The one given back last at its end. */
  readonly #spare: LentTimer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wakes `owner` at the instant `at`, or before. */
  lend(at: number, now: number, owner: Woken): LentTimer {
    const timer = this.#spareBy(at) ?? new LentTimer(this.#clock, at, now);
    timer.owner = owner;
    return timer;
  }

  /** Its owner is woken by it no more. */
  giveBack(timer: LentTimer): void {
    timer.owner = undefined;
    if (timer.hasFired) return;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(timer);
    else timer.cancel();
  }

  /** One that fires by `at`. Of others that run, the last is looked at only: they wait for an attempt with more time. */
  #spareBy(at: number): LentTimer | undefined {
    for (let last = this.#spare.at(-1); last !== undefined; last = this.#spare.at(-1)) {
      if (!last.hasFired && last.at > at) return undefined;
      this.#spare.pop();
      if (!last.hasFired) return last;
    }
    return undefined;
  }
}

const ofClocks = new WeakMap<Clock, SpareTimers>();

/** Those of all attempts by one clock. */
export function spareTimersOf(clock: Clock): SpareTimers {
  const known = ofClocks.get(clock);
  if (known) return known;
  const made = new SpareTimers(clock);
  ofClocks.set(clock, made);
  return made;
}
