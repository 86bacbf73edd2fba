/** Bytes of something unfinished, kept until its end comes. */
export interface HeldBytes {
  readonly bytes: number;
  /** Keeps a view: whoever hands it over must not write to it any more. */
  add(part: Buffer): void;
  /** All that was held, followed by `rest`; nothing is held afterwards. Copies only if something was held. */
  takeWith(rest: Buffer): Buffer;
  /** Up to the last `count` bytes of the last part; empty if nothing is held. */
  tail(count: number): Buffer;
}

/** A view weighs about 100 bytes: an upstream that sends single bytes must not make them weigh a hundredfold. */
const MAX_LOOSE_PARTS = 1024;

const NOTHING = Buffer.alloc(0);

/** Adding is cheap whatever the size of the parts: each byte is copied at most twice. */
export function createHeldBytes(): HeldBytes {
  let parts: Buffer[] = [];
  let merged = 0;
  const held = {
    bytes: 0,
    add(part: Buffer): void {
      parts.push(part);
      held.bytes += part.length;
      if (parts.length - merged < MAX_LOOSE_PARTS) return;
      parts.push(Buffer.concat(parts.splice(merged)));
      merged += 1;
    },
    takeWith(rest: Buffer): Buffer {
      if (parts.length === 0) return rest;
      const whole = Buffer.concat([...parts, rest]);
      parts = [];
      merged = 0;
      held.bytes = 0;
      return whole;
    },
    tail: (count: number): Buffer => parts.at(-1)?.subarray(-count) ?? NOTHING,
  };
  return held;
}
