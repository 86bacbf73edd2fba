import type { FlowControl } from '../domain/answer.ts';

/** Unread bytes at which the upstream is asked to pause, and at which it goes on. */
const HIGH_WATER_BYTES = 256 * 1024;
export const LOW_WATER_BYTES = 64 * 1024;

/** Holds one upstream back while nobody reads what it has sent. */
export class Throttle {
  #flow: FlowControl | undefined = undefined;
  #paused = false;

  /** Another upstream, or none any more. */
  over(flow: FlowControl | undefined): void {
    this.#flow = flow;
    this.#paused = false;
  }

  /** So much is unread by whoever reads fastest. Letting the upstream go on may bring bytes within the call. */
  at(unreadBytes: number): void {
    if (this.#paused && unreadBytes <= LOW_WATER_BYTES) {
      this.#paused = false;
      this.#flow?.resume();
    } else if (!this.#paused && unreadBytes > HIGH_WATER_BYTES) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }
}
