import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { type Detector, detectorKind, type Span, type Verdict } from './detector.ts';

/** A new attempt of the run has begun. That is no trouble, but who watches wants to know; it is over with the next record. */
export const restarted = detectorKind({
  alertname: 'TrainerRestarted',
  family: 'restart',
  options: {},
  goodStepsToResolve: 0,
  create: () => new Restarted(),
});

class Restarted implements Detector {
  #isNew = false;
  #step = Number.NaN;
  /** Where the steps last fell back to, and the highest before that. */
  #back = Number.NaN;
  #highest = Number.NaN;
  /** First step of the attempt, known from a later record on, and the last of the attempt before. */
  #first = Number.NaN;
  #before = Number.NaN;
  #attempts = 1;

  restart(): void {
    this.#isNew = true;
    this.#first = this.#back;
    this.#before = this.#highest;
    this.#back = Number.NaN;
    this.#highest = Number.NaN;
  }

  observe(record: LogRecord, run: RunFacts): Verdict {
    if (!record.isTraining) return 'silent';
    const step = record.number(FIELD.step);
    if (step < this.#step) this.#back = step;
    this.#step = step;
    if (!(step <= this.#highest)) this.#highest = step;
    if (!this.#isNew) return 'good';
    this.#isNew = false;
    this.#attempts = run.attempts;
    return 'bad';
  }

  span(): Span {
    const first = Number.isNaN(this.#first) ? this.#step : this.#first;
    return { first, last: this.#step, records: 1 };
  }

  severity(): Severity {
    return 'info';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#step, field: 'attempts', value: this.#attempts },
      { step: this.#step, field: 'step_before', value: this.#before },
    ];
  }
}
