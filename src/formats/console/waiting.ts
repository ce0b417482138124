import { FIELD } from '../../model/field.ts';
import { LogRecord } from '../../model/record.ts';
import { isSame, takeOver } from './record.ts';
import { type Kind, Steps } from './steps.ts';

/** Called with a record whose step is set. Valid only during the call. */
export type OnRecord = (record: LogRecord, kind: Kind, step: number) => void;

/**
 * Holds a record back until its step is known, which nearly always comes right after it: with the bar, or the next record.
 */
export class WaitingRecord {
  readonly steps = new Steps();
  readonly #onRecord: OnRecord;
  #next = new LogRecord();
  #waiting = new LogRecord();
  #kind: Kind | null = null;
  #isFromCallback = false;

  constructor(onRecord: OnRecord) {
    this.#onRecord = onRecord;
  }

  /** To be filled with what may be the next record. */
  get next(): LogRecord {
    return this.#next;
  }

  get isEmpty(): boolean {
    return this.#kind === null;
  }

  /**
   * LLaMA-Factory logs each record through its own callback, and Trainer prints it as well: the next record may be the
   * waiting one once more. What Trainer printed has more digits of a small loss.
   *
   * @returns whether it was, and the waiting one has taken it in
   */
  merge(kind: Kind, isFromCallback: boolean): boolean {
    if (this.#kind !== kind || isFromCallback === this.#isFromCallback) return false;
    if (!isSame(this.#waiting, this.#next)) return false;
    if (isFromCallback) {
      takeOver(this.#next, this.#waiting);
      this.#swap();
    } else {
      takeOver(this.#waiting, this.#next);
    }
    this.#isFromCallback = false;
    return true;
  }

  /** The next record now waits, unless it has its step. */
  wait(kind: Kind, isFromCallback: boolean): void {
    this.#swap();
    this.#kind = kind;
    this.#isFromCallback = isFromCallback;
    const { step } = this.#waiting;
    if (step === null || !Number.isFinite(step)) return;
    this.steps.last = step;
    this.#give(kind, step);
  }

  /** @param isRedrawn it was cleared before it was drawn */
  bar(count: number, total: number, isRedrawn: boolean): void {
    const kind = this.#kind;
    if (kind !== null && !this.steps.isOther(kind, total)) {
      this.#give(kind, this.steps.ofBar(kind, count, total));
      return;
    }
    this.steps.see(count, total);
    if (kind === null && isRedrawn) this.steps.redraw(count, total);
  }

  /**
   * No bar will come.
   *
   * @param isFollowed another record of the training came instead
   */
  flush(isFollowed: boolean): void {
    const kind = this.#kind;
    if (kind !== null) this.#give(kind, this.steps.ofOrder(kind, this.#waiting.get(FIELD.epoch), isFollowed));
  }

  #give(kind: Kind, step: number): void {
    const record = this.#waiting;
    this.#kind = null;
    record.set(FIELD.step, step);
    if (this.steps.total !== null && !record.has(FIELD.max_steps)) record.set(FIELD.max_steps, this.steps.total);
    this.#onRecord(record, kind, step);
  }

  #swap(): void {
    [this.#waiting, this.#next] = [this.#next, this.#waiting];
  }
}
