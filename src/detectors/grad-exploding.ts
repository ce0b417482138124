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
 * A gradient norm far above the newest ones: by a ratio, and by many times their spread, in the logarithm (Hampel's
 * identifier). One such norm is a hard batch, and clipping takes care of it; it is trouble when it happens again
 * soon after, or when the loss moves too. A run that has memorised its data has vanishing norms, above which
 * anything is far: so the norm must not be small beside those with which the run began. Quiet in reinforcement learning,
 * whose norms go with how much the rewards of a batch differ.
 */
export const gradExploding = detectorKind({
  alertname: 'TrainerGradExploding',
  reads: ['grad_norm'],
  family: 'gradient',
  options: {
    ratio: { default: 10, min: 1, says: 'times the median of the newest 64 norms' },
    score: { default: 6, min: 1, says: 'times the usual spread of the norms' },
    times: { default: 2, min: 1, isInteger: true, says: 'such norms that make it trouble when the loss does not move' },
    within_records: { default: 20, min: 1, isInteger: true, says: 'records within which they must come' },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new GradExploding(options),
});

interface Options {
  readonly ratio: number;
  readonly score: number;
  readonly times: number;
  readonly within_records: number;
}

const WINDOW = 64;
/** First norms, of which nothing is said and whose median is the level at which the run began. */
const QUIET = 20;
/** Logarithm of the share of that level below which no norm is high. */
const LEAST_OF_BEGINNING = Math.log(0.3);
/** Makes a standard deviation of a median deviation. */
const NORMAL = 1.4826;
/** Norms that hardly differ still differ by luck, in the logarithm. */
const LEAST_SPREAD = 0.05;
/** Spreads by which a loss lies off that has moved too. */
const MOVED = 5;

class GradExploding implements Detector {
  readonly #options: Options;
  readonly #leastAbove: number;
  readonly #logs = new SortedWindow(WINDOW);
  #beginning = Number.NaN;
  /** High norms that came near each other, and records since the newest. */
  readonly #row = new Row();
  #since = 0;
  #norm = 0;
  #usual = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#leastAbove = Math.log(options.ratio);
  }

  observe(record: LogRecord, _run: RunFacts, { loss, isReinforcement }: Signals): Verdict {
    const norm = record.number(FIELD.grad_norm);
    if (isReinforcement || !(norm > 0 && norm < Number.POSITIVE_INFINITY)) return 'silent';
    const log = Math.log(norm);
    const isHigh = this.#isHigh(log);
    this.#logs.push(log);
    if (this.#logs.size === QUIET) this.#beginning = this.#logs.median();
    if (!isHigh) {
      if (++this.#since > this.#options.within_records) this.#row.clear();
      return 'good';
    }
    this.#row.add(record.number(FIELD.step));
    this.#since = 0;
    this.#norm = norm;
    const hasMoved = loss.score >= MOVED && loss.matters((1 - 1 / loss.ratio) * record.number(FIELD.loss));
    if (!this.#row.isTold && !hasMoved && this.#row.count < this.#options.times) return 'silent';
    return this.#row.tell();
  }

  #isHigh(log: number): boolean {
    const median = this.#logs.median();
    const above = log - median;
    if (!(above >= this.#leastAbove) || !(log >= this.#beginning + LEAST_OF_BEGINNING)) return false;
    this.#usual = Math.exp(median);
    return above >= this.#options.score * Math.max(LEAST_SPREAD, NORMAL * this.#logs.medianDeviation());
  }

  restart(): void {
    this.#logs.clear();
    this.#beginning = Number.NaN;
    this.#row.clear();
  }

  span(): Span | null {
    return this.#row.span;
  }

  severity(): Severity {
    return 'warning';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#row.last, field: 'grad_norm', value: this.#norm },
      { step: this.#row.last, field: 'usual_grad_norm', value: this.#usual },
    ];
  }
}
