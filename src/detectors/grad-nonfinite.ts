import { z } from 'zod';
import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import { type Detector, detectorKind, GAP_STEPS, type Verdict } from './detector.ts';

/**
 * A gradient norm that is NaN or infinite, or the number that DeepSpeed writes in its place: each group of parameters
 * whose norm is not finite counts as -1, and the root of the sum of squares is logged, so that one to four groups read
 * 1, 1.41421356, 1.7320508 or 2 exactly (DeepSpeed issues 5242, 5347). A healthy norm may come close to one of these
 * once; twice in a row, or together with a loss of 0, it does not.
 *
 * fp16 training begins with a loss scale that is too high and halves it until the gradients fit: a few non-finite norms
 * with a healthy loss in the first steps are that, and no trouble (apex issue 864).
 */
export const gradNonfinite = detectorKind({
  alertname: 'TrainerGradNonFinite',
  family: 'nonfinite',
  options: z.object({
    calibration_steps: z.int().min(0).default(50).describe('first steps in which fp16 calibrates its loss scale'),
    calibration_records: z.int().min(0).default(16).describe('non-finite norms that calibration may cause'),
    critical_records: z.int().min(1).default(3).describe('bad norms in a row that make it critical'),
  }),
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new GradNonfinite(options),
});

interface Options {
  readonly calibration_steps: number;
  readonly calibration_records: number;
  readonly critical_records: number;
}

const SENTINELS = [-1, 1, Math.SQRT2, Math.sqrt(3), 2];
const SENTINEL_TOLERANCE = 1e-6;

class GradNonfinite implements Detector {
  readonly #options: Options;
  #step: number | null = null;
  #value = 0;
  #badInRow = 0;
  #sentinelsInRow = 0;
  #calibrations = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord): Verdict {
    const norm = record.get(FIELD.grad_norm);
    if (norm === undefined) return 'silent';
    this.#sentinelsInRow = isSentinel(norm) ? this.#sentinelsInRow + 1 : 0;
    const loss = record.get(FIELD.loss);
    if (!this.#isBad(norm, loss)) {
      this.#badInRow = 0;
      return 'good';
    }
    if (this.#calibrates(record.step, loss)) return 'silent';
    this.#badInRow++;
    this.#step = record.step;
    this.#value = norm;
    return 'bad';
  }

  #isBad(norm: number, loss: number | undefined): boolean {
    if (!Number.isFinite(norm) || norm === -1) return true;
    return this.#sentinelsInRow >= 2 || (this.#sentinelsInRow === 1 && loss === 0);
  }

  #calibrates(step: number | null, loss: number | undefined): boolean {
    if (step === null || step > this.#options.calibration_steps) return false;
    if (loss === undefined || !Number.isFinite(loss) || loss === 0) return false;
    this.#calibrations++;
    return this.#calibrations <= this.#options.calibration_records;
  }

  restart(): void {
    this.#calibrations = 0;
  }

  severity(): Severity {
    return this.#badInRow >= this.#options.critical_records ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [{ step: this.#step, field: 'grad_norm', value: this.#value }];
  }
}

function isSentinel(norm: number): boolean {
  return SENTINELS.some((sentinel) => Math.abs(norm - sentinel) <= SENTINEL_TOLERANCE);
}
