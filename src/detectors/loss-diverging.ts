import { z } from 'zod';
import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { SortedWindow } from '../statistics/sorted-window.ts';
import { type Detector, detectorKind, GAP_STEPS, type Span, type Verdict } from './detector.ts';

/**
 * The loss has moved up and away from its best: the median of the newest ones lies above the lowest such median, by a
 * ratio and by many times the usual change from one loss to the next; and the newest ones all lie above it. It
 * needs no history of its own, since a learning rate that is far too high shows within a few records.
 */
export const lossDiverging = detectorKind({
  alertname: 'TrainerLossDiverging',
  family: 'loss',
  options: z.object({
    ratio: z.number().min(1).default(1.3).describe('times the best loss, of the newest ones in a row'),
    peak_ratio: z.number().min(1).default(1.5).describe('times the best loss, of the highest of these'),
    score: z.number().min(0).default(6).describe('times the usual change from one loss to the next'),
    critical_ratio: z.number().min(1).default(2).describe('times the best loss that make it critical'),
  }),
  rank: 1,
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new LossDiverging(options),
});

interface Options {
  readonly ratio: number;
  readonly peak_ratio: number;
  readonly score: number;
  readonly critical_ratio: number;
}

/** Times the best loss that are as good. */
const SAME = 1.05;
/** Newest losses that must all be high. */
const IN_ROW = 3;
const LEVEL = 5;
const CHANGES = 32;
/** Median deviation of a difference to standard deviation of one. */
const SPREAD = 1.4826 / Math.SQRT2;
/** It has come back when it is no further above the best than this share of the way. */
const BACK = 0.5;
/** Of the level at which the run began: a rise by less is nothing. */
const MATTERS = 0.05;

class LossDiverging implements Detector {
  readonly #options: Options;
  readonly #level = new SortedWindow(LEVEL);
  readonly #changes = new SortedWindow(CHANGES);
  #best = Number.POSITIVE_INFINITY;
  /** Another loss than the first came near the best. */
  #isBestSure = false;
  #last = Number.NaN;
  #count = 0;
  /** High ones in a row, the steps at which they began and ended, and the highest. */
  #inRow = 0;
  #since = 0;
  #step = 0;
  #peak = 0;
  #isOpen = false;
  #span: Span | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord, _run: RunFacts, { loss: trend, isReinforcement, isStepBack }: Signals): Verdict {
    const loss = record.number(FIELD.loss);
    if (isStepBack) this.restart();
    if (isReinforcement || !(loss > 0) || loss === Number.POSITIVE_INFINITY) return 'silent';
    this.#take(loss);
    const best = this.#best;
    this.#row(loss, record.number(FIELD.step), best);
    const level = this.#level.median();
    this.#isBestSure ||= this.#count > 1 && level <= best * SAME;
    if (level < best) this.#best = level;
    if (this.#isOpen) return this.#goesOn(loss, best);
    if (!this.#diverges(level, best, trend)) return 'good';
    this.#isOpen = true;
    this.#span = { first: this.#since, last: this.#step, records: this.#inRow };
    return 'bad';
  }

  #take(loss: number): void {
    if (this.#count++ > 0) this.#changes.push(Math.abs(Math.log(loss / this.#last)));
    this.#last = loss;
    this.#level.push(loss);
  }

  #row(loss: number, step: number, best: number): void {
    if (!(loss >= this.#options.ratio * best)) {
      this.#inRow = 0;
      this.#peak = 0;
      return;
    }
    if (this.#inRow++ === 0) this.#since = step;
    this.#step = step;
    this.#peak = Math.max(this.#peak, loss);
  }

  #diverges(level: number, best: number, trend: Signals['loss']): boolean {
    const { peak_ratio, critical_ratio, score } = this.#options;
    // a single first loss may have been a lucky one
    const wanted = this.#isBestSure ? peak_ratio : Math.max(peak_ratio, critical_ratio);
    if (this.#inRow < IN_ROW || this.#peak < wanted * best) return false;
    if (level - best < MATTERS * trend.beginning) return false;
    const spread = SPREAD * this.#changes.median();
    return Math.log(level / best) >= score * spread;
  }

  #goesOn(loss: number, best: number): Verdict {
    this.#span = null;
    if (loss > best * (1 + (this.#options.ratio - 1) * BACK)) return 'bad';
    this.#isOpen = false;
    return 'good';
  }

  restart(): void {
    this.#level.clear();
    this.#changes.clear();
    this.#best = Number.POSITIVE_INFINITY;
    this.#isBestSure = false;
    this.#count = 0;
    this.#inRow = 0;
    this.#isOpen = false;
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return this.#last >= this.#options.critical_ratio * this.#best ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#step, field: 'loss', value: this.#last },
      { step: this.#step, field: 'best_loss', value: this.#best },
    ];
  }
}
