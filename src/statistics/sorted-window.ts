/**
 * The newest `capacity` numbers of a series, in order: medians cost no sorting. O(capacity) to push, which for a few
 * dozen numbers is some ten nanoseconds. NaN is not to be pushed.
 */
export class SortedWindow {
  readonly #capacity: number;
  /** In the order of pushing; a ring. It grows as it fills, since of a thousand runs most are short. */
  readonly #pushed: number[] = [];
  readonly #sorted: number[] = [];
  #next = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  push(value: number): void {
    const sorted = this.#sorted;
    const capacity = this.#capacity;
    let at = this.#size;
    if (this.#size === capacity) {
      // the place of the oldest becomes free
      const oldest = this.#pushed[this.#next] as number;
      at = 0;
      while (sorted[at] !== oldest) at++;
    } else {
      this.#size++;
    }
    while (at > 0 && (sorted[at - 1] as number) > value) {
      sorted[at] = sorted[at - 1] as number;
      at--;
    }
    while (at + 1 < this.#size && (sorted[at + 1] as number) < value) {
      sorted[at] = sorted[at + 1] as number;
      at++;
    }
    sorted[at] = value;
    this.#pushed[this.#next] = value;
    this.#next = this.#next + 1 === capacity ? 0 : this.#next + 1;
  }

  clear(): void {
    this.#next = 0;
    this.#size = 0;
  }

  /** The middle one, the upper of both where there are two; NaN when empty. */
  median(): number {
    return this.#size === 0 ? Number.NaN : (this.#sorted[this.#size >> 1] as number);
  }

  /** Median of the distances from the median; NaN when empty. Walks outwards from the middle. */
  medianDeviation(): number {
    const size = this.#size;
    if (size === 0) return Number.NaN;
    const sorted = this.#sorted;
    const middle = size >> 1;
    const median = sorted[middle] as number;
    let below = middle - 1;
    let above = middle + 1;
    let distance = 0;
    for (let taken = 0; taken < middle; taken++) {
      const down = below >= 0 ? median - (sorted[below] as number) : Number.POSITIVE_INFINITY;
      const up = above < size ? (sorted[above] as number) - median : Number.POSITIVE_INFINITY;
      if (down <= up) below--;
      else above++;
      distance = Math.min(down, up);
    }
    return distance;
  }
}
