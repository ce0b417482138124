import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, type Span, type Verdict } from './detector.ts';
import { Row } from './row.ts';

/**
 * The evaluation loss rises while the training loss falls: the model learns its data by heart. Many who fine-tune on
 * little data live with that, so it is information; it is a warning when most of the run lies behind its best
 * evaluation.
 */
export const evalRising = detectorKind({
  alertname: 'TrainerEvalLossRising',
  reads: ['eval_loss'],
  family: 'evaluation',
  options: {
    above: { default: 0.02, min: 0, says: 'share by which an evaluation lies above the best' },
    evaluations: { default: 3, min: 1, isInteger: true, says: 'such evaluations in a row' },
    warning_evaluations: {
      default: 8,
      min: 1,
      isInteger: true,
      says: 'such evaluations in a row that make it a warning',
    },
    warning_share: { default: 0.75, min: 0, max: 1, says: 'of all evaluations, that these must be' },
  },
  goodStepsToResolve: 0,
  create: (options) => new EvalRising(options),
});

interface Options {
  readonly above: number;
  readonly evaluations: number;
  readonly warning_evaluations: number;
  readonly warning_share: number;
}

class EvalRising implements Detector {
  readonly #options: Options;
  #best = Number.POSITIVE_INFINITY;
  #bestStep = 0;
  /** Training loss at the best evaluation. */
  #trainingLoss = Number.NaN;
  #count = 0;
  readonly #row = new Row();
  #step = Number.NaN;
  #loss = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, _run: RunFacts, { loss: trend }: Signals): Verdict {
    const loss = record.number(FIELD.eval_loss);
    const step = record.number(FIELD.step);
    // the same evaluation again, or one of what is no loss
    if (!(loss > 0 && loss < Number.POSITIVE_INFINITY) || step === this.#step) return 'silent';
    this.#step = step;
    this.#loss = loss;
    this.#count++;
    if (loss <= this.#best) this.#newBest(loss, step, trend.expected);
    if (!(loss > (1 + this.#options.above) * this.#best)) {
      this.#row.clear();
      return 'good';
    }
    this.#row.add(step);
    if (this.#row.count < this.#options.evaluations || !(trend.expected < this.#trainingLoss)) return 'silent';
    return this.#row.tell();
  }

  #newBest(loss: number, step: number, trainingLoss: number): void {
    this.#best = loss;
    this.#bestStep = step;
    this.#trainingLoss = trainingLoss;
  }

  restart(): void {
    this.#row.clear();
    this.#step = Number.NaN;
  }

  span(): Span | null {
    return this.#row.span;
  }

  severity(): Severity {
    const { warning_evaluations, warning_share } = this.#options;
    const isMost = this.#row.count >= warning_evaluations && this.#row.count >= warning_share * this.#count;
    return isMost ? 'warning' : 'info';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#step, field: 'eval_loss', value: this.#loss },
      { step: this.#bestStep, field: 'best_loss', value: this.#best },
    ];
  }
}
