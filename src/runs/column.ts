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

  /** Sets values, of which there are some, from `index` on, which is the last one or comes after it. */
  setAll(index: number, values: Float64Array): void {
    let at = 0;
    if (this.#values === null && this.#isEmpty) this.set(index, values[0] as number);
    if (this.#values === null) while (at < values.length && Object.is(values[at], this.#same)) at++;
    if (at === values.length) return;
    this.set(index + at, values[at] as number);
    // of one block, so they are few enough for arguments
    this.#values?.push(...values.subarray(at + 1));
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
