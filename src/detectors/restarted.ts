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
  heeds: ['restart'],
  options: {},
  goodStepsToResolve: 0,
  create: () => new Restarted(),
});

class Restarted implements Detector {
  #isNew = false;
  #step = Number.NaN;
  /** First step of the attempt, known from a later record on, and the last of the attempt before. */
  #first = Number.NaN;
  #before = Number.NaN;
  #attempts = 1;

  restart(): void {
    this.#isNew = true;
  }

  observe(record: LogRecord, run: RunFacts): Verdict {
    if (!record.isTraining) return 'silent';
    if (!this.#isNew) return 'good';
    this.#isNew = false;
    this.#step = record.number(FIELD.step);
    this.#attempts = run.attempts;
    const [before, now] = run.newestAttempts;
    this.#first = now?.firstStep ?? this.#step;
    this.#before = before?.lastStep ?? Number.NaN;
    return 'bad';
  }

  span(): Span {
    return { first: this.#first, last: this.#step, records: 1 };
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
