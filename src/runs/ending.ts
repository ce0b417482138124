import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';

/** Steps that a finished run may lack: the trainer's count of all steps is off by one now and then. */
function tolerance(maxSteps: number): number {
  return Math.max(1, maxSteps / 1000);
}

/**
 * What a closing line says. The trainer writes one when training ends: it has an epoch, but neither loss nor
 * evaluation; stopped early, its step is short of the last one. Progress lines of evaluation and prediction have no
 * epoch.
 *
 * @returns null for any other line
 */
export function closingOf(record: LogRecord): 'finished' | 'failed' | null {
  if (record.isTraining || record.has(FIELD.eval_loss) || isProgress(record)) return null;
  const step = record.get(FIELD.step);
  const maxSteps = record.get(FIELD.max_steps);
  if (step === undefined || maxSteps === undefined) return null;
  return step >= maxSteps - tolerance(maxSteps) ? 'finished' : 'failed';
}

/**
 * A line of evaluation or prediction on its way, which counts batches, not steps. It is all that such a run logs; when
 * one is made in the folder of a training it says nothing about the training.
 */
export function isProgress(record: LogRecord): boolean {
  return !record.isTraining && !record.has(FIELD.eval_loss) && !record.has(FIELD.epoch);
}

/** Whether a run that has logged `step` has done all its steps; some trainers write no closing line. */
export function reachesEnd(step: number, maxSteps: number | null): boolean {
  return maxSteps !== null && maxSteps > 0 && step >= maxSteps;
}
