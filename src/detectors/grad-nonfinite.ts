import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { isNormSentinel } from '../signals/norm-sentinel.ts';
import { type Detector, detectorKind, GAP_STEPS, type Span, type Verdict } from './detector.ts';

/**
 * A gradient norm that is NaN or infinite, or the number that DeepSpeed writes in its place: each group of parameters
 * whose norm is not finite counts as -1, and the root of the sum of squares is logged, so that one to four groups read
 * 1, 1.41421356, 1.7320508 or 2 exactly (DeepSpeed issues 5242, 5347). A healthy norm may come close to one of these
 * once; twice in a row, or together with a loss of 0, it does not.
 *
 * fp16 training begins with a loss scale that is too high and halves it until the gradients fit: a few non-finite norms
 * with a healthy loss in the first steps are that, and no trouble (apex issue 864). It is over when a few norms in a row
 * were finite, and is not where nothing scales the loss. Where it is not known whether anything does, and the norm of the
 * first step was logged, it must begin with that one: a scale that is too high is so from the beginning.
 */
export const gradNonfinite = detectorKind({
  alertname: 'TrainerGradNonFinite',
  reads: ['grad_norm'],
  family: 'nonfinite',
  symptom: true,
  rank: 1,
  options: {
    calibration_steps: {
      default: 50,
      min: 0,
      isInteger: true,
      says: 'first steps in which fp16 calibrates its loss scale',
    },
    calibration_records: { default: 16, min: 0, isInteger: true, says: 'non-finite norms that calibration may cause' },
    critical_records: { default: 3, min: 1, isInteger: true, says: 'bad norms in a row that make it critical' },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new GradNonfinite(options),
});

interface Options {
  readonly calibration_steps: number;
  readonly calibration_records: number;
  readonly critical_records: number;
}

/** Norms that calibration may cause where it is not known whether there is a loss scaler. */
const UNSURE_RECORDS = 2;
const FIRST_STEP = 1;
/** Finite norms in a row after which the loss scale is right. */
const CALIBRATED = 3;

class GradNonfinite implements Detector {
  readonly #options: Options;
  #step: number | null = null;
  #value = 0;
  #badInRow = 0;
  #finiteInRow = 0;
  #sentinelsInRow = 0;
  #hasScaler = true;
  #isCalibrated = false;
  /** Whether the first norm of the attempt was that of the first step, and finite; null before it. */
  #beganFinite: boolean | null = null;
  /** Norms that were taken for calibration, in a row; and the step of the first. */
  #forgiven = 0;
  #forgivenInRow = 0;
  #forgivenSince: number | null = null;
  #span: Span | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, run: RunFacts): Verdict {
    if (!record.has(FIELD.grad_norm)) return 'silent';
    const norm = record.number(FIELD.grad_norm);
    const loss = record.number(FIELD.loss);
    this.#beganFinite ??= record.step === FIRST_STEP && Number.isFinite(norm);
    this.#sentinelsInRow = isNormSentinel(norm) ? this.#sentinelsInRow + 1 : 0;
    if (!this.#isBad(norm, loss)) return this.#good();
    this.#finiteInRow = 0;
    this.#hasScaler = run.context.loss_scaler !== false;
    this.#step = record.step;
    this.#value = norm;
    if (this.#calibrates(record.step, loss, run)) {
      if (this.#forgivenInRow++ === 0) this.#forgivenSince = record.step;
      return 'silent';
    }
    this.#badInRow++;
    // what a bad loss follows was no calibration either
    this.#span =
      this.#forgivenInRow > 0 && !(loss > 0)
        ? { first: this.#forgivenSince ?? 0, last: record.step ?? 0, records: this.#forgivenInRow + 1 }
        : null;
    this.#forgivenInRow = 0;
    return 'bad';
  }

  #good(): Verdict {
    this.#badInRow = 0;
    this.#forgivenInRow = 0;
    this.#isCalibrated ||= ++this.#finiteInRow >= CALIBRATED;
    return 'good';
  }

  #isBad(norm: number, loss: number): boolean {
    if (!Number.isFinite(norm) || norm === -1) return true;
    return this.#sentinelsInRow >= 2 || (this.#sentinelsInRow === 1 && loss === 0);
  }

  #calibrates(step: number | null, loss: number, { context }: RunFacts): boolean {
    if (this.#isCalibrated || context.loss_scaler === false || context.trainer === 'llamafactory-v1') return false;
    if (step === null || step > this.#options.calibration_steps || !(loss > 0) || loss === Number.POSITIVE_INFINITY) {
      return false;
    }
    if (context.loss_scaler !== true && this.#beganFinite === true) return false;
    const most = context.loss_scaler === true ? this.#options.calibration_records : UNSURE_RECORDS;
    return ++this.#forgiven <= most;
  }

  restart(): void {
    this.#forgiven = 0;
    this.#isCalibrated = false;
    this.#beganFinite = null;
    this.#finiteInRow = 0;
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return this.#badInRow >= this.#options.critical_records || !this.#hasScaler ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [{ step: this.#step, field: 'grad_norm', value: this.#value }];
  }
}
