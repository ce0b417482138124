import { z } from 'zod';
import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { maskedPart } from '../signals/masked-window.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, GAP_STEPS, type Span, type Verdict } from './detector.ts';

/**
 * A logged loss that is neither true nor NaN: Hugging Face's Trainer leaves NaN micro-batches out of the mean and puts
 * the sum so far in their place, which dilutes the loss or inflates it, thousandfold at worst (see `maskedRatio`). It is
 * told by a loss that is off, together with what NaN leaves behind: a norm that is not finite, a learning rate that
 * stood still, a zero in the next record; or by a dip that comes back, which no batch of data makes.
 *
 * Where nothing skips a step with NaN gradients the weights are gone after it, so that a dip that comes back is none.
 */
export const lossMasked = detectorKind({
  alertname: 'TrainerLossMasked',
  family: 'nonfinite',
  symptom: true,
  replaces: ['TrainerLossSpike'],
  options: z.object({
    off: z.number().min(0).default(0.1).describe('share by which the loss must be off where NaN left other traces'),
    dip: z
      .number()
      .min(0)
      .max(1)
      .default(0.87)
      .describe('of the expected loss, below which a dip is one without other traces'),
    dip_score: z.number().min(1).default(6).describe('times the usual spread of the loss that such a dip must have'),
  }),
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new LossMasked(options),
});

interface Options {
  readonly off: number;
  readonly dip: number;
  readonly dip_score: number;
}

/** Spreads by which a loss is off where there are other traces. */
const OFF_SCORE = 4;
/** Losses before a dip without other traces is one. */
const LEAST_RECORDS = 8;
/** Records in which a dip has to come back, and of the expected loss, where it is back. */
const DIP_RECORDS = 8;
const BACK = 0.93;

class LossMasked implements Detector {
  readonly #options: Options;
  /** Loss that was expected before the dip; NaN while there is none. */
  #dipFrom = Number.NaN;
  #dips = 0;
  #sinceDip = 0;
  #firstDip = 0;
  #lastDip = 0;
  /** The record before: its step, and how far off it was when its norm leaves it open whether it was whole. */
  #previousStep = Number.NaN;
  #previousLoss = Number.NaN;
  #previousOff = false;
  #span: Span | null = null;
  #evidence: readonly Evidence[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, run: RunFacts, signals: Signals): Verdict {
    if (!record.has(FIELD.loss) || signals.isReinforcement || !isFiltered(run)) return 'silent';
    const loss = record.number(FIELD.loss);
    const step = record.number(FIELD.step);
    const verdict = loss > 0 && Number.isFinite(loss) ? this.#some(loss, record, run, signals) : this.#none(run);
    this.#previousStep = step;
    this.#previousLoss = loss;
    return verdict;
  }

  /** A window of which something was finite. */
  #some(loss: number, record: LogRecord, run: RunFacts, signals: Signals): Verdict {
    const { loss: trend, learningRate } = signals;
    const step = record.number(FIELD.step);
    const hasNorm = record.has(FIELD.grad_norm);
    const isNan = hasNorm && !Number.isFinite(record.number(FIELD.grad_norm));
    const isOff = Math.abs(trend.ratio - 1) >= this.#options.off && Math.abs(trend.score) >= OFF_SCORE;
    this.#previousOff = isNan || (isOff && !hasNorm);
    if (isOff && (isNan || learningRate.skippedNow > 0 || learningRate.stoodStill)) {
      this.#span = null;
      this.#dipFrom = Number.NaN;
      this.#previousOff = false;
      return this.#bad(step, loss, trend.expected, trend.ratio, run);
    }
    if (isNan) return 'silent';
    // the norm is that of the window's last step: where that is the only one, it was finite
    if (hasNorm && this.#windowOf(step, run) === 1) return 'good';
    return this.#dip(loss, step, run, signals);
  }

  /** A window of which nothing was finite, or the sum is spoilt: what was off before it was part of it. */
  #none(run: RunFacts): Verdict {
    this.#dipFrom = Number.NaN;
    if (!this.#previousOff || this.#isSingle(run)) return 'silent';
    this.#previousOff = false;
    this.#span = { first: this.#previousStep, last: this.#previousStep, records: 1 };
    return this.#bad(this.#previousStep, this.#previousLoss, Number.NaN, Number.NaN, run);
  }

  #dip(loss: number, step: number, run: RunFacts, { loss: trend }: Signals): Verdict {
    if (this.#dipFrom > 0) return this.#afterDip(loss, step, run);
    const { dip, dip_score } = this.#options;
    const isDip = trend.ratio <= dip && trend.score <= -dip_score && trend.count >= LEAST_RECORDS;
    if (!isDip || run.context.loss_scaler === false || !trend.matters(loss - trend.expected)) return 'good';
    this.#dipFrom = trend.expected;
    this.#firstDip = step;
    this.#lastDip = step;
    this.#dips = 1;
    this.#sinceDip = 0;
    this.#evidence = this.#numbers(step, loss, trend.expected, trend.ratio, run);
    return 'silent';
  }

  #afterDip(loss: number, step: number, run: RunFacts): Verdict {
    const isBack = loss >= BACK * this.#dipFrom;
    if (!isBack && ++this.#sinceDip < DIP_RECORDS) {
      if (loss > this.#options.dip * this.#dipFrom) return 'silent';
      this.#dips++;
      this.#lastDip = step;
      return 'silent';
    }
    this.#dipFrom = Number.NaN;
    if (!isBack || run.context.loss_scaler === false) return 'good';
    this.#span = { first: this.#firstDip, last: this.#lastDip, records: this.#dips };
    return 'bad';
  }

  #bad(step: number, loss: number, expected: number, ratio: number, run: RunFacts): Verdict {
    this.#evidence = this.#numbers(step, loss, expected, ratio, run);
    return 'bad';
  }

  #numbers(step: number, loss: number, expected: number, ratio: number, run: RunFacts): Evidence[] {
    const found: Evidence[] = [{ step, field: 'loss', value: loss }];
    if (expected > 0) found.push({ step, field: 'expected_loss', value: expected });
    const { logging_steps: steps, gradient_accumulation_steps: perStep } = run.context;
    const part = maskedPart(ratio, steps ?? Number.NaN, perStep ?? Number.NaN);
    if (part !== null) {
      found.push({ step, field: 'nonfinite_micro_batches', value: part.bad });
      found.push({ step, field: 'micro_batches', value: part.of });
    }
    return found;
  }

  /** Optimizer steps of the window that ends at `step`. */
  #windowOf(step: number, { context }: RunFacts): number {
    return context.logging_steps ?? step - this.#previousStep;
  }

  /** A window of one micro-batch is whole or it is zero. */
  #isSingle({ context }: RunFacts): boolean {
    return context.logging_steps === 1 && context.gradient_accumulation_steps === 1;
  }

  restart(): void {
    this.#dipFrom = Number.NaN;
    this.#previousOff = false;
    this.#previousStep = Number.NaN;
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return 'warning';
  }

  evidence(): readonly Evidence[] {
    return this.#evidence;
  }
}

/** Whether the trainer may hide NaN: the v1 stack has no filter, and it can be switched off. */
function isFiltered({ context }: RunFacts): boolean {
  return context.logging_nan_inf_filter !== false && context.trainer !== 'llamafactory-v1';
}
