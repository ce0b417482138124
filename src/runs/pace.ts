import { Ring } from '../statistics/ring.ts';

const WINDOW = 64;
const INTERVALS = 128;
/** Records that are noted before they are looked at; one block is fewer. */
const NOTES = 1024;
/** Of noted records, of which none runs back, no earlier ones than these count. */
const COUNTING = INTERVALS + 2;
/** Records that were not looked at yet: only the newest count, once somebody asks. Of one run at a time. */
const notes = { of: null as Pace | null, count: 0, steps: new Float64Array(NOTES), seconds: new Float64Array(NOTES) };

/** Makes room: of notes of which none runs back the newest count. */
function keepNewest(): void {
  const { count, steps, seconds } = notes;
  steps.copyWithin(0, count - COUNTING, count);
  seconds.copyWithin(0, count - COUNTING, count);
  notes.count = COUNTING;
}

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
  /** The newest record with the trainer's clock. */
  readonly #noted = { step: Number.NaN, seconds: Number.NaN };
  /** NaN until it is asked for again. */
  #longInterval = Number.NaN;

  /**
   * @param elapsed the trainer's seconds, NaN when the record does not say
   */
  observe(step: number, elapsed: number, arrivedMs: number): void {
    if (!Number.isNaN(elapsed)) {
      this.#makeRoom(1, step, elapsed);
      notes.steps[notes.count] = step;
      notes.seconds[notes.count++] = elapsed;
      this.#noted.step = step;
      this.#noted.seconds = elapsed;
    } else if (!this.#trainersClock) {
      const seconds = arrivedMs / 1000;
      if (seconds === this.#seconds.at(0)) this.#steps.amend(step);
      else this.#take(step, seconds);
    }
  }

  /** Records in a row with the trainer's clock, 800 at most; neither step nor clock runs back in them. */
  observeAll(steps: Float64Array, elapsed: Float64Array): void {
    this.#makeRoom(steps.length, steps[0] as number, elapsed[0] as number);
    notes.steps.set(steps, notes.count);
    notes.seconds.set(elapsed, notes.count);
    notes.count += steps.length;
    this.#noted.step = steps.at(-1) as number;
    this.#noted.seconds = elapsed.at(-1) as number;
  }

  /** For as many notes of this run, the first of which is of this step and time. */
  #makeRoom(count: number, step: number, elapsed: number): void {
    if (!this.#trainersClock) this.#forget();
    this.#trainersClock = true;
    const runsBack = step < this.#noted.step || elapsed < this.#noted.seconds;
    if (notes.of === this && !runsBack) {
      if (notes.count + count > NOTES) keepNewest();
      return;
    }
    if (notes.of !== null) notes.of.#catchUp();
    notes.of = this;
  }

  #catchUp(): void {
    if (notes.of !== this) return;
    const { count, steps, seconds } = notes;
    notes.of = null;
    notes.count = 0;
    for (let at = Math.max(0, count - COUNTING); at < count; at++)
      this.#take(steps[at] as number, seconds[at] as number);
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
    this.#catchUp();
    const last = this.#steps.size - 1;
    const steps = this.#steps.at(0) - this.#steps.at(last);
    const seconds = this.#seconds.at(0) - this.#seconds.at(last);
    return steps > 0 && seconds > 0 ? seconds / steps : null;
  }

  /** 95th percentile of the seconds between two records, or null before there are a few. Worked out once a record. */
  get longInterval(): number | null {
    this.#catchUp();
    if (this.#intervals.size < 3) return null;
    if (Number.isNaN(this.#longInterval)) this.#longInterval = this.#intervals.quantile(0.95);
    return this.#longInterval;
  }
}
