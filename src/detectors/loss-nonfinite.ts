import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import { type Detector, detectorKind, GAP_STEPS, type Verdict } from './detector.ts';

/**
 * NaN or an infinity in the logged loss. Of the evaluation loss it is a warning: one batch of the evaluation set can do
 * that to it. An evaluation says nothing good about the training loss, so it never closes what training opened.
 */
export const lossNonfinite = detectorKind({
  alertname: 'TrainerLossNonFinite',
  family: 'nonfinite',
  heeds: ['nonfinite'],
  symptom: true,
  rank: 1,
  options: {},
  goodStepsToResolve: GAP_STEPS,
  create: () => new LossNonfinite(),
});

class LossNonfinite implements Detector {
  #step: number | null = null;
  #field: 'loss' | 'eval_loss' = 'loss';
  #value = 0;
  /** the evaluation loss was bad and no evaluation has been good since */
  #evaluationBad = false;

  observe(record: LogRecord): Verdict {
    if (record.has(FIELD.loss)) {
      const loss = record.number(FIELD.loss);
      if (!Number.isFinite(loss)) return this.#bad(record, 'loss', loss);
      return this.#evaluationBad ? 'silent' : 'good';
    }
    const evalLoss = record.get(FIELD.eval_loss);
    if (evalLoss === undefined) return 'silent';
    this.#evaluationBad = !Number.isFinite(evalLoss);
    return this.#evaluationBad ? this.#bad(record, 'eval_loss', evalLoss) : 'silent';
  }

  #bad(record: LogRecord, field: 'loss' | 'eval_loss', value: number): Verdict {
    this.#step = record.step;
    this.#field = field;
    this.#value = value;
    return 'bad';
  }

  severity(): Severity {
    return this.#field === 'loss' ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [{ step: this.#step, field: this.#field, value: this.#value }];
  }
}
