import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunFacts } from '../runs/run.ts';
import { type Detector, detectorKind, type Verdict } from './detector.ts';

/**
 * The trainer wrote its closing line before the last step, or its console says why it ended: a traceback, memory that
 * ran out, a loss scale at its minimum. When the run is resumed later
 * the interruption was no failure, and only information remains of it.
 */
export const endedEarly = detectorKind({
  alertname: 'TrainerFailed',
  family: 'end',
  heeds: ['ended'],
  options: {},
  goodStepsToResolve: 0,
  resolvedSeverity: 'info',
  create: () => new EndedEarly(),
});

class EndedEarly implements Detector {
  #evidence: readonly Evidence[] = [];
  #words: string | null = null;
  #isKnown = false;

  observe(record: LogRecord, run: RunFacts): Verdict {
    if (run.ended !== 'failed') {
      this.#isKnown = false;
      return 'good';
    }
    // an evaluation after the end does not end it again
    if (record.has(FIELD.eval_loss)) return 'silent';
    return this.#bad(record.step, run, null);
  }

  befall({ kind, text }: RunEvent, run: RunFacts): Verdict {
    if (run.ended !== 'failed' || kind === 'step-skipped') return 'silent';
    // the same end in the words of another source
    if (kind === 'finished' && this.#isKnown) return 'silent';
    return this.#bad(run.lastStep, run, text);
  }

  #bad(step: number | null, run: RunFacts, words: string | null): Verdict {
    this.#isKnown = true;
    this.#words = words;
    this.#evidence = [
      { step, field: 'step', value: step ?? Number.NaN },
      { step, field: 'max_steps', value: run.maxSteps ?? Number.NaN },
    ];
    return 'bad';
  }

  words(): string | null {
    return this.#words;
  }

  severity(): Severity {
    return 'critical';
  }

  evidence(): readonly Evidence[] {
    return this.#evidence;
  }
}
