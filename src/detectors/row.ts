import type { Span } from './detector.ts';

/** Bad records in a row, which become trouble when there are enough of them. */
export class Row {
  /** How many there are. */
  count = 0;
  /** Logged steps of the first and the newest. */
  first = Number.NaN;
  last = Number.NaN;
  /** The records of which the last {@link tell} spoke; null for the newest alone. */
  span: Span | null = null;
  #isTold = false;

  /** It has been told, and is not over. */
  get isTold(): boolean {
    return this.#isTold;
  }

  add(step: number): void {
    if (this.count++ === 0) this.first = step;
    this.last = step;
  }

  /** It is trouble: all of it at first, the newest record from then on. */
  tell(): 'bad' {
    this.span = this.#isTold ? null : { first: this.first, last: this.last, records: this.count };
    this.#isTold = true;
    return 'bad';
  }

  /** It is over. */
  clear(): void {
    this.count = 0;
    this.#isTold = false;
  }
}
