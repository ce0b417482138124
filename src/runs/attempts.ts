/** One stretch of training without a break: from its start to its crash, its end or now. */
export interface Attempt {
  readonly firstStep: number;
  lastStep: number;
  /** Seconds that the trainer said had passed, NaN when it never said. */
  lastElapsed: number;
  /** Best estimate of when the attempt began, in ms since the epoch; Infinity when the log has no elapsed time. */
  startedAtMs: number;
}

/**
 * Tells the attempts of a run apart.
 *
 * A resumed run appends to the same log: the step falls back to the checkpoint, and the elapsed time begins anew. But
 * the step falls back also when two processes write one file. So a step back is only a suspicion, and what follows
 * decides: if that goes on from where the log was before, a second writer spoke in between. Where one has shown itself,
 * by that or by a clock that ran on while the step fell, the suspicion needs more than one record to become certain.
 */
export class Attempts {
  readonly all: Attempt[] = [];
  #dropped = 0;
  #suspect: Attempt | null = null;
  /** records that the suspect still needs to be believed */
  #doubt = 0;
  #twoWriters = false;

  /** How many there were; 1 for a run that went through. */
  get count(): number {
    return Math.max(1, this.#dropped + this.all.length);
  }

  get current(): Attempt | undefined {
    return this.all[this.all.length - 1];
  }

  /**
   * When an attempt began, in ms since the epoch, as well as it can be told: an attempt whose records were all read
   * later than they were written ended before the next one began. Infinity when unknown.
   *
   * @param index from 0
   */
  startOf(index: number): number {
    let start = Number.POSITIVE_INFINITY;
    for (let at = this.all.length - 1; at >= Math.max(0, index - this.#dropped); at--) {
      const attempt = this.all[at];
      if (attempt !== undefined) start = Math.min(attempt.startedAtMs, start - (attempt.lastElapsed || 0) * 1000);
    }
    return start;
  }

  /**
   * Takes one training record.
   *
   * @param elapsed seconds since the attempt began, NaN when the record does not say
   * @returns true when this record proves that a new attempt has begun
   */
  observe(step: number, elapsed: number, arrivedMs: number): boolean {
    const current = this.current;
    if (current === undefined) {
      this.#begin(newAttempt(step, elapsed, arrivedMs));
      return false;
    }
    if (goesOn(current, step, elapsed)) {
      if (this.#suspect !== null) this.#twoWriters = true;
      this.#suspect = null;
      advance(current, step, elapsed, arrivedMs);
      return false;
    }
    return this.#fallBack(current, step, elapsed, arrivedMs);
  }

  /** Whether a record that goes on from the newest one leaves no doubt. */
  get isSure(): boolean {
    return this.all.length > 0 && this.#suspect === null;
  }

  /** Takes a record that does not go on from the current attempt. */
  #fallBack(current: Attempt, step: number, elapsed: number, arrivedMs: number): boolean {
    const suspect = this.#suspect;
    if (suspect !== null && goesOn(suspect, step, elapsed)) {
      advance(suspect, step, elapsed, arrivedMs);
      this.#doubt--;
      if (this.#doubt > 0) return false;
      this.#suspect = null;
      this.#begin(suspect);
      return true;
    }
    // back again: an attempt of one record, if there was no more reason to doubt it
    const begun = suspect !== null && this.#doubt === 1 ? suspect : null;
    if (begun !== null) this.#begin(begun);
    const ranOn = elapsed > (begun ?? current).lastElapsed;
    this.#suspect = newAttempt(step, elapsed, arrivedMs);
    this.#doubt = this.#twoWriters || ranOn ? RECORDS_IN_DOUBT : 1;
    return begun !== null;
  }

  #begin(attempt: Attempt): void {
    this.all.push(attempt);
    if (this.all.length > MAX_ATTEMPTS_KEPT) {
      this.all.shift();
      this.#dropped++;
    }
  }
}

const MAX_ATTEMPTS_KEPT = 64;
/** Records in a row that prove a new attempt where two processes may write one log. */
const RECORDS_IN_DOUBT = 3;

function newAttempt(step: number, elapsed: number, arrivedMs: number): Attempt {
  const attempt = { firstStep: step, lastStep: step, lastElapsed: Number.NaN, startedAtMs: Number.POSITIVE_INFINITY };
  advance(attempt, step, elapsed, arrivedMs);
  return attempt;
}

function goesOn(attempt: Attempt, step: number, elapsed: number): boolean {
  return step >= attempt.lastStep && !(elapsed < attempt.lastElapsed);
}

function advance(attempt: Attempt, step: number, elapsed: number, arrivedMs: number): void {
  attempt.lastStep = step;
  if (Number.isNaN(elapsed)) return;
  attempt.lastElapsed = elapsed;
  // a record arrives after it was made, never before: the smallest difference is the truest
  attempt.startedAtMs = Math.min(attempt.startedAtMs, arrivedMs - elapsed * 1000);
}
