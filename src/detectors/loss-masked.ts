import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { LEAST_OFF } from '../signals/loss-trend.ts';
import { maskedPart } from '../signals/masked-window.ts';
import { LEAST_DIP, MOST_DIP, type Signals } from '../signals/signals.ts';
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
  reads: ['loss'],
  heeds: ['nonfinite', 'zero', 'surprise', 'dip', 'rate', 'restart'],
  symptom: true,
  replaces: ['TrainerLossSpike'],
  options: {
    off: { default: 0.1, min: LEAST_OFF, says: 'share by which the loss must be off where NaN left other traces' },
    dip: {
      default: 0.87,
      min: 0,
      max: MOST_DIP,
      says: 'of the expected loss, below which a dip is one without other traces',
    },
    dip_score: {
      default: 5,
      min: LEAST_DIP,
      says: 'times the usual spread of the loss that such a dip must have',
    },
  },
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
/** Losses before a dip without other traces is one; fewer when it is deep. */
const LEAST_RECORDS = 20;
const LEAST_RECORDS_DEEP = 8;
const DEEP = 0.7;
const DEEP_SCORE = -10;
/** Of the range of the newest losses, by how much a dip lies below them. */
const APART = 2;
/** Of the expected loss, that a window may be off and still hold only finite losses. */
const WHOLE = 0.05;
/** Records in which a dip has to come back, and of the expected loss, where it is back. */
const DIP_RECORDS = 3;
const BACK = 0.93;
/** Of the expected loss, that the steps of a window may differ by. */
const SLACK = 0.1;

/** What was logged of one window. Filled again for every other record. */
class Window {
  step = Number.NaN;
  loss = Number.NaN;
  expected = Number.NaN;
  ratio = Number.NaN;
  /** Optimizer steps in it. */
  size = Number.NaN;
  hasNorm = false;
  isNan = false;
  /** Further from what was expected than the loss usually is. */
  isOff = false;
  /** There was history enough to say so without a norm. */
  isKnown = false;
  isTold = false;

  fill(record: LogRecord, { loss: trend }: Signals, off: number): void {
    this.step = record.number(FIELD.step);
    this.loss = record.number(FIELD.loss);
    this.hasNorm = record.has(FIELD.grad_norm);
    this.isNan = this.hasNorm && !Number.isFinite(record.number(FIELD.grad_norm));
    // worked out for few: an exponential costs more than all the rest
    const isOfInterest = this.isNan || Math.abs(trend.score) >= OFF_SCORE;
    this.expected = isOfInterest ? trend.expected : Number.NaN;
    this.ratio = isOfInterest ? trend.ratio : Number.NaN;
    this.isOff = Math.abs(trend.score) >= OFF_SCORE && Math.abs(this.ratio - 1) >= off;
    this.isKnown = trend.count >= LEAST_RECORDS_DEEP;
    this.isTold = false;
  }
}

class LossMasked implements Detector {
  readonly #options: Options;
  #now = new Window();
  #before = new Window();
  /** Loss that was expected before the dip; NaN while there is none. */
  #dipFrom = Number.NaN;
  #dips = 0;
  #sinceDip = 0;
  #firstDip = 0;
  #lastDip = 0;
  #span: Span | null = null;
  #evidence: readonly Evidence[] = [];

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, run: RunFacts, signals: Signals): Verdict {
    if (signals.isStepBack) this.restart();
    if (!record.has(FIELD.loss) || signals.isReinforcement || !isFiltered(run)) return 'silent';
    const now = this.#before;
    const before = this.#now;
    this.#now = now;
    this.#before = before;
    now.fill(record, signals, this.#options.off);
    now.size = run.context.logging_steps ?? now.step - signals.previousStep;
    if (!(now.loss > 0 && now.loss < Number.POSITIVE_INFINITY)) return this.#nothing(before, run);
    if (now.isOff && now.isNan) return this.#bad(now, run);
    const told = this.#skipped(now, before, signals);
    if (told !== null) return this.#bad(told, run);
    if (now.isNan) return 'silent';
    // the norm is that of the window's last step: where that is the only one, it was finite
    if (now.hasNorm && now.size === 1) return 'good';
    return this.#dip(now.loss, now.step, run, signals);
  }

  /** A window of which nothing was finite, or the sum is spoilt: what was off before it was part of it. */
  #nothing(before: Window, run: RunFacts): Verdict {
    this.#dipFrom = Number.NaN;
    const isWhole = Math.abs(before.ratio - 1) < WHOLE;
    const isOpen = before.loss > 0 && !isWhole && (before.isNan || (before.isOff && !before.hasNorm));
    return isOpen && !before.isTold && !isSingle(run) ? this.#bad(before, run) : 'silent';
  }

  /**
   * The window that was off while the scheduler stood still. Newer trainers log the rate from before its step, so that a
   * window of one step shows it in the next one.
   */
  #skipped(now: Window, before: Window, { learningRate }: Signals): Window | null {
    if (learningRate.skippedNow === 0 && !learningRate.stoodStill) return null;
    const explained = (one: Window) => one.isOff && one.isKnown && !one.isTold && explains(learningRate, one);
    if (now.size === 1 && explained(before)) return before;
    if (explained(now)) return now;
    return explained(before) ? before : null;
  }

  #dip(loss: number, step: number, run: RunFacts, { loss: trend }: Signals): Verdict {
    if (this.#dipFrom > 0) return this.#afterDip(loss, step, run);
    const { dip, dip_score } = this.#options;
    if (!(trend.score <= -dip_score)) return 'good';
    const isEarly = trend.count < LEAST_RECORDS;
    const isKnown = !isEarly || (trend.count >= LEAST_RECORDS_DEEP && trend.ratio <= DEEP && trend.score <= DEEP_SCORE);
    const isDip = isKnown && trend.ratio <= dip && this.#liesApart(loss, trend);
    if (!isDip || run.context.loss_scaler === false || !trend.matters(loss - trend.expected)) return 'good';
    this.#dipFrom = trend.expected;
    this.#firstDip = step;
    this.#lastDip = step;
    this.#dips = 1;
    this.#sinceDip = 0;
    this.#evidence = this.#numbers(step, loss, trend.expected, trend.ratio, run);
    return 'silent';
  }

  /** Well below the newest losses, further than these lie apart. */
  #liesApart(loss: number, { before }: Signals['loss']): boolean {
    const { least, most } = before;
    return loss <= this.#options.dip * least && Math.log(least / loss) >= APART * Math.log(most / least);
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

  #bad(one: Window, run: RunFacts): Verdict {
    const { step, loss, expected, ratio } = one;
    one.isTold = true;
    this.#dipFrom = Number.NaN;
    this.#span = one === this.#now ? null : { first: step, last: step, records: 1 };
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

  restart(): void {
    this.#dipFrom = Number.NaN;
    this.#now = new Window();
    this.#before = new Window();
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

/** Whether the steps that the scheduler did not make can have done this to the loss: those that were made count. */
function explains({ skippedNow }: Signals['learningRate'], { ratio, size }: Window): boolean {
  return skippedNow === 0 || ratio >= 1 - skippedNow / size - SLACK;
}

/** A window of one micro-batch is whole or it is zero. */
function isSingle({ context }: RunFacts): boolean {
  return context.logging_steps === 1 && context.gradient_accumulation_steps === 1;
}

/** Whether the trainer may hide NaN: the v1 stack has no filter, and it can be switched off. */
function isFiltered({ context }: RunFacts): boolean {
  return context.logging_nan_inf_filter !== false && context.trainer !== 'llamafactory-v1';
}
