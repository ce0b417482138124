import { relative } from 'node:path';
import { FIELDS, type FieldName } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { WatchedRun } from '../pipeline/watched-run.ts';
import { type RunView, type WireNumber, wireNumber } from './wire.ts';

/** Told by keys of their own. */
const OWN_KEY: ReadonlySet<FieldName> = new Set<FieldName>([
  'step',
  'max_steps',
  'progress_percent',
  'elapsed_seconds',
]);

/** A run as it goes over the wire. */
export function runView(watched: WatchedRun, nowMs: number): RunView {
  const { run, folder, sources } = watched;
  return {
    run: watched.id,
    state: run.state(nowMs),
    attempts: run.attempts,
    records: run.tally.records,
    first_step: run.firstStep,
    last_step: run.lastStep,
    max_steps: run.maxSteps,
    progress: run.progress,
    elapsed_seconds: run.latest('elapsed_seconds') ?? null,
    remaining_seconds: run.remainingSeconds,
    seconds_per_step: run.pace.secondsPerStep,
    last_record_at: run.lastRecordMs === null ? null : new Date(run.lastRecordMs).toISOString(),
    values: values(watched),
    context: watched.context,
    sources: sources.map(({ path, format, records }) => ({
      path: relative(folder, path),
      format: format.name,
      records,
    })),
  };
}

/** The fields of a record as they go over the wire. */
export function recordFields(record: LogRecord): Record<string, WireNumber> {
  return Object.fromEntries(record.entries().map(([name, value]) => [name, wireNumber(value)]));
}

function values({ run }: WatchedRun): Record<string, WireNumber> {
  const found: Record<string, WireNumber> = {};
  for (const name of FIELDS) {
    const value = run.latest(name);
    if (value !== undefined && !OWN_KEY.has(name)) found[name] = wireNumber(value);
  }
  for (const [name, value] of run.other) found[name] = wireNumber(value);
  return found;
}
