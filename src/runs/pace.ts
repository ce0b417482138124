import { Ring } from '../statistics/ring.ts';

const WINDOW = 64;
const INTERVALS = 128;
/** Of records that came together no earlier ones than these count. */
export const PACE_RECORDS = INTERVALS + 1;

/**
 * How fast a run goes, from its newest records: time per step, and the time between records.
 *
 * Time is the trainer's own elapsed time where the log has it, so that a log that is read long after gives the same
 * numbers as one that was followed; it has whole seconds only, hence the window. Otherwise it is the time of arrival,
 * and records that were read together say nothing of the time between them: only the newest of them counts.
 */
export class Pace {
  readonly #seconds = new Ring(WINDOW);
  readonly #steps = new Ring(WINDOW);
  readonly #intervals = new Ring(INTERVALS);
  #trainersClock = false;
  /** NaN until it is asked for again. */
  #longInterval = Number.NaN;

  /**
   * @param elapsed the trainer's seconds, NaN when the record does not say
   */
  observe(step: number, elapsed: number, arrivedMs: number): void {
    if (!Number.isNaN(elapsed)) {
      if (!this.#trainersClock) this.#forget();
      this.#trainersClock = true;
      this.#take(step, elapsed);
    } else if (!this.#trainersClock) {
      const seconds = arrivedMs / 1000;
      if (seconds === this.#seconds.at(0)) this.#steps.amend(step);
      else this.#take(step, seconds);
    }
  }

  #take(step: number, seconds: number): void {
    if (step < this.#steps.at(0) || seconds < this.#seconds.at(0)) {
      this.#seconds.clear();
      this.#steps.clear();
    }
    if (this.#seconds.size > 0) {
      this.#intervals.push(seconds - this.#seconds.at(0));
      this.#longInterval = Number.NaN;
    }
    this.#seconds.push(seconds);
    this.#steps.push(step);
  }

  #forget(): void {
    this.#seconds.clear();
    this.#steps.clear();
    this.#intervals.clear();
    this.#longInterval = Number.NaN;
  }

  /** Seconds per step over the window, or null when too little is known. */
  get secondsPerStep(): number | null {
    const last = this.#steps.size - 1;
    const steps = this.#steps.at(0) - this.#steps.at(last);
    const seconds = this.#seconds.at(0) - this.#seconds.at(last);
    return steps > 0 && seconds > 0 ? seconds / steps : null;
  }

  /** 95th percentile of the seconds between two records, or null before there are a few. Worked out once a record. */
  get longInterval(): number | null {
    if (this.#intervals.size < 3) return null;
    if (Number.isNaN(this.#longInterval)) this.#longInterval = this.#intervals.quantile(0.95);
    return this.#longInterval;
  }
}
