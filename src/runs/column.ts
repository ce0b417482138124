/** A page grows to this many numbers, the first from few, since most runs are short. */
const PAGE = 4096;
const FIRST = 32;
const LATER = 1024;

/** A series of numbers that grows. While all of them are the same it is that number alone. */
export class Column {
  #isEmpty = true;
  /** The first value; what all are while there are no pages. */
  #same = Number.NaN;
  readonly #pages: Float64Array[] = [];

  /** Sets the value at `index`, which is the last one or comes after it; those between mean nothing. */
  set(index: number, value: number): void {
    if (this.#pages.length === 0) {
      if (Object.is(value, this.#same)) {
        this.#isEmpty = false;
        return;
      }
      if (this.#isEmpty) {
        this.#isEmpty = false;
        this.#same = value;
        return;
      }
      for (let at = 0; at < index; at += PAGE) this.#page(Math.min(index - 1, at + PAGE - 1)).fill(this.#same);
    }
    this.#page(index)[index % PAGE] = value;
  }

  /** Sets `count` values, of which there are some, to the same from `index` on, which is the last one or comes after it. */
  fill(index: number, count: number, value: number): void {
    this.set(index, value);
    if (this.#pages.length === 0) return;
    for (let at = 1; at < count; at++) this.set(index + at, value);
  }

  /** Sets values, of which there are some, from `index` on, which is the last one or comes after it. */
  setAll(index: number, values: Float64Array): void {
    let at = 0;
    if (this.#pages.length === 0) {
      if (this.#isEmpty) this.set(index, values[0] as number);
      while (at < values.length && Object.is(values[at], this.#same)) at++;
      if (at < values.length) this.set(index + at, values[at++] as number);
    }
    while (at < values.length) {
      const next = index + at;
      const count = Math.min(values.length - at, PAGE - (next % PAGE));
      this.#page(next + count - 1).set(values.subarray(at, at + count), next % PAGE);
      at += count;
    }
  }

  /** The value at `index`; it means nothing where none was set. */
  get(index: number): number {
    if (this.#pages.length === 0) return this.#same;
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE] ?? Number.NaN;
  }

  /** The page that holds `index`, after making room for it. */
  #page(index: number): Float64Array {
    const number = Math.floor(index / PAGE);
    const page = this.#pages[number];
    if (page !== undefined && index % PAGE < page.length) return page;
    return this.#grow(number, index % PAGE);
  }

  #grow(number: number, place: number): Float64Array {
    while (this.#pages.length < number) this.#pages.push(new Float64Array(PAGE));
    let length = number === 0 ? FIRST : LATER;
    while (length <= place) length *= 2;
    const grown = new Float64Array(length);
    grown.set(this.#pages[number] ?? []);
    this.#pages[number] = grown;
    return grown;
  }
}
