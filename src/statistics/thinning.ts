/** An item with its place in the series. */
interface Placed<T> {
  readonly place: number;
  readonly item: T;
}

/**
 * Makes a long series short enough to draw, without losing what one looks for in it: the first and the last item stay,
 * and of each of many equal stretches the lowest, the highest and the first that is not finite. Holds no more than it
 * keeps.
 */
export class Thinning<T extends { readonly value: number }> {
  readonly #count: number;
  /** 0: everything is kept. */
  readonly #stretches: number;
  readonly #kept: T[] = [];
  #next = 0;
  #stretch = 0;
  #lowest: Placed<T> | null = null;
  #highest: Placed<T> | null = null;
  #notFinite: Placed<T> | null = null;

  /**
   * @param count how many items will come
   * @param most so many are kept at most; at least 5
   */
  constructor(count: number, most: number) {
    this.#count = count;
    this.#stretches = count <= most ? 0 : Math.floor((most - 2) / 3);
  }

  /** What is kept of the items so far, in their order; complete once all have come. */
  get kept(): readonly T[] {
    return this.#kept;
  }

  /** Takes the next item. */
  push(item: T): void {
    const place = this.#next++;
    if (this.#stretches === 0 || place === 0 || place === this.#count - 1) {
      this.#close();
      this.#kept.push(item);
      return;
    }
    const stretch = Math.floor(((place - 1) * this.#stretches) / (this.#count - 2));
    if (stretch !== this.#stretch) this.#close();
    this.#stretch = stretch;
    this.#weigh({ place, item });
  }

  #weigh(one: Placed<T>): void {
    const { value } = one.item;
    if (!Number.isFinite(value)) {
      this.#notFinite ??= one;
      return;
    }
    if (this.#lowest === null || value < this.#lowest.item.value) this.#lowest = one;
    if (this.#highest === null || value > this.#highest.item.value) this.#highest = one;
  }

  /** Keeps what stands out of the stretch that is over. */
  #close(): void {
    const found = new Set([this.#lowest, this.#highest, this.#notFinite]);
    const placed = [...found].filter((one) => one !== null).sort((a, b) => a.place - b.place);
    this.#kept.push(...placed.map(({ item }) => item));
    this.#lowest = null;
    this.#highest = null;
    this.#notFinite = null;
  }
}
