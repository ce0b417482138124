import { type AssemblyGlobal, assembly } from '../assembly.ts';
import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { type FittedSchedule, fitSchedule, type LrPoint, NO_SCHEDULE, NOT_FOUND, stepsAt } from './lr-schedule.ts';

interface Rates {
  readonly MOVING: AssemblyGlobal;
  readonly WHOLE: AssemblyGlobal;
  readonly lastRate: AssemblyGlobal;
  readonly lastRateStep: AssemblyGlobal;
  readonly moves: AssemblyGlobal;
  setSchedule(kind: number, start: number, scale: number, peak: number, ahead: number): void;
  setRate(rate: number, step: number, moves: number): void;
}

const rates = assembly<Rates>();
/** Moves in a row after which a rate that stands still says something. */
const MOVING = rates.MOVING.value;
/** How far from a whole number of steps the rate may say that the scheduler is. */
const WHOLE = rates.WHOLE.value;
/** Records with a falling rate, one after the other, to which a schedule is fitted. */
const POINTS = 3;
/** Most rates do not fall, or their schedule is known: it is never put into. */
const NO_POINTS: LrPoint[] = [];
/** Attempts to fit one. */
const MAX_FITS = 16;
/** Significant digits to which consoles round. */
const ROUNDED = 5;

/**
 * What the learning rate tells of optimizer steps that did not happen. The scheduler is advanced only by steps that
 * were applied, and the log holds its rate unrounded: turned back through the schedule, it counts them. The count is
 * exact for linear and cosine schedules and an optimizer that is not fused. A fused one skips inside its kernel and the
 * rate moves on: that nothing is behind proves nothing.
 */
export class LearningRate {
  /** In a row of falling rates, from the second one on. */
  #points: LrPoint[] = NO_POINTS;
  #fitted: FittedSchedule | null = null;
  #fits = 0;
  #last = Number.NaN;
  #lastStep = Number.NaN;
  #moves = 0;
  /** Steps that did not happen since the schedule was known, in this attempt; NaN while it is not known. */
  skipped = Number.NaN;
  /** Steps that did not happen, of all attempts. */
  total = 0;
  /** Steps among them that the newest record brought. */
  skippedNow = 0;
  /** The rate of the newest record is that of the one before, to the last bit, on a schedule that moves: nothing was applied. */
  stoodStill = false;

  observe(record: LogRecord, run: RunFacts): void {
    this.skippedNow = 0;
    this.stoodStill = false;
    const rate = record.number(FIELD.learning_rate);
    const step = record.number(FIELD.step);
    if (!(rate > 0) || !record.isTraining || step === this.#lastStep) return;
    this.#move(rate, step);
    if (this.#fitted === null) this.#collect(rate, step, run);
    else this.#measure(step - this.#fitted.lead - stepsAt(this.#fitted.schedule, rate));
    this.#last = rate;
    this.#lastStep = step;
  }

  /** Puts what is known into the assembly, which then takes records of which there is nothing to say. */
  lend(): void {
    const fitted = this.#fitted;
    if (fitted === null) rates.setSchedule(this.#fits >= MAX_FITS ? NO_SCHEDULE : NOT_FOUND, 0, 0, 0, 0);
    else {
      const { kind, start, scale, peak } = fitted.schedule;
      rates.setSchedule(kind, start, scale, peak, fitted.lead + this.skipped);
    }
    rates.setRate(this.#last, this.#lastStep, this.#moves);
  }

  /** Takes over what the assembly has made of it; it has taken records. */
  takeBack(): void {
    this.skippedNow = 0;
    this.stoodStill = false;
    if (Object.is(rates.lastRateStep.value, this.#lastStep)) return;
    this.#last = rates.lastRate.value;
    this.#lastStep = rates.lastRateStep.value;
    this.#moves = rates.moves.value;
    if (this.#fitted === null) this.#points = NO_POINTS;
  }

  /** A new attempt: the scheduler goes on from a checkpoint. */
  restart(): void {
    this.#points = NO_POINTS;
    this.#fitted = null;
    this.#moves = 0;
    this.#last = Number.NaN;
    this.skipped = Number.NaN;
  }

  #move(rate: number, step: number): void {
    if (rate === this.#last && step > this.#lastStep) {
      this.stoodStill = this.#moves >= MOVING && !isRounded(rate);
      // a rate that never moves again has reached its end
      if (this.#moves > 0) this.#moves--;
    } else if (this.#moves < 2 * MOVING) {
      this.#moves++;
    }
  }

  #collect(rate: number, step: number, run: RunFacts): void {
    if (!(rate < this.#last)) {
      this.#points = NO_POINTS;
      return;
    }
    if (this.#fits >= MAX_FITS) return;
    if (this.#points === NO_POINTS) this.#points = [{ step: this.#lastStep, lr: this.#last }];
    this.#points.push({ step, lr: rate });
    if (this.#points.length < POINTS) return;
    const maxSteps = run.maxSteps ?? run.context.max_steps ?? 0;
    this.#fits++;
    this.#fitted = fitSchedule(this.#points, maxSteps, run.context);
    this.#points.shift();
    if (this.#fitted !== null) this.skipped = 0;
  }

  #measure(behind: number): void {
    const skipped = Math.round(behind);
    // only whole steps are skipped: it is another schedule, which was alike at first
    if (!(Math.abs(behind - skipped) <= WHOLE)) {
      this.restart();
      this.#fits = MAX_FITS;
      return;
    }
    // ahead of its schedule: it is another one
    if (skipped < this.skipped) {
      this.restart();
      return;
    }
    this.skippedNow = skipped - this.skipped;
    this.skipped = skipped;
    this.total += this.skippedNow;
  }
}

/** A rate that was rounded repeats itself while the schedule moves. */
function isRounded(rate: number): boolean {
  return Number(rate.toPrecision(ROUNDED)) === rate;
}
