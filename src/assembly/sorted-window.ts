/** Most numbers that a window may keep. */
const MAX: i32 = 32;
const VALUE: usize = 8;

/**
 * The newest `capacity` numbers of a series, in order: medians cost no sorting. O(capacity) to push, which for a few
 * dozen numbers is some ten nanoseconds. NaN is not to be pushed. It lies in {@link BYTES} of memory.
 */
@unmanaged
export class SortedWindow {
  static readonly BYTES: usize = 16 + 2 * 32 * 8;

  private capacity: i32;
  size: i32;
  private next: i32;

  /** The one at a place in memory. */
  static at(place: usize): SortedWindow {
    return changetype<SortedWindow>(place);
  }

  /** @param capacity at most 32 */
  begin(capacity: i32): void {
    this.capacity = capacity;
    this.clear();
  }

  clear(): void {
    this.size = 0;
    this.next = 0;
  }

  push(value: f64): void {
    let at = this.size;
    if (at === this.capacity) {
      // the place of the oldest becomes free
      const oldest = load<f64>(this.pushed(this.next));
      at = 0;
      while (load<f64>(this.sorted(at)) !== oldest) at++;
    } else {
      this.size++;
    }
    while (at > 0 && load<f64>(this.sorted(at - 1)) > value) {
      store<f64>(this.sorted(at), load<f64>(this.sorted(at - 1)));
      at--;
    }
    while (at + 1 < this.size && load<f64>(this.sorted(at + 1)) < value) {
      store<f64>(this.sorted(at), load<f64>(this.sorted(at + 1)));
      at++;
    }
    store<f64>(this.sorted(at), value);
    store<f64>(this.pushed(this.next), value);
    this.next = this.next + 1 === this.capacity ? 0 : this.next + 1;
  }

  /** The `place`-th smallest, from 0; NaN when there are not so many. */
  nth(place: i32): f64 {
    return place < this.size ? load<f64>(this.sorted(place)) : NaN;
  }

  /** The middle one, the upper of both where there are two; NaN when empty. */
  median(): f64 {
    return this.nth(this.size >> 1);
  }

  /** Median of the distances from the median; NaN when empty. Walks outwards from the middle. */
  medianDeviation(): f64 {
    const size = this.size;
    if (size === 0) return NaN;
    const middle = size >> 1;
    const median = this.nth(middle);
    let below = middle - 1;
    let above = middle + 1;
    let distance: f64 = 0;
    for (let taken: i32 = 0; taken < middle; taken++) {
      const down = below >= 0 ? median - load<f64>(this.sorted(below)) : Infinity;
      const up = above < size ? load<f64>(this.sorted(above)) - median : Infinity;
      if (down <= up) below--;
      else above++;
      distance = min(down, up);
    }
    return distance;
  }

  /** Whether the {@link medianDeviation} is at least `distance`, where that shows at a glance; false says nothing. */
  isSpread(distance: f64): bool {
    const middle = this.size >> 1;
    // fewer than the middle one's worth of neighbours can lie between two that are so far off
    const off = (middle + 1) >> 1;
    if (off === 0 || middle + off >= this.size) return false;
    const median = this.nth(middle);
    return median - this.nth(middle - off) >= distance && this.nth(middle + off) - median >= distance;
  }

  private pushed(place: i32): usize {
    return changetype<usize>(this) + 16 + <usize>place * VALUE;
  }

  private sorted(place: i32): usize {
    return this.pushed(place + MAX);
  }
}
