const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;

/** More digits may not fit into a number. */
const MAX_DIGITS = 15;

/**
 * Reads JSON that has one fixed form, by comparing: what is looked for is found without being parsed. Each step goes on
 * where the last one ended, and says whether it found what it was asked for.
 */
export class TextScan {
  text = '';
  at = 0;
  /** The number read last. */
  number = 0;
  /** The string read last, without its quotes. */
  #start = 0;
  #end = 0;
  #escaped = false;
  #isAscii = true;

  literal(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** A whole number without sign, as JSON writes it. */
  digits(): boolean {
    const { text, at } = this;
    let value = 0;
    let end = at;
    for (; end < text.length && end - at <= MAX_DIGITS; end += 1) {
      const digit = text.charCodeAt(end) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (end === at || end - at > MAX_DIGITS) return false;
    if (end - at > 1 && text.charCodeAt(at) === ZERO) return false;
    this.number = value;
    this.at = end;
    return true;
  }

  /** A string with its quotes. Escapes are looked at by `value` alone. */
  string(): boolean {
    const { text } = this;
    if (text.charCodeAt(this.at) !== QUOTE) return false;
    let escaped = false;
    let bits = 0;
    for (let at = this.at + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#start = this.at + 1;
        this.#end = at;
        this.#escaped = escaped;
        this.#isAscii = bits < 0x80;
        this.at = at + 1;
        return true;
      }
      bits |= code;
      if (code === BACKSLASH) {
        escaped = true;
        at += 1;
      } else if (code < SPACE) return false;
    }
    return false;
  }

  /** A string without escapes, which is only gone past: the one read last stays. */
  plainString(): boolean {
    const { text } = this;
    if (text.charCodeAt(this.at) !== QUOTE) return false;
    for (let at = this.at + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (code === BACKSLASH || code < SPACE) return false;
    }
    return false;
  }

  spaces(): true {
    while (this.text.charCodeAt(this.at) === SPACE) this.at += 1;
    return true;
  }

  /** The string read last; undefined where it has an escape that JSON does not know. */
  value(): string | undefined {
    if (!this.#escaped) return this.text.slice(this.#start, this.#end);
    try {
      return JSON.parse(this.text.slice(this.#start - 1, this.#end + 1)) as string;
    } catch {
      return undefined;
    }
  }

  /** Bytes of the string read last, as it stands there. */
  valueBytes(): number {
    if (this.#isAscii) return this.#end - this.#start;
    return Buffer.byteLength(this.text.slice(this.#start, this.#end));
  }
}
