/** The newest `capacity` numbers of a series. O(1) to push; the quantiles sort a copy. */
export class Ring {
  readonly #capacity: number;
  /** Grows to the capacity as it fills. */
  readonly #values: number[] = [];
  /** Place of the next one. */
  #next = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  push(value: number): void {
    const values = this.#values;
    if (this.#next === values.length) values.push(value);
    else values[this.#next] = value;
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1;
    if (this.#size < this.#capacity) this.#size++;
  }

  /** Puts `value` in the place of the newest one. */
  amend(value: number): void {
    if (this.#size > 0) this.#values[this.#place(0)] = value;
  }

  clear(): void {
    this.#next = 0;
    this.#size = 0;
  }

  /** The value pushed `age` pushes ago: 0 is the newest, `size - 1` the oldest. NaN when there is none. */
  at(age: number): number {
    if (age < 0 || age >= this.#size) return Number.NaN;
    return this.#values[this.#place(age)] as number;
  }

  /** The `q`-quantile (0 to 1) by nearest rank; NaN when empty. */
  quantile(q: number): number {
    const size = this.#size;
    if (size === 0) return Number.NaN;
    if (scratch.length < size) scratch = new Float64Array(size);
    const sorted = scratch.subarray(0, size);
    for (let place = 0; place < size; place++) sorted[place] = this.#values[place] as number;
    sorted.sort();
    return sorted[Math.min(size - 1, Math.floor(q * size))] ?? Number.NaN;
  }

  median(): number {
    return this.quantile(0.5);
  }

  #place(age: number): number {
    const place = this.#next - 1 - age;
    return place < 0 ? place + this.#capacity : place;
  }
}

/** Where quantiles are sorted; one for all rings. */
let scratch = new Float64Array(128);
