/** What a piece weighs beside its bytes: the view, and its place in lists. */
const PIECE_WEIGHT = 200;

/** Pieces that come one by one are put together once there are so many: 2,000 deltas then weigh what they hold. */
const LOOSE_MAX = 32;

/** Larger ones stay as they are: putting them together costs more than their weight. */
const SMALL_BYTES = 16 * 1024;

const NO_PIECES: Buffer[] = [];
const NO_STARTS: number[] = [];

/**
 * The bytes of an answer by their place in it. Pieces are kept as they come, and put together as they grow many; the
 * beginning can be let go. `weight` is what they take of memory, nearly.
 */
export class Pages {
  #pieces = NO_PIECES;
  /** Where each piece begins. */
  #starts = NO_STARTS;
  #loose = 0;
  #start = 0;
  #end = 0;

  /** First byte that is still here. */
  get start(): number {
    return this.#start;
  }

  /** Byte after the last one. */
  get end(): number {
    return this.#end;
  }

  get weight(): number {
    return this.#end - this.#start + this.#pieces.length * PIECE_WEIGHT;
  }

  append(piece: Buffer): void {
    if (this.#pieces === NO_PIECES) {
      this.#pieces = [];
      this.#starts = [];
    }
    const isSmall = piece.length < SMALL_BYTES;
    if (!isSmall) this.putTogether();
    this.#pieces.push(piece);
    this.#starts.push(this.#end);
    this.#end += piece.length;
    this.#loose = isSmall ? this.#loose + 1 : 0;
    if (this.#loose >= LOOSE_MAX) this.putTogether();
  }

  /** A piece goes by without being kept; only where nothing is. */
  skip(bytes: number): void {
    this.#end += bytes;
    this.#start = this.#end;
  }

  /** From `offset` to the end of its piece; undefined: there is nothing (any more). */
  at(offset: number): Buffer | undefined {
    if (offset < this.#start || offset >= this.#end) return undefined;
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const piece = this.#pieces[low]!;
    const from = offset - this.#starts[low]!;
    return from === 0 ? piece : piece.subarray(from);
  }

  /** Lets go of pieces that end at or before `offset`. */
  dropTo(offset: number): void {
    let count = 0;
    while (count < this.#pieces.length && this.#starts[count]! + this.#pieces[count]!.length <= offset)
      count += 1;
    if (count === 0) return;
    if (count === this.#pieces.length) return this.clearTo(this.#end);
    this.#pieces.splice(0, count);
    this.#starts.splice(0, count);
    this.#start = this.#starts[0]!;
    this.#loose = Math.min(this.#loose, this.#pieces.length);
  }

  /** Lets go of everything; what comes next begins at `end`. */
  clearTo(end: number): void {
    this.#pieces = NO_PIECES;
    this.#starts = NO_STARTS;
    this.#loose = 0;
    this.#start = end;
    this.#end = end;
  }

  /** All that is here, as one. */
  bytes(): Buffer {
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
  }

  /** Pieces that came one by one become one. */
  putTogether(): void {
    if (this.#loose < 2) {
      this.#loose = 0;
      return;
    }
    const from = this.#pieces.length - this.#loose;
    const start = this.#starts[from]!;
    const whole = Buffer.concat(this.#pieces.splice(from));
    this.#starts.length = from;
    this.#pieces.push(whole);
    this.#starts.push(start);
    this.#loose = 0;
  }
}
