import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { SortedWindow } from '../statistics/sorted-window.ts';
import { type Detector, detectorKind, GAP_STEPS, type Span, type Verdict } from './detector.ts';
import { Row } from './row.ts';

/**
 * Gradient norms that are next to nothing while there is much left to learn. A run that has memorised its data has such
 * norms honestly, so the loss must not be small beside where the run began; and so has one whose learning rate has run
 * out. In reinforcement learning a norm of 0 means that all rewards of a group were equal, which comes and goes.
 *
 * A norm of exactly 0 from the first record on is another matter: nothing is trainable, all labels are masked, or no
 * reward ever differs. That is trouble at any stage of any training.
 */
export const gradVanishing = detectorKind({
  alertname: 'TrainerGradVanishing',
  reads: ['grad_norm'],
  family: 'gradient',
  options: {
    norm: { default: 1e-7, min: 0, says: 'norm that is next to nothing in any run' },
    ratio: { default: 1e-3, min: 0, max: 1, says: "of the run's median norm, that is next to nothing in it" },
    records: { default: 10, min: 1, isInteger: true, says: 'such norms in a row' },
    loss: { default: 0.25, min: 0, max: 1, says: 'of the loss at the beginning, below which a run has learned' },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new GradVanishing(options),
});

interface Options {
  readonly norm: number;
  readonly ratio: number;
  readonly records: number;
  readonly loss: number;
}

const WINDOW = 64;
/** Norms before one can be small beside them. */
const LEAST_NORMS = 20;
/** Of the highest learning rate, below which the schedule has run out. */
const RUN_OUT = 0.01;

class GradVanishing implements Detector {
  readonly #options: Options;
  readonly #usual = new SortedWindow(WINDOW);
  #highestRate = 0;
  readonly #row = new Row();
  /** Every norm so far was exactly 0. */
  #isDead = true;
  #norm = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, run: RunFacts, signals: Signals): Verdict {
    const norm = record.number(FIELD.grad_norm);
    const rate = record.number(FIELD.learning_rate);
    if (rate > this.#highestRate) this.#highestRate = rate;
    if (!(norm >= 0 && norm < Number.POSITIVE_INFINITY)) return 'silent';
    if (norm > 0) this.#isDead = false;
    if (!this.#isSmall(norm)) {
      this.#usual.push(norm);
      this.#row.clear();
      return 'good';
    }
    this.#norm = norm;
    this.#row.add(record.number(FIELD.step));
    if (this.#row.count < this.#options.records) return 'silent';
    if (!this.#isDead && this.#isHonest(rate, run, signals)) return 'silent';
    return this.#row.tell();
  }

  #isSmall(norm: number): boolean {
    const { norm: nothing, ratio } = this.#options;
    return norm < nothing || (this.#usual.size >= LEAST_NORMS && norm < ratio * this.#usual.median());
  }

  #isHonest(rate: number, { lastStep, maxSteps }: RunFacts, { loss, isReinforcement }: Signals): boolean {
    if (isReinforcement || rate <= RUN_OUT * this.#highestRate) return true;
    if (maxSteps !== null && lastStep !== null && lastStep >= LATE * maxSteps && Number.isNaN(rate)) return true;
    return !(loss.expected > this.#options.loss * loss.beginning);
  }

  restart(): void {
    this.#usual.clear();
    this.#row.clear();
    this.#isDead = true;
  }

  span(): Span | null {
    return this.#row.span;
  }

  severity(): Severity {
    return 'warning';
  }

  evidence(): readonly Evidence[] {
    return [{ step: this.#row.last, field: 'grad_norm', value: this.#norm }];
  }
}

/** Of all steps, after which a schedule that the log does not tell may have run out. */
const LATE = 0.9;
