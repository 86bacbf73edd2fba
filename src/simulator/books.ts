import type { CallCounts, RecordedCall } from './contract.ts';

const MAX_CALLS = 1000;
/** Bodies are kept whole, so their sum is bounded too. */
const MAX_CALL_BYTES = 64 * 1_048_576;
const MAX_KEYS = 10_000;

const zero = (): CallCounts => ({ started: 0, finished: 0, cancelled: 0, charged: 0, rejected: 0 });

/** Counts the fate of one call, in all and for its credential. */
export interface Tally {
  add(what: keyof CallCounts): void;
}

/** What was asked, and what became of it. */
export class Books {
  #all = zero();
  #byKey = new Map<string, CallCounts>();
  #calls: RecordedCall[] = [];
  #bytes = 0;

  /** A tally that keeps counting into these pages, even where the books are reset meanwhile. */
  tally(key: string): Tally {
    const all = this.#all;
    const own = this.#countsOf(key);
    return {
      add(what) {
        all[what] += 1;
        if (own !== undefined) own[what] += 1;
      },
    };
  }

  #countsOf(key: string): CallCounts | undefined {
    const known = this.#byKey.get(key);
    if (known !== undefined || this.#byKey.size >= MAX_KEYS) return known;
    const made = zero();
    this.#byKey.set(key, made);
    return made;
  }

  counts(key?: string): CallCounts {
    return { ...(key === undefined ? this.#all : (this.#byKey.get(key) ?? zero())) };
  }

  keys(): string[] {
    return [...this.#byKey.keys()];
  }

  record(call: RecordedCall): void {
    this.#calls.push(call);
    this.#bytes += call.body.length;
    // In batches: shifting a long list for every call would cost more than the call.
    if (this.#calls.length >= 2 * MAX_CALLS || this.#bytes > MAX_CALL_BYTES) this.#trim();
  }

  #trim(): void {
    const surplus = Math.max(0, this.#calls.length - MAX_CALLS);
    const dropped = this.#calls.splice(0, surplus);
    for (const call of dropped) this.#bytes -= call.body.length;
    while (this.#bytes > MAX_CALL_BYTES && this.#calls.length > 1) {
      this.#bytes -= this.#calls.shift()?.body.length ?? 0;
    }
  }

  /** The last 1,000 calls at most, oldest first; fewer where their bodies are over 64 MiB. */
  calls(): readonly RecordedCall[] {
    return this.#calls.slice(-MAX_CALLS);
  }

  reset(): void {
    this.#all = zero();
    this.#byKey = new Map();
    this.#calls = [];
    this.#bytes = 0;
  }
}
