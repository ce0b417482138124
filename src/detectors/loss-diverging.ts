import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { LEAST_RATIO } from '../signals/loss-trend.ts';
import type { Signals } from '../signals/signals.ts';
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
  heeds: ['high', 'restart'],
  options: {
    ratio: { default: 1.3, min: LEAST_RATIO, says: 'times the best loss, of the newest ones in a row' },
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
  /** Logarithm, as all here, of the ratio that counts. */
  readonly #high: number;
  /** High ones in a row, and the highest. */
  readonly #row = new Row();
  #peak = Number.NEGATIVE_INFINITY;
  #log = Number.NaN;
  #best = Number.NaN;
  #loss = 0;
  /** Usual change from one loss to the next, before the row of high ones; NaN while none is known. */
  #usual = Number.NaN;

  constructor(options: Options) {
    this.#options = options;
    this.#high = Math.log(options.ratio);
  }

  observe(record: LogRecord, _run: RunFacts, { loss: trend, isReinforcement, isStepBack }: Signals): Verdict {
    const row = this.#row;
    if (isStepBack) row.clear();
    const loss = record.number(FIELD.loss);
    if (isReinforcement || !(loss > 0) || loss === Number.POSITIVE_INFINITY) return 'silent';
    const { log, best } = trend;
    this.#log = log;
    this.#best = best;
    this.#loss = loss;
    if (!(log >= best + (row.isTold ? this.#high * BACK : this.#high))) {
      row.clear();
      return 'good';
    }
    // what comes in a row of high ones would widen it
    if (row.count === 0) this.#usual = trend.usualChange;
    this.#peak = row.count === 0 ? log : Math.max(this.#peak, log);
    row.add(record.number(FIELD.step));
    return row.isTold || (row.count >= IN_ROW && this.#diverges(trend)) ? row.tell() : 'good';
  }

  #diverges({ level, best, beginning, isBestSure }: Signals['loss']): boolean {
    const { peak_ratio, critical_ratio, score } = this.#options;
    // a single first loss may have been a lucky one
    const wanted = isBestSure ? peak_ratio : Math.max(peak_ratio, critical_ratio);
    if (this.#peak < best + Math.log(wanted)) return false;
    return Math.exp(level) - Math.exp(best) >= MATTERS * beginning && !(level - best < score * SPREAD * this.#usual);
  }

  restart(): void {
    this.#row.clear();
  }

  span(): Span | null {
    return this.#row.span;
  }

  severity(): Severity {
    return this.#log >= this.#best + Math.log(this.#options.critical_ratio) ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#row.last, field: 'loss', value: this.#loss },
      { step: this.#row.last, field: 'best_loss', value: Math.exp(this.#best) },
    ];
  }
}
