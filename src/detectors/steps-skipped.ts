import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, GAP_STEPS, type Span, type Verdict } from './detector.ts';

/**
 * The learning rate lags behind its schedule: the scheduler advances only with steps that were applied (see
 * {@link LearningRate}). A few skipped steps are fp16's daily bread; more than a share of the newest steps is trouble,
 * and all of them is a run that stands still.
 */
export const stepsSkipped = detectorKind({
  alertname: 'TrainerStepsSkipped',
  family: 'nonfinite',
  heeds: ['rate', 'restart'],
  options: {
    window_steps: { default: 200, min: 1, isInteger: true, says: 'newest steps that are looked at' },
    share: { default: 0.05, min: 0, max: 1, says: 'of these that may be skipped' },
    calibration_steps: {
      default: 50,
      min: 0,
      isInteger: true,
      says: 'first steps, in which fp16 calibrates its loss scale',
    },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new StepsSkipped(options),
});

interface Options {
  readonly window_steps: number;
  readonly share: number;
  readonly calibration_steps: number;
}

/** Records with skipped steps that are remembered. */
const KEPT = 64;
/** Steps in a row, all of them skipped, that make it critical. */
const STANDSTILL = 20;

class StepsSkipped implements Detector {
  readonly #options: Options;
  /** Records with skipped steps, the oldest first. */
  readonly #skips: { readonly step: number; readonly skipped: number }[] = [];
  #inWindow = 0;
  #stands = 0;
  #isOpen = false;
  #span: Span | null = null;
  #step = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, _run: RunFacts, { learningRate, previousStep }: Signals): Verdict {
    if (!record.isTraining || Number.isNaN(learningRate.skipped)) return 'silent';
    const step = record.number(FIELD.step);
    const made = step - previousStep;
    const { window_steps, share, calibration_steps } = this.#options;
    for (let oldest = this.#skips[0]; oldest !== undefined && oldest.step <= step - window_steps; ) {
      this.#inWindow -= oldest.skipped;
      this.#skips.shift();
      oldest = this.#skips[0];
    }
    const skipped = learningRate.skippedNow;
    this.#stands = skipped > 0 && skipped >= made ? this.#stands + made : 0;
    if (skipped === 0) {
      this.#isOpen &&= this.#inWindow > 0;
      return 'good';
    }
    if (step <= calibration_steps) return 'silent';
    this.#skips.push({ step, skipped });
    if (this.#skips.length > KEPT) this.#inWindow -= this.#skips.shift()?.skipped ?? 0;
    this.#inWindow += skipped;
    this.#step = step;
    if (!this.#isOpen && this.#inWindow <= share * window_steps) return 'silent';
    this.#span = this.#isOpen ? null : { first: this.#skips[0]?.step ?? step, last: step, records: this.#skips.length };
    this.#isOpen = true;
    return 'bad';
  }

  restart(): void {
    this.#skips.length = 0;
    this.#inWindow = 0;
    this.#isOpen = false;
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return this.#stands >= STANDSTILL ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#step, field: 'skipped_steps', value: this.#inWindow },
      { step: this.#step, field: 'of_steps', value: Math.min(this.#options.window_steps, this.#step) },
    ];
  }
}
