/** Whoever writes to a client, told of what becomes of it. */
export interface DownstreamListener {
  /** The client takes more. */
  onDrain(): void;
  /** The client closed its connection before the answer was whole. */
  onGone(): void;
  /** The answer was ended, and all of it is with the system. */
  onFlushed(): void;
}

/** The way back to one client. Writes after the client has gone are dropped. */
export interface Downstream {
  /** Status and headers are on their way: from here on no other status can be told. */
  readonly headSent: boolean;
  readonly gone: boolean;
  /** Bytes of the body written so far. */
  readonly sentBytes: number;
  /** One listener; told at once where the client has gone already. */
  listen(listener: DownstreamListener): void;
  /** `headers`: name, value, name, value… */
  head(status: number, headers: readonly string[]): void;
  /** False: the client reads slower than we write; go on at `onDrain`. */
  write(chunk: Uint8Array): boolean;
  /** The answer is whole. */
  end(): void;
  /** Head, body and end at once; `headers` without a content-length. */
  answer(status: number, headers: readonly string[], body: Buffer): void;
  /** The answer is not whole: flushes what was written, then breaks the connection without an end mark. */
  breakOff(): void;
  /** Cuts the connection at once: nothing more can be written to it. */
  abandon(): void;
  /**
   * After `onFlushed`: whether the client has taken what the system was given. True as it asks again on the connection or
   * closes it cleanly; false as it resets it. Told once, or never, where the connection just stays open.
   */
  onTaken(listener: (taken: boolean) => void): void;
}
