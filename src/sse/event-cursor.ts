/** Walks through the events of a run of whole events, one at a time: nothing is made but the texts. */
export class EventCursor {
  /** Value of the last `event:` line of the event; empty if there was none. */
  event = '';
  /** The event's `data:` lines, joined by line feeds. */
  data = '';
  /** Where the next event begins. */
  at = 0;
  text = '';
  /** Index of the next CR; the length where there is none. */
  #cr = 0;

  /**
   * @param text whole events: the last one is ended by its blank line
   * @param isFirst the stream begins here, perhaps with a BOM
   */
  load(text: string, isFirst: boolean): void {
    this.text = text;
    this.at = isFirst && text.charCodeAt(0) === BOM ? 1 : 0;
    this.#cr = this.#nextCr(0);
  }

  /** Lets go of the run. */
  unload(): void {
    this.text = '';
    this.event = '';
    this.data = '';
  }

  /** Reads the next event that has data; false: there is none. `id` and `retry` are skipped like unknown fields. */
  next(): boolean {
    const { text } = this;
    let data: string | undefined;
    this.event = '';
    while (this.at < text.length) {
      const from = this.at;
      const to = this.#endLine();
      if (from === to) {
        if (data !== undefined) {
          this.data = data;
          return true;
        }
        this.event = '';
      } else if (isField('data', text, from, to)) {
        const value = fieldText(text, from + 4, to);
        data = data === undefined ? value : `${data}\n${value}`;
      } else if (isField('event', text, from, to)) this.event = fieldText(text, from + 5, to);
    }
    return false;
  }

  /** Where the line ends; goes to the beginning of the next one. */
  #endLine(): number {
    const { text, at } = this;
    const lf = text.indexOf('\n', at);
    if (this.#cr < at) this.#cr = this.#nextCr(at);
    const end = lf === -1 ? this.#cr : Math.min(lf, this.#cr);
    this.at = end === lf - 1 ? lf + 1 : end + 1;
    return end;
  }

  #nextCr(from: number): number {
    const cr = this.text.indexOf('\r', from);
    return cr === -1 ? this.text.length : cr;
  }
}

const BOM = 0xfeff;
const COLON = 0x3a;
const SPACE = 0x20;

/** Whether the line's field has this name. */
const isField = (name: string, text: string, from: number, to: number): boolean =>
  text.startsWith(name, from) &&
  (to - from === name.length || (to - from > name.length && text.charCodeAt(from + name.length) === COLON));

/** The value of a field whose colon, if it has one, is at `colon`. */
function fieldText(text: string, colon: number, to: number): string {
  const start = text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1;
  return start < to ? text.slice(start, to) : '';
}
