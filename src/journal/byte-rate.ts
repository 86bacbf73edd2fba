/** How far back it looks: one to two spans. */
const SPAN_MS = 2_000;

/** How fast bytes come, told in spans. Instants are monotonic ms. */
export class ByteRate {
  #since = 0;
  #bytes = 0;
  #earlierSince = 0;
  #earlierBytes = 0;

  note(bytes: number, now: number): void {
    if (now - this.#since > SPAN_MS) {
      this.#earlierSince = this.#since;
      this.#earlierBytes = this.#bytes;
      this.#since = now;
      this.#bytes = 0;
    }
    this.#bytes += bytes;
  }

  /** Bytes a second; 0 = none came for a while. `lastAt`: when the last ones did. */
  at(now: number, lastAt: number): number {
    if (now - lastAt > 2 * SPAN_MS) return 0;
    const isRecent = now - this.#earlierSince <= 3 * SPAN_MS;
    const since = isRecent ? this.#earlierSince : this.#since;
    const bytes = isRecent ? this.#earlierBytes + this.#bytes : this.#bytes;
    return (bytes * 1_000) / Math.max(now - since, 1_000);
  }

  reset(): void {
    this.#since = 0;
    this.#bytes = 0;
    this.#earlierSince = 0;
    this.#earlierBytes = 0;
  }
}
