import type { RunContext } from '../model/context.ts';
import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import type { RunFacts } from '../runs/run.ts';
import { LearningRate } from './learning-rate.ts';
import { Life } from './life.ts';
import { LEAST_OFF, LEAST_SURPRISE, LossTrend } from './loss-trend.ts';
import { BRIEF, LINGER, MOMENTARY, SIGN } from './signs.ts';

/**
 * Seconds from `since` on, by the trainer's clock, that are worth measuring: a clock of whole seconds measures the least
 * well enough, and the longer a run goes on the rarer it is measured, up to once a minute.
 */
export function measurableSeconds(since: number): number {
  return Math.min(60, Math.max(10, since / 128));
}

/** A loss that is fewer spreads below what was expected, or nearer by ratio, is no dip, and no detector may ask for less. */
export const LEAST_DIP = 5;
export const MOST_DIP = 1 - LEAST_OFF;

/** Fields without which a record is never calm. */
const TOLD = (1 << FIELD.loss) | (1 << FIELD.elapsed_seconds);
const REWARD = 1 << FIELD.reward;

/** What several detectors ask of a run at its newest record: worked out once. */
export class Signals {
  readonly loss = new LossTrend();
  readonly learningRate = new LearningRate();
  readonly life = new Life();
  /** Reinforcement learning, whose loss is no measure of anything. */
  isReinforcement = false;
  /** The step of the newest record is lower than that of the one before: a new attempt, or a second writer. */
  isStepBack = false;
  /** Step of the training record before the newest record, NaN for none. */
  previousStep = Number.NaN;
  /** What is out of the ordinary in the newest records, as bits of {@link SIGN}. */
  signs = 0;
  /** Those of them that stay for some records. */
  #held = 0;
  /** Those that stay for one. */
  #brief = 0;
  #calm = 0;
  #lastStep = Number.NaN;
  /** Of the record that showed the last {@link SIGN.time}. */
  #timedStep = Number.NaN;
  #timedSeconds = Number.NaN;
  #context: RunContext | null = null;

  /**
   * The next record, before any detector sees it; `run` knows it already.
   *
   * @param restarted a new attempt has begun with it
   */
  observe(record: LogRecord, run: RunFacts, restarted: boolean): void {
    if (restarted) {
      this.life.restart();
      this.loss.forgetBest();
      this.#timedStep = Number.NaN;
    }
    const step = record.number(FIELD.step);
    this.previousStep = this.#lastStep;
    this.isStepBack = record.isTraining && step < this.#lastStep;
    if (record.isTraining) this.#lastStep = step;
    if (this.isStepBack) this.#forget();
    // rounding makes -0 of a small negative loss
    const loss = record.number(FIELD.loss);
    if (record.has(FIELD.reward) || loss < 0 || Object.is(loss, -0)) this.isReinforcement = true;
    this.loss.observe(record);
    this.learningRate.observe(record, run);
    this.#collect(this.#signsOf(record, run) | (restarted ? SIGN.restart : 0));
  }

  /**
   * Takes records, from `from` on and `most` at most, as long as they are plain and show no sign at all. The run has been
   * put into the assembly.
   *
   * @returns how many it has taken
   */
  takeCalm(block: RecordBlock, from: number, most: number, run: RunFacts): number {
    const present = block.present[from] as number;
    if (
      this.#held !== 0 ||
      this.#brief !== 0 ||
      this.isReinforcement ||
      run.context !== this.#context ||
      !this.life.isCalm
    )
      return 0;
    if ((present & TOLD) !== TOLD || (present & REWARD) !== 0) return 0;
    const steps = block.column(FIELD.step);
    if ((steps[from] as number) < this.#lastStep) return 0;
    this.loss.turnTo();
    this.learningRate.lend();
    const taken = block.takeCalm(
      from,
      most,
      this.#timedStep,
      this.#timedSeconds,
      measurableSeconds(this.#timedSeconds),
    );
    if (taken === 0) return 0;
    const last = from + taken - 1;
    this.learningRate.takeBack();
    this.life.takeCalm(block.column(FIELD.loss)[last] as number);
    this.previousStep = taken === 1 ? this.#lastStep : (steps[last - 1] as number);
    this.#lastStep = steps[last] as number;
    this.isStepBack = false;
    this.signs = 0;
    return taken;
  }

  #signsOf(record: LogRecord, run: RunFacts): number {
    const { loss, learningRate } = this;
    let signs = 0;
    if (record.has(FIELD.loss)) {
      if (record.number(FIELD.loss) === 0) signs |= SIGN.zero;
      if (!(Math.abs(loss.score) < LEAST_SURPRISE)) signs |= SIGN.surprise;
      if (loss.score <= -LEAST_DIP && loss.ratio <= MOST_DIP) signs |= SIGN.dip;
      if (loss.isHigh) signs |= SIGN.high;
      if (loss.isBeat) signs |= SIGN.beat;
    }
    if (this.#isTimed(record)) signs |= SIGN.time;
    if (!record.isFinite(FIELD.loss) || !record.isFinite(FIELD.eval_loss) || !record.isFinite(FIELD.grad_norm)) {
      signs |= SIGN.nonfinite;
    }
    if (learningRate.skippedNow > 0 || learningRate.stoodStill) signs |= SIGN.rate;
    if (this.life.judgement !== null) signs |= SIGN.doubt;
    if (this.isStepBack) signs |= SIGN.restart;
    if (run.ended !== null) signs |= SIGN.ended;
    if (run.context !== this.#context) {
      this.#context = run.context;
      signs |= SIGN.configuration;
    }
    if (this.isReinforcement) signs |= SIGN.reinforcement;
    return signs;
  }

  #isTimed(record: LogRecord): boolean {
    const { isTraining } = record;
    if (!isTraining && !record.has(FIELD.eval_loss)) return false;
    const step = isTraining ? record.number(FIELD.step) : Number.NaN;
    const seconds = record.number(FIELD.elapsed_seconds);
    const passed = seconds - this.#timedSeconds;
    if (step > this.#timedStep && passed >= 0 && passed < measurableSeconds(this.#timedSeconds)) return false;
    this.#timedStep = step;
    this.#timedSeconds = seconds;
    return true;
  }

  #collect(signs: number): void {
    const held = signs & ~(MOMENTARY | BRIEF);
    if (held !== 0) {
      this.#held |= held;
      this.#calm = 0;
    } else if (this.#held !== 0 && ++this.#calm >= LINGER) {
      this.#held = 0;
    }
    this.signs = this.#held | this.#brief | signs;
    this.#brief = signs & BRIEF;
  }

  #forget(): void {
    this.loss.restart();
    this.learningRate.restart();
  }
}
