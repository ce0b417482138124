import { z } from 'zod';
import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { type Detector, detectorKind, type Verdict } from './detector.ts';

/**
 * The trainer wrote its closing line before the last step: it was stopped, or gave up. When the run is resumed later
 * the interruption was no failure, and only information remains of it.
 */
export const endedEarly = detectorKind({
  alertname: 'TrainerFailed',
  family: 'end',
  options: z.object({}),
  goodStepsToResolve: 0,
  resolvedSeverity: 'info',
  create: () => new EndedEarly(),
});

class EndedEarly implements Detector {
  #evidence: readonly Evidence[] = [];

  observe(record: LogRecord, run: RunFacts): Verdict {
    if (run.ended !== 'failed') return 'good';
    // an evaluation after the end does not end it again
    if (record.has(FIELD.eval_loss)) return 'silent';
    this.#evidence = [
      { step: record.step, field: 'step', value: record.step ?? Number.NaN },
      { step: record.step, field: 'max_steps', value: record.get(FIELD.max_steps) ?? Number.NaN },
    ];
    return 'bad';
  }

  severity(): Severity {
    return 'critical';
  }

  evidence(): readonly Evidence[] {
    return this.#evidence;
  }
}
