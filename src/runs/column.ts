/** A series of numbers that grows. While all of them are the same it is that number alone. */
export class Column {
  #isEmpty = true;
  /** The first value; what all are while they are not kept one by one. */
  #same = Number.NaN;
  #values: number[] | null = null;

  /** Sets the value at `index`, which is the last one or comes after it; those between mean nothing. */
  set(index: number, value: number): void {
    if (this.#values === null) {
      if (Object.is(value, this.#same)) {
        this.#isEmpty = false;
        return;
      }
      if (this.#isEmpty) {
        this.#isEmpty = false;
        this.#same = value;
        return;
      }
      this.#values = [];
    }
    const values = this.#values;
    while (values.length < index) values.push(this.#same);
    if (index < values.length) values[index] = value;
    else values.push(value);
  }

  /** Sets `count` values, of which there are some, to the same from `index` on, which is the last one or comes after it. */
  fill(index: number, count: number, value: number): void {
    this.set(index, value);
    if (this.#values === null) return;
    for (let at = 1; at < count; at++) this.set(index + at, value);
  }

  /**
   * Sets the values that stand in `block` from `from` to before `to`, of which there are some, from `index` on, which is
   * the last one or comes after it.
   */
  setAll(index: number, block: Float64Array, from: number, to: number): void {
    let at = from;
    if (this.#values === null && this.#isEmpty) this.set(index, block[from] as number);
    if (this.#values === null) while (at < to && Object.is(block[at], this.#same)) at++;
    if (at === to) return;
    this.set(index + at - from, block[at] as number);
    const values = this.#values;
    if (values !== null) for (at++; at < to; at++) values.push(block[at] as number);
  }

  /** Lets go of the room for more numbers. */
  compact(): void {
    this.#values = this.#values?.slice() ?? null;
  }

  /** The value at `index`; it means nothing where none was set. */
  get(index: number): number {
    return this.#values === null ? this.#same : (this.#values[index] ?? Number.NaN);
  }
}
