import { FIELD, FIELDS, type FieldName } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import { Thinning } from '../statistics/thinning.ts';
import type { Join } from './join.ts';
import { Run } from './run.ts';

/** What can be asked for as a series: the vocabulary, and the recent time of a step, which no log writes. */
export type SeriesName = Exclude<FieldName, 'step' | 'max_steps'> | 'seconds_per_step';

export const SERIES_NAMES: readonly SeriesName[] = [
  ...FIELDS.filter((name) => name !== 'step' && name !== 'max_steps'),
  'seconds_per_step',
];

/** The values of one name in one attempt of a run, in step order. */
export interface Series {
  readonly name: SeriesName;
  /** From 1. */
  readonly attempt: number;
  readonly points: readonly Point[];
}

interface Point {
  readonly step: number;
  readonly attempt: number;
  readonly value: number;
}

const record = new LogRecord();

/**
 * The series of a run as its records are now, read from where they are kept. Values without a step have no place.
 *
 * @param most points of one name, all attempts together; see {@link Thinning} for which
 */
export function seriesOf(join: Join, names: readonly SeriesName[], most: number): Series[] {
  const { attempts, counts } = survey(join, names);
  const thinnings = new Map(names.map((name) => [name, new Thinning<Point>(counts.get(name) ?? 0, most)]));
  replay(join, (run, index) => {
    const step = record.step;
    if (step === null) return;
    for (const [name, thinning] of thinnings) {
      const value = numberOf(name, run);
      if (value !== undefined) thinning.push({ step, attempt: attempts[index] as number, value });
    }
  });
  return [...thinnings].flatMap(([name, { kept }]) => byAttempt(name, kept));
}

/** The attempt of each record, and how many values there are of each name. */
function survey(join: Join, names: readonly SeriesName[]): { attempts: Int32Array; counts: Map<SeriesName, number> } {
  const attempts = new Int32Array(join.count);
  const steps = new Float64Array(join.count);
  const counts = new Map<SeriesName, number>();
  let attempt = 1;
  replay(join, (run, index, restarted) => {
    steps[index] = record.isTraining ? (record.step ?? Number.NaN) : Number.NaN;
    if (restarted) {
      attempt++;
      // an attempt is known for one only when it goes on: its first record was an earlier one
      const first = steps.lastIndexOf(run.attemptLog.current?.firstStep ?? Number.NaN, index - 1);
      if (first !== -1) attempts.fill(attempt, first, index);
    }
    attempts[index] = attempt;
    if (record.step === null) return;
    for (const name of names) if (numberOf(name, run) !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return { attempts, counts };
}

/** Lets the run happen again; `see` finds each record in {@link record}. */
function replay(join: Join, see: (run: Run, index: number, restarted: boolean) => void): void {
  const run = new Run('', 0);
  for (let index = 0; index < join.count; index++) {
    const arrivedMs = join.read(index, record);
    see(run, index, run.observe(record, arrivedMs));
  }
}

function numberOf(name: SeriesName, run: Run): number | undefined {
  if (name !== 'seconds_per_step') return record.get(FIELD[name]);
  return record.isTraining ? (run.pace.secondsPerStep ?? undefined) : undefined;
}

/** An evaluation may be logged after a later step: points are put in step order, each attempt by itself. */
function byAttempt(name: SeriesName, kept: readonly Point[]): Series[] {
  const attempts = Map.groupBy(kept, ({ attempt }) => attempt);
  return [...attempts]
    .sort(([a], [b]) => a - b)
    .map(([attempt, points]) => ({ name, attempt, points: points.sort((a, b) => a.step - b.step) }));
}
