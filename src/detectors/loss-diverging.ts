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
 * The loss has moved up and away from its best: the median of the newest ones lies above the lowest such median, by a
 * ratio and by many times the usual change from one loss to the next; and the newest ones all lie above it. It
 * needs no history of its own, since a learning rate that is far too high shows within a few records.
 */
export const lossDiverging = detectorKind({
  alertname: 'TrainerLossDiverging',
  family: 'loss',
  options: {
    ratio: { default: 1.3, min: 1, says: 'times the best loss, of the newest ones in a row' },
    peak_ratio: { default: 1.5, min: 1, says: 'times the best loss, of the highest of these' },
    score: { default: 6, min: 0, says: 'times the usual change from one loss to the next' },
    critical_ratio: { default: 2, min: 1, says: 'times the best loss that make it critical' },
  },
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

/** Logarithm of the ratio to the best loss up to which one is as good. */
const SAME = Math.log(1.05);
/** Losses of an attempt whose changes are all kept; of later ones every fourth is. */
const ALL_COUNT = 64;
const EVERY = 4;
/** Newest changes from one loss to the next. */
const CHANGES = 32;
/** Median deviation of a difference to standard deviation of one. */
const SPREAD = 1.4826 / Math.SQRT2;
/** Newest losses that must all be high. */
const IN_ROW = 3;
/** It has come back when it is no further above the best than this share of the way. */
const BACK = 0.5;
/** Of the level at which the run began: a rise by less is nothing. */
const MATTERS = 0.05;

class LossDiverging implements Detector {
  readonly #options: Options;
  /** Logarithms, as all here: of the ratio that counts, and of the best median of losses. */
  readonly #high: number;
  readonly #changes = new SortedWindow(CHANGES);
  #best = Number.POSITIVE_INFINITY;
  /** Another loss than the first came near the best. */
  #isBestSure = false;
  #count = 0;
  /** High ones in a row, and the highest. */
  readonly #row = new Row();
  #peak = Number.NEGATIVE_INFINITY;
  #last = Number.NaN;
  #loss = 0;
  /** Usual change from one loss to the next, before the row of high ones; NaN while none is known. */
  #usual = Number.NaN;

  constructor(options: Options) {
    this.#options = options;
    this.#high = Math.log(options.ratio);
  }

  observe(record: LogRecord, _run: RunFacts, { loss: trend, isReinforcement, isStepBack }: Signals): Verdict {
    if (isStepBack) this.restart();
    const loss = record.number(FIELD.loss);
    if (isReinforcement || !(loss > 0) || loss === Number.POSITIVE_INFINITY) return 'silent';
    const { log } = trend;
    const best = this.#best;
    const row = this.#row;
    const isHigh = log >= best + (row.isTold ? this.#high * BACK : this.#high);
    // what comes in a row of high ones would widen it
    if (isHigh && row.count === 0) this.#usual = this.#changes.median();
    const counts = this.#count < ALL_COUNT || this.#count % EVERY === 0;
    if (this.#count > 0 && counts) this.#changes.push(Math.abs(log - this.#last));
    this.#last = log;
    this.#loss = loss;
    if (this.#count++ > 0 && log <= best + SAME) this.#isBestSure = true;
    // the median cannot fall below the best unless the newest loss does
    if (log < best) this.#best = Math.min(best, trend.level);
    if (isHigh) return this.#judge(log, record.number(FIELD.step), best, trend);
    row.clear();
    return 'good';
  }

  #judge(log: number, step: number, best: number, trend: Signals['loss']): Verdict {
    const row = this.#row;
    this.#peak = row.count === 0 ? log : Math.max(this.#peak, log);
    row.add(step);
    if (row.isTold || (row.count >= IN_ROW && this.#diverges(best, trend))) return row.tell();
    return 'good';
  }

  #diverges(best: number, { level, beginning }: Signals['loss']): boolean {
    const { peak_ratio, critical_ratio, score } = this.#options;
    // a single first loss may have been a lucky one
    const wanted = this.#isBestSure ? peak_ratio : Math.max(peak_ratio, critical_ratio);
    if (this.#peak < best + Math.log(wanted)) return false;
    return Math.exp(level) - Math.exp(best) >= MATTERS * beginning && !(level - best < score * SPREAD * this.#usual);
  }

  restart(): void {
    this.#best = Number.POSITIVE_INFINITY;
    this.#isBestSure = false;
    this.#count = 0;
    this.#changes.clear();
    this.#row.clear();
  }

  span(): Span | null {
    return this.#row.span;
  }

  severity(): Severity {
    return this.#last >= this.#best + Math.log(this.#options.critical_ratio) ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#row.last, field: 'loss', value: this.#loss },
      { step: this.#row.last, field: 'best_loss', value: Math.exp(this.#best) },
    ];
  }
}
