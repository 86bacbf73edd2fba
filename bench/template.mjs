/** Digits of the serial number that makes every request, and its answer, one of a kind. */
export const SERIAL_BYTES = 12;

/** Stands in a template's text where the serial number goes. */
export const SERIAL_MARK = '#'.repeat(SERIAL_BYTES);

/** A serial number as bytes. */
export function serialBytes(serial) {
  return Buffer.from(String(serial).padStart(SERIAL_BYTES, '0'), 'latin1');
}

/**
 * Bytes that are known in advance but for one serial number. Sender and receiver hold the same template,
 * so either can check what arrives piece by piece, without keeping it: a memcmp per piece.
 */
export class Template {
  /** @param {string | Buffer} text holds SERIAL_MARK once */
  constructor(text) {
    this.bytes = Buffer.from(text);
    this.offset = this.bytes.indexOf(SERIAL_MARK);
    if (this.offset < 0) throw new Error('a template needs its serial mark');
    this.length = this.bytes.length;
    this.head = this.bytes.subarray(0, this.offset);
    this.tail = this.bytes.subarray(this.offset + SERIAL_BYTES);
  }

  /** The whole, as one buffer: cheapest for small templates. */
  fill(serial) {
    const filled = Buffer.allocUnsafe(this.length);
    this.bytes.copy(filled);
    serial.copy(filled, this.offset);
    return filled;
  }

  /**
   * Whether `piece[from..to)` is what stands at `position`.
   * `serial` is compared where the receiver knows it, and filled in where `learn` is set.
   */
  matches(position, piece, from, to, serial, learn = false) {
    const end = position + to - from;
    if (end > this.length) return false;
    const { offset, bytes } = this;
    const afterSerial = offset + SERIAL_BYTES;
    const upTo = Math.min(end, offset);
    if (position < upTo && bytes.compare(piece, from, from + upTo - position, position, upTo) !== 0)
      return false;
    const start = Math.max(position, afterSerial);
    if (start < end && bytes.compare(piece, from + start - position, to, start, end) !== 0) return false;
    for (let at = Math.max(position, offset); at < Math.min(end, afterSerial); at++) {
      const byte = piece[from + at - position];
      if (learn) serial[at - offset] = byte;
      else if (serial[at - offset] !== byte) return false;
    }
    return true;
  }
}
