import type { AlertName, Severity } from '../model/alert.ts';
import type { FieldName } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import type { Sign } from '../signals/signs.ts';

/**
 * What a detector says of a record, or of the time that has passed: the trouble is there, or it is not, or this tells
 * nothing about it.
 */
export type Verdict = 'bad' | 'good' | 'silent';

/**
 * Watches one run for one alert. It keeps no more than its own O(1) memory, never throws on any number, and knows no
 * clock but the one it is handed. Incidents are not its business: gaps, occurrences and resolving are the same for all.
 */
export interface Detector {
  /** The next record of the run, in log order; `run` and `signals` know it already. Costs arithmetic, no allocation. */
  observe(record: LogRecord, run: RunFacts, signals: Signals): Verdict;
  /** Something befell the run after its last record; `run` knows it already. */
  befall?(event: RunEvent, run: RunFacts): Verdict;
  /** The time of day, about once a second; only where trouble can come without a record. */
  tick?(nowMs: number, run: RunFacts): Verdict;
  /** When the trouble of the last bad `tick` began, in ms since the epoch: it was there before anyone looked. */
  sinceMs?(): number;
  /** A new attempt has begun with the record that comes next: what was learned of the one before may not hold. */
  restart?(): void;
  /** The records of which the last `bad` speaks, where that is not the newest one alone; else null. */
  span?(): Span | null;
  /** How bad the last `bad` was. */
  severity(): Severity;
  /** The numbers that speak for the last `bad`. */
  evidence(): readonly Evidence[];
  /** What the log itself said of the last `bad`, in its own words; null where numbers are all. */
  words?(): string | null;
}

/** Records in a row, by their logged steps. */
export interface Span {
  readonly first: number;
  readonly last: number;
  /** How many of them are bad. */
  readonly records: number;
}

/** A number that can be configured: its default, the range that it must lie in, and what it means. */
export interface NumberOption {
  readonly default: number;
  readonly min: number;
  readonly max?: number;
  readonly isInteger?: true;
  readonly says: string;
}

/** A kind of detector. A new one is a file that exports this, and a line in `index.ts`. */
export interface DetectorKind<Name extends string = string> {
  readonly alertname: AlertName;
  /** Incidents of one family that are open together are one trouble: one of them leads. */
  readonly family:
    | 'nonfinite'
    | 'loss'
    | 'gradient'
    | 'evaluation'
    | 'reward'
    | 'pace'
    | 'stall'
    | 'end'
    | 'restart'
    | 'configuration';
  /** Fields of which a record must have one to be of interest; none for any record. */
  readonly reads?: readonly FieldName[];
  /**
   * Signs of which it has something to say. Where neither the record nor the few before it show one, and no incident is
   * open, it is not shown the record, and that counts as good. None for a detector that wants to see every record.
   */
  readonly heeds?: readonly Sign[];
  /** It sees NaN itself, open or in disguise: what it says is what the verdict on the weights is made of. */
  readonly symptom?: true;
  /** What it says is the truth about what these said of the same records: their incidents are over. */
  readonly replaces?: readonly AlertName[];
  /** The more telling of several alerts of one family leads, where both are equally severe; 0 is least. */
  readonly rank?: number;
  /** Every option: configuration and documentation come from here. */
  readonly options: Readonly<Record<Name, NumberOption>>;
  /** It only looks at the clock: numbers that come late change nothing of what it found. */
  readonly clocked?: true;
  /** Good steps after the last bad record that close an incident; 0 closes it at the first good word. */
  readonly goodStepsToResolve: number;
  /** What remains of an incident that resolves, when that is less than it was. */
  readonly resolvedSeverity?: Severity;
  create(options: Readonly<Record<Name, number>>): Detector;
}

/** Gaps up to this long do not close an incident, so that intermittent trouble is one alert with a count. */
export const GAP_STEPS = 20;

/** Ties a kind to the names of its options. */
export function detectorKind<Name extends string>(kind: DetectorKind<Name>): DetectorKind {
  return kind;
}

/** The options of a kind where nothing is configured. */
export function defaultsOf({ options }: DetectorKind): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}
