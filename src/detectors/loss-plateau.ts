import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, type Span, type Verdict } from './detector.ts';

/**
 * The loss has not got better for long: its moving mean, looked at now and then in a long run, has found no new best, by
 * more than a share, for many records and a good part of the run. Quiet where that is no news: near the end of the run,
 * where little is left to learn, and in reinforcement learning.
 */
export const lossPlateau = detectorKind({
  alertname: 'TrainerLossPlateau',
  family: 'loss',
  heeds: ['beat'],
  options: {
    better: { default: 0.005, min: 0, max: 1, says: 'share by which a new best must be better' },
    records: { default: 200, min: 1, isInteger: true, says: 'records without a new best' },
    share: { default: 0.1, min: 0, max: 1, says: 'of the whole run, that these must be' },
  },
  goodStepsToResolve: 0,
  create: (options) => new LossPlateau(options),
});

interface Options {
  readonly better: number;
  readonly records: number;
  readonly share: number;
}

/** Records before the moving mean is one. */
const WARM_UP = 20;
/** Of the steps, after which no progress is no news. */
const LATE = 0.8;
/** Of the loss at the beginning, below which there is little left to learn. */
const LEARNED = 0.1;

class LossPlateau implements Detector {
  readonly #options: Options;
  /** The moving mean when it was last looked at, and the losses it was made of. */
  #mean = 0;
  #count = 0;
  /** The best one, and the losses and the step at that time. */
  #best = Number.POSITIVE_INFINITY;
  #bestCount = 0;
  #bestStep = 0;
  #step = 0;
  #isOpen = false;
  #span: Span | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, run: RunFacts, { loss: trend, isReinforcement }: Signals): Verdict {
    if (isReinforcement || !trend.isBeat) return this.#isOpen || isReinforcement ? 'silent' : 'good';
    this.#step = record.number(FIELD.step);
    this.#mean = trend.mean;
    this.#count = trend.count + 1;
    if (this.#count < WARM_UP) return 'good';
    if (trend.leastMean < this.#best * (1 - this.#options.better)) {
      this.#best = trend.leastMean;
      this.#bestCount = this.#count;
      this.#bestStep = this.#step;
    }
    if (!this.#isLong(run) || isLate(run) || this.#mean < LEARNED * trend.beginning) {
      this.#isOpen = false;
      return 'good';
    }
    this.#span = this.#isOpen
      ? null
      : { first: this.#bestStep, last: this.#step, records: this.#count - this.#bestCount };
    this.#isOpen = true;
    return 'bad';
  }

  #isLong({ maxSteps }: RunFacts): boolean {
    const { records, share } = this.#options;
    if (this.#count - this.#bestCount < records) return false;
    return maxSteps === null || this.#step - this.#bestStep >= share * maxSteps;
  }

  restart(): void {
    this.#best = Number.POSITIVE_INFINITY;
    this.#bestCount = 0;
    this.#isOpen = false;
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return 'info';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#step, field: 'mean_loss', value: this.#mean },
      { step: this.#bestStep, field: 'best_loss', value: this.#best },
    ];
  }
}

function isLate({ lastStep, maxSteps }: RunFacts): boolean {
  return lastStep !== null && maxSteps !== null && lastStep > LATE * maxSteps;
}
