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
 * the step falls back also when two processes write one file. So a step back is only a suspicion, and the next record
 * decides: if that goes on from where the log was before, a second writer spoke in between.
 */
export class Attempts {
  readonly all: Attempt[] = [];
  #dropped = 0;
  #suspect: Attempt | null = null;

  /** How many there were; 1 for a run that went through. */
  get count(): number {
    return Math.max(1, this.#dropped + this.all.length);
  }

  get current(): Attempt | undefined {
    return this.all.at(-1);
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
    const suspect = this.#suspect;
    this.#suspect = null;
    if (suspect !== null && !goesOn(current, step, elapsed)) {
      this.#begin(suspect);
      if (goesOn(suspect, step, elapsed)) advance(suspect, step, elapsed, arrivedMs);
      else this.#suspect = newAttempt(step, elapsed, arrivedMs);
      return true;
    }
    if (goesOn(current, step, elapsed)) advance(current, step, elapsed, arrivedMs);
    else this.#suspect = newAttempt(step, elapsed, arrivedMs);
    return false;
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
