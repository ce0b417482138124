/** The newest `capacity` numbers of a series. O(1) to push; the quantiles sort a copy. */
export class Ring {
  readonly #values: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
    this.#sorted = new Float64Array(capacity);
  }

  get size(): number {
    return Math.min(this.#count, this.#values.length);
  }

  push(value: number): void {
    this.#values[this.#count % this.#values.length] = value;
    this.#count++;
  }

  /** Puts `value` in the place of the newest one. */
  amend(value: number): void {
    if (this.#count === 0) return;
    this.#values[(this.#count - 1) % this.#values.length] = value;
  }

  clear(): void {
    this.#count = 0;
  }

  /** The value pushed `age` pushes ago: 0 is the newest, `size - 1` the oldest. NaN when there is none. */
  at(age: number): number {
    if (age < 0 || age >= this.size) return Number.NaN;
    return this.#values[(this.#count - 1 - age) % this.#values.length] ?? Number.NaN;
  }

  /** The `q`-quantile (0 to 1) by nearest rank; NaN when empty. */
  quantile(q: number): number {
    const size = this.size;
    if (size === 0) return Number.NaN;
    const sorted = this.#sorted.subarray(0, size);
    sorted.set(this.#values.subarray(0, size));
    sorted.sort();
    return sorted[Math.min(size - 1, Math.floor(q * size))] ?? Number.NaN;
  }

  median(): number {
    return this.quantile(0.5);
  }
}
