import type { ConnectionTimes, Phase } from '../domain/outcome.ts';

const PART_OF = { dns: 'dnsMs', connect: 'tcpMs', tls: 'tlsMs' } as const;

type Part = keyof typeof PART_OF;

/**
 * A connection being opened: which part it is in, and how long each took. Through a proxy, the tunnel is `connect`;
 * the proxy looks names up.
 */
export class Opening {
  /** Counts the connections of one connector. */
  readonly n: number;
  #part: Part;
  #partSince: number;
  #over = false;
  readonly #times: { -readonly [Name in keyof ConnectionTimes]: ConnectionTimes[Name] } = {};

  constructor(n: number, first: Part) {
    this.n = n;
    this.#part = first;
    this.#partSince = performance.now();
  }

  get phase(): Phase {
    return this.#part;
  }

  /** The next part begins. */
  reached(part: Part): void {
    if (this.#over || part === this.#part) return;
    this.#stamp();
    this.#part = part;
    this.#partSince = performance.now();
  }

  /** The connection is there, or will never be. */
  end(): void {
    if (this.#over) return;
    this.#stamp();
    this.#over = true;
  }

  /** Parts that are done, and the one under way until now. */
  get times(): ConnectionTimes {
    if (!this.#over) this.#stamp();
    return this.#times;
  }

  #stamp(): void {
    this.#times[PART_OF[this.#part]] = performance.now() - this.#partSince;
  }
}
