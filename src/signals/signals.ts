import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { LearningRate } from './learning-rate.ts';
import { Life } from './life.ts';
import { LossTrend } from './loss-trend.ts';

/** What several detectors ask of a run at its newest record: worked out once. */
export class Signals {
  readonly loss = new LossTrend();
  readonly learningRate = new LearningRate();
  readonly life = new Life();
  /** Reinforcement learning, whose loss is no measure of anything. */
  isReinforcement = false;
  /** The step of the newest record is lower than that of the one before: a new attempt, or a second writer. */
  isStepBack = false;
  #lastStep = Number.NaN;

  /** The next record, before any detector sees it; `run` knows it already. */
  observe(record: LogRecord, run: RunFacts): void {
    const step = record.number(FIELD.step);
    this.isStepBack = record.isTraining && step < this.#lastStep;
    if (record.isTraining) this.#lastStep = step;
    if (this.isStepBack) this.#forget();
    // rounding makes -0 of a small negative loss
    const loss = record.number(FIELD.loss);
    if (record.has(FIELD.reward) || loss < 0 || Object.is(loss, -0)) this.isReinforcement = true;
    this.loss.observe(record);
    this.learningRate.observe(record, run);
  }

  /** A new attempt has begun with the record that comes next. */
  restart(): void {
    this.life.restart();
  }

  #forget(): void {
    this.loss.restart();
    this.learningRate.restart();
  }
}
