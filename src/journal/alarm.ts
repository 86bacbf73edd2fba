import type { Clock, Timer } from '../platform/clock.ts';

/**
 * One timer for several deadlines that mostly move away before they are due. Moving one costs nothing: when the timer
 * fires, `onDue` acts on what is due and says when to look again.
 */
export class Alarm {
  readonly #clock: Clock;
  /** Instant of the next look; Infinity = none. */
  readonly #onDue: (now: number) => number;
  #timer: Timer | undefined;
  #armedFor = Number.POSITIVE_INFINITY;
  readonly #look = () => {
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.by(this.#onDue(this.#clock.now()));
  };

  constructor(clock: Clock, onDue: (now: number) => number) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Looks at `instant`, or before. */
  by(instant: number): void {
    if (instant >= this.#armedFor) return;
    this.#timer?.cancel();
    this.#armedFor = instant;
    this.#timer = this.#clock.timer(instant - this.#clock.now(), this.#look);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }
}
