import { asString, type JsonObject } from './json-value.ts';

/** So many pieces are joined at once: a piece may be a view of a whole run of events, which it would keep in memory. */
const LOOSE_PIECES = 512;

/** One text that comes in pieces. */
class GrowingText {
  readonly target: JsonObject;
  readonly key: string;
  #joined: string;
  #pieces: string[] = [];

  constructor(target: JsonObject, key: string) {
    this.target = target;
    this.key = key;
    this.#joined = asString(target[key]) ?? '';
  }

  add(piece: string): void {
    if (this.#pieces.push(piece) >= LOOSE_PIECES) this.#join();
  }

  settle(): void {
    this.#join();
    this.target[this.key] = this.#joined;
  }

  #join(): void {
    this.#joined += this.#pieces.join('');
    this.#pieces = [];
  }
}

/** The texts of an aggregate that grow piece by piece. They stand in their objects once `settle` was called. */
export class GrowingTexts {
  readonly #texts = new Map<JsonObject, Map<string, GrowingText>>();
  /** Piece after piece goes to the same text. */
  #last: GrowingText | undefined;

  /** Appends to a member that is a text or is absent; anything but a text there is replaced. */
  append(target: JsonObject, key: string, piece: string): void {
    const last = this.#last;
    const text = last?.target === target && last.key === key ? last : this.#textOf(target, key);
    text.add(piece);
    this.#last = text;
  }

  /** Writes the texts of one object, or of all, into their places. */
  settle(target?: JsonObject): void {
    const settled = target === undefined ? [...this.#texts.values()] : [this.#texts.get(target)];
    for (const texts of settled) for (const text of texts?.values() ?? []) text.settle();
    if (target === undefined) this.#texts.clear();
    else this.#texts.delete(target);
    this.#last = undefined;
  }

  #textOf(target: JsonObject, key: string): GrowingText {
    let texts = this.#texts.get(target);
    if (texts === undefined) {
      texts = new Map();
      this.#texts.set(target, texts);
    }
    let text = texts.get(key);
    if (text === undefined) {
      text = new GrowingText(target, key);
      texts.set(key, text);
    }
    return text;
  }
}
