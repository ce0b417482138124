import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, GAP_STEPS, type Verdict } from './detector.ts';

/**
 * A loss of exactly 0 where it cannot honestly be. Hugging Face's Trainer drops NaN losses from the mean that it logs
 * (`logging_nan_inf_filter`, on by default), so a window in which every loss was NaN reads 0.0.
 *
 * Honest zeros come gradually: a model that memorises its data passes 0.01 and 0.001 on the way down, so the zero is
 * judged against the newest losses that were finite and not 0, by their median and by the lowest of them. Preference training with all pairs told
 * apart, and reinforcement learning, whose loss is no measure of anything, may rest at 0 honestly.
 */
export const lossZero = detectorKind({
  alertname: 'TrainerLossZero',
  family: 'nonfinite',
  reads: ['loss'],
  heeds: ['zero'],
  symptom: true,
  rank: 1,
  options: {
    honest_below: {
      default: 0.01,
      min: 0,
      says: 'median of the last 20 losses below which a loss may honestly reach 0, or ten times their lowest',
    },
    critical_records: { default: 3, min: 1, isInteger: true, says: 'zeros in a row that make it critical' },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new LossZero(options),
});

interface Options {
  readonly honest_below: number;
  readonly critical_records: number;
}

const ACCURATE = 0.99;

class LossZero implements Detector {
  readonly #options: Options;
  #zerosInRow = 0;
  #step: number | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, _run: RunFacts, { loss: trend, isReinforcement }: Signals): Verdict {
    if (!record.has(FIELD.loss)) return 'silent';
    const loss = record.number(FIELD.loss);
    if (loss !== 0) return this.#notZero(loss);
    if (isReinforcement || (record.get(FIELD.accuracy) ?? 0) >= ACCURATE) return 'silent';
    if (this.#isHonest(trend)) return 'silent';
    this.#zerosInRow++;
    this.#step = record.step;
    return 'bad';
  }

  #isHonest({ newestMedian, newestLeast }: Signals['loss']): boolean {
    const { honest_below } = this.#options;
    return newestMedian < honest_below || newestLeast < honest_below / 10;
  }

  #notZero(loss: number): Verdict {
    this.#zerosInRow = 0;
    // NaN is other trouble, but no sign that the loss has come back
    return Number.isFinite(loss) ? 'good' : 'silent';
  }

  severity(): Severity {
    return this.#zerosInRow >= this.#options.critical_records ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [{ step: this.#step, field: 'loss', value: 0 }];
  }
}
