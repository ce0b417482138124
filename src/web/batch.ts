/** Frames stop while a tab is in the background; then this often is enough. */
const HIDDEN_INTERVAL_MS = 500;
/** A page that draws slower than messages come leaves the browser this many times the drawing's time for itself. */
const BREATH = 3;
/** A background tab may be woken only once a minute; so many items are not waited for. */
const MAX_WAITING = 5000;

/** Collects items and hands them over together, at most once per animation frame. */
export class FrameBatch<T> {
  readonly #take: (items: readonly T[]) => void;
  #items: T[] = [];
  #scheduled = false;
  #notBeforeMs = 0;

  constructor(take: (items: readonly T[]) => void) {
    this.#take = take;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length >= MAX_WAITING) this.#flush();
    else this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const waitMs = this.#notBeforeMs - performance.now();
    if (waitMs > 0) setTimeout(() => this.#nextFrame(), waitMs);
    else this.#nextFrame();
  }

  #nextFrame(): void {
    let done = false;
    const once = (): void => {
      if (done) return;
      done = true;
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#scheduled = false;
      this.#flush();
    };
    const frame = requestAnimationFrame(once);
    const timer = setTimeout(once, HIDDEN_INTERVAL_MS);
  }

  #flush(): void {
    const items = this.#items;
    this.#items = [];
    const startMs = performance.now();
    this.#take(items);
    const endMs = performance.now();
    this.#notBeforeMs = endMs + BREATH * (endMs - startMs);
  }
}
