/** A sum, or a value that is set when it is read. */
export class NumberCell {
  value = 0;

  /** What is no amount (negative, not finite) is passed over: a counter only grows. */
  add(amount: number): void {
    if (amount > 0 && amount < Infinity) this.value += amount;
  }
}

/** How often a value fell into which bucket, and the sum of all. */
export class HistogramCell {
  /** One count for each bound (values up to it, above the one before), and one for what is above them all. */
  readonly counts: Float64Array;
  readonly #bounds: readonly number[];
  // In an array of its own, since a number that is a field is boxed anew where the code is not optimised.
  readonly #sum = new Float64Array(1);

  /** `bounds` ascend. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  get sum(): number {
    return this.#sum[0]!;
  }

  get count(): number {
    return this.counts.reduce((total, count) => total + count, 0);
  }

  /** A span that a clock's step made negative counts as 0; what is not finite is passed over. */
  observe(value: number): void {
    if (!(value < Infinity)) return;
    const counted = value > 0 ? value : 0;
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && counted > bounds[at]!) at += 1;
    this.counts[at]! += 1;
    this.#sum[0]! += counted;
  }
}

/** One series of a metric: the values of its labels, in the order of the metric's list, and what was counted. */
export interface Series<C> {
  /** May be shorter than the list: the last labels are absent then. */
  readonly labels: readonly string[];
  readonly cell: C;
}

/**
 * A place among a metric's series: each level stands for one label. Whoever counts often keeps the place or its cell;
 * looking one up costs a map's look-up a label and makes nothing.
 */
export class Labelled<C> {
  readonly #labels: readonly string[];
  readonly #family: Series<C>[];
  readonly #make: () => C;
  #below: Map<string, Labelled<C>> | undefined;
  #cell: C | undefined;

  constructor(labels: readonly string[], family: Series<C>[], make: () => C) {
    this.#labels = labels;
    this.#family = family;
    this.#make = make;
  }

  /** The place below, with this value of the next label. */
  at(value: string): Labelled<C> {
    return this.#below?.get(value) ?? this.#branch(value);
  }

  /** The cell of the labels so far: a series begins when it is first asked for. */
  get cell(): C {
    return this.#cell ?? this.#begin();
  }

  #branch(value: string): Labelled<C> {
    const place = new Labelled([...this.#labels, value], this.#family, this.#make);
    this.#below ??= new Map();
    this.#below.set(value, place);
    return place;
  }

  #begin(): C {
    const cell = this.#make();
    this.#cell = cell;
    this.#family.push({ labels: this.#labels, cell });
    return cell;
  }
}

/** A metric's series, in the order in which they began. */
export class Family<C> extends Labelled<C> {
  readonly series: readonly Series<C>[];

  constructor(make: () => C) {
    const series: Series<C>[] = [];
    super([], series, make);
    this.series = series;
  }
}
