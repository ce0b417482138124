import { FIELD, FIELDS, type FieldName } from './field.ts';

/**
 * One logged record: numbers by field. A field is absent, or present with a number that may be NaN or infinite;
 * a format decides what its own `null` means.
 *
 * A reader fills the same instance line after line, so whoever wants to keep a record copies its numbers.
 */
export class LogRecord {
  /** bit n is set when field n is present */
  #present = 0;
  /** By slot; those of absent fields mean nothing. To be written by {@link set}, or followed by {@link declare}. */
  readonly values = new Float64Array(FIELDS.length);
  /** Numbers under names outside the vocabulary. */
  readonly other = new Map<string, number>();

  /** The fields that are present: bit n is set for field n. */
  get present(): number {
    return this.#present;
  }

  clear(): void {
    this.#present = 0;
    if (this.other.size > 0) this.other.clear();
  }

  set(slot: number, value: number): void {
    this.#present |= 1 << slot;
    this.values[slot] = value;
  }

  /** Says that just these fields, as bits, have been written into {@link values}. */
  declare(present: number): void {
    this.#present = present;
  }

  /** Sets every field of the vocabulary that `newer` has. */
  takeOver(newer: LogRecord): void {
    if (this.#present === newer.#present) {
      for (let slot = 0; slot < this.values.length; slot++) this.values[slot] = newer.values[slot] as number;
      return;
    }
    this.#present |= newer.#present;
    for (let left = newer.#present; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      this.values[slot] = newer.values[slot] as number;
    }
  }

  has(slot: number): boolean {
    return (this.#present & (1 << slot)) !== 0;
  }

  /** The number in `slot`, or `undefined` when the record has none. */
  get(slot: number): number | undefined {
    return this.has(slot) ? this.values[slot] : undefined;
  }

  /** The number in `slot`, NaN when the record has none. For where a line's time is spent: it makes no object. */
  number(slot: number): number {
    return this.has(slot) ? (this.values[slot] as number) : Number.NaN;
  }

  /** Whether it is a finite number, where the record has one. */
  isFinite(slot: number): boolean {
    return !this.has(slot) || Number.isFinite(this.values[slot]);
  }

  /** The step, or null when the line has none. */
  get step(): number | null {
    return this.get(FIELD.step) ?? null;
  }

  /** A record of training itself: it has a loss or a gradient norm, unlike evaluation, progress and closing lines. */
  get isTraining(): boolean {
    return this.has(FIELD.loss) || this.has(FIELD.grad_norm);
  }

  /** Present fields with their numbers, vocabulary first. Allocates: for the live stream and tests, not for the line's path. */
  entries(): [FieldName | string, number][] {
    const known = FIELDS.flatMap((name, slot): [string, number][] => {
      const value = this.get(slot);
      return value === undefined ? [] : [[name, value]];
    });
    return [...known, ...this.other];
  }
}
