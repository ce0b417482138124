import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import { measurableSeconds } from '../signals/signals.ts';
import { SortedWindow } from '../statistics/sorted-window.ts';
import { type Detector, detectorKind, type Span, type Verdict } from './detector.ts';
import { Row } from './row.ts';

/**
 * The steps take far longer than they did, for some time. The trainer's own clock tells, which has whole seconds in some
 * logs: records are taken together until enough time has gone by to be measured. Time that holds an evaluation does not
 * count, and a pause for saving is no row.
 */
export const throughputDropped = detectorKind({
  alertname: 'TrainerThroughputDropped',
  reads: ['elapsed_seconds'],
  family: 'pace',
  heeds: ['time'],
  options: {
    ratio: { default: 2, min: 1, says: 'times the median time of a step' },
    records: { default: 10, min: 1, isInteger: true, says: 'records in a row that were so slow' },
  },
  goodStepsToResolve: 0,
  create: (options) => new ThroughputDropped(options),
});

interface Options {
  readonly ratio: number;
  readonly records: number;
}

const WINDOW = 64;
/** Measured before one is slow; the first steps compile, and fill caches. */
const LEAST = 20;

class ThroughputDropped implements Detector {
  readonly #options: Options;
  readonly #usual = new SortedWindow(WINDOW);
  /** Where the present measurement began. */
  #fromStep = Number.NaN;
  #fromSeconds = Number.NaN;
  readonly #row = new Row();
  #secondsPerStep = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(record: LogRecord): Verdict {
    if (!record.isTraining) {
      if (record.has(FIELD.eval_loss)) this.#fromStep = Number.NaN;
      return 'silent';
    }
    const step = record.number(FIELD.step);
    const seconds = record.number(FIELD.elapsed_seconds);
    const steps = step - this.#fromStep;
    const passed = seconds - this.#fromSeconds;
    if (steps > 0 && passed >= 0 && passed < measurableSeconds(this.#fromSeconds)) return 'silent';
    this.#fromStep = step;
    this.#fromSeconds = seconds;
    return steps > 0 && passed > 0 && passed < Number.POSITIVE_INFINITY
      ? this.#measure(passed / steps, step)
      : 'silent';
  }

  #measure(secondsPerStep: number, step: number): Verdict {
    const isSlow = this.#usual.size >= LEAST && secondsPerStep > this.#options.ratio * this.#usual.median();
    if (!isSlow) {
      this.#usual.push(secondsPerStep);
      this.#row.clear();
      return 'good';
    }
    this.#row.add(step);
    if (this.#row.count < this.#options.records) return 'silent';
    this.#secondsPerStep = secondsPerStep;
    return this.#row.tell();
  }

  /** Another attempt may run on another machine. */
  restart(): void {
    this.#usual.clear();
    this.#fromStep = Number.NaN;
    this.#row.clear();
  }

  span(): Span | null {
    return this.#row.span;
  }

  severity(): Severity {
    return 'info';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#row.last, field: 'seconds_per_step', value: this.#secondsPerStep },
      { step: this.#row.last, field: 'usual_seconds_per_step', value: this.#usual.median() },
    ];
  }
}
