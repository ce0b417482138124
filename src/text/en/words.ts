import type { Incident } from '../../model/incident.ts';

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} days`;
}

export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** `at step 61` or `in 9 records, steps 61 to 201`. */
export function where({ firstStep, lastStep, occurrences }: Incident): string {
  if (firstStep === null) return `in ${count(occurrences, 'record', 'records')}`;
  if (occurrences === 1 || firstStep === lastStep) return `at step ${firstStep}`;
  return `in ${count(occurrences, 'record', 'records')}, steps ${firstStep} to ${lastStep}`;
}

/** A value that was bad. */
export function spelled(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? String(value) : 'infinite';
}

export function finite(value: number | undefined, otherwise: string): string {
  return value === undefined || Number.isNaN(value) ? otherwise : String(value);
}

/** Where to take the training up again. */
export function goBack({ rollbackCheckpoint, firstStep }: Incident): string {
  if (rollbackCheckpoint !== null) return `go back to ${rollbackCheckpoint}`;
  return firstStep === null
    ? 'go back to a checkpoint from before the trouble'
    : `go back to a checkpoint from before step ${firstStep}`;
}
