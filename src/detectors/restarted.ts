import { z } from 'zod';
import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { type Detector, detectorKind, type Verdict } from './detector.ts';

/** A new attempt of the run has begun. That is no trouble, but who watches wants to know; it is over with the next record. */
export const restarted = detectorKind({
  alertname: 'TrainerRestarted',
  family: 'restart',
  options: z.object({}),
  goodStepsToResolve: 0,
  create: () => new Restarted(),
});

class Restarted implements Detector {
  #isNew = false;
  #step: number | null = null;
  /** Last step of the attempt before. */
  #before = Number.NaN;
  #highest = Number.NaN;
  #attempts = 1;

  restart(): void {
    this.#isNew = true;
    this.#before = this.#highest;
    this.#highest = Number.NaN;
  }

  observe(record: LogRecord, run: RunFacts): Verdict {
    const step = record.number(FIELD.step);
    if (record.isTraining && !(step <= this.#highest)) this.#highest = step;
    if (!this.#isNew) return record.isTraining ? 'good' : 'silent';
    this.#isNew = false;
    this.#step = record.step;
    this.#attempts = run.attempts;
    return 'bad';
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
