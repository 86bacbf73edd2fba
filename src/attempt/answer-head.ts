import type { AnswerHead } from '../domain/answer.ts';

/**
 * An answer's head as undici gives it: name, value, name, value…, as text or bytes. Decoded once. Most answers are
 * asked for three of their headers, so that these are found by looking, and all of them are indexed only on demand.
 */
export class UpstreamHead implements AnswerHead {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  #headers: Readonly<Record<string, string>> | undefined;

  constructor(status: number, raw: readonly (Buffer | string)[]) {
    const text: string[] = [];
    for (const part of raw) text.push(typeof part === 'string' ? part : part.toString('latin1'));
    this.status = status;
    this.rawHeaders = text;
  }

  header(name: string): string | undefined {
    const raw = this.rawHeaders;
    let found: string | undefined;
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const at = raw[i]!;
      if (at.length !== name.length || (at !== name && at.toLowerCase() !== name)) continue;
      const value = raw[i + 1]!;
      found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }

  get headers(): Readonly<Record<string, string>> {
    if (this.#headers) return this.#headers;
    // No prototype: a header may have any name.
    const headers: Record<string, string> = Object.create(null);
    const raw = this.rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2) {
      const name = raw[i]!.toLowerCase();
      const value = raw[i + 1]!;
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
    }
    this.#headers = headers;
    return headers;
  }
}
