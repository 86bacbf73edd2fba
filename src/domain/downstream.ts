/** The way back to one client. Writes after the client has gone are dropped. */
export interface Downstream {
  /** Status and headers are on their way: from here on no other status can be told. */
  readonly headSent: boolean;
  readonly gone: boolean;
  /** Bytes of the body written so far. */
  readonly sentBytes: number;
  /** `headers`: name, value, name, value… */
  head(status: number, headers: readonly string[]): void;
  /** False: the client reads slower than we write; go on at `onDrain`. */
  write(chunk: Uint8Array): boolean;
  /** The answer is whole. */
  end(): void;
  /** The answer is not whole: flushes what was written, then breaks the connection without an end mark. */
  breakOff(): void;
  onDrain(listener: () => void): void;
  /** The client closed its connection before the answer was whole. */
  onGone(listener: () => void): void;
}
