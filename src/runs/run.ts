import { assembly } from '../assembly.ts';
import type { RunContext } from '../model/context.ts';
import { FIELD, FIELDS, type FieldName } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunState } from '../model/run-state.ts';
import { type Attempt, Attempts } from './attempts.ts';
import { closingOf, isProgress, reachesEnd } from './ending.ts';
import { OtherNumbers } from './other-numbers.ts';
import { Pace } from './pace.ts';
import { Tally } from './tally.ts';

/** What detectors may know of a run beside the record before them. */
export interface RunFacts {
  /** Logged step of the newest record that has one, evaluation lines at an older step aside. */
  readonly lastStep: number | null;
  readonly maxSteps: number | null;
  /** When the newest record arrived, in ms since the epoch; null before the first one. */
  readonly lastRecordMs: number | null;
  readonly attempts: number;
  /** The attempt before the present one, and that. */
  readonly newestAttempts: readonly (Attempt | undefined)[];
  /** How the run has ended, as its log says; null while it goes on, or when the log just stops. */
  readonly ended: 'finished' | 'failed' | null;
  /** Silence longer than this is a stall, in ms. */
  readonly stallLimitMs: number;
  /** When the run was first seen by the agent, before a restart of the agent too; in ms since the epoch. */
  readonly firstSeenMs: number;
  /** How the run is configured, as far as that is known. */
  readonly context: RunContext;
}

/** A checkpoint that is of this run, and not of one that stood in its folder before. */
export interface Checkpoint {
  /** Relative to the run's folder: `checkpoint-200`. */
  readonly name: string;
  readonly step: number;
  /** Whether the last numbers that its own state holds are finite, and the loss not 0. */
  readonly isGood: boolean;
}

/** At least so long without a record before anything is called a stall. */
const MIN_STALL_MS = 300_000;
/** A run that has written fewer records than tell a rhythm may be compiling or loading data. */
const STARTUP_STALL_MS = 1_800_000;
/** Evaluation and saving take their time. */
const PAUSE_FACTOR = 3;

const shared = assembly<{ setRun(step: number, elapsed: number, maxSteps: number): void }>();
/** Fields of a record that says that training goes on. */
const GOES_ON = (1 << FIELD.step) | (1 << FIELD.loss);
const EVALUATION = 1 << FIELD.eval_loss;
const ELAPSED = 1 << FIELD.elapsed_seconds;
/** Of runs at rest: nothing is asked of it. */
const NO_PACE = new Pace();
/** Filled again for the last record of a block. */
const one = new LogRecord();

/** One run: everything its records say, as numbers. Pure: no clock, no file. */
export class Run implements RunFacts {
  readonly id: string;
  context: RunContext;
  /** Its checkpoints, by step. */
  checkpoints: readonly Checkpoint[] = [];
  readonly tally = new Tally();
  readonly attemptLog = new Attempts();
  #pace = new Pace();
  /** What it told when the run came to rest. */
  #paceAtRest: Pick<Pace, 'secondsPerStep' | 'longInterval'> | null = null;
  /** Last value of each field, by slot, and which of them there are, as bits. */
  readonly #latest = FIELDS.map(() => Number.NaN);
  #known = 0;
  readonly other = new OtherNumbers();
  /** Optimizer steps that did not happen, as the console said. */
  skippedSteps = 0;
  firstSeenMs: number;
  firstStep: number | null = null;
  lastStep: number | null = null;
  maxSteps: number | null = null;
  /** NaN before the first record: a number that stays one costs nothing to set. */
  #lastRecordMs = Number.NaN;
  ended: 'finished' | 'failed' | null = null;
  /** Tells this run from another one that stood or will stand in the same folder: what its first training record says. */
  origin = '';
  #pausing = false;

  constructor(id: string, firstSeenMs: number, context: RunContext = {}) {
    this.id = id;
    this.context = context;
    this.firstSeenMs = firstSeenMs;
  }

  get attempts(): number {
    return this.attemptLog.count;
  }

  get newestAttempts(): readonly (Attempt | undefined)[] {
    const { all } = this.attemptLog;
    return [all.at(-2), all.at(-1)];
  }

  get lastRecordMs(): number | null {
    return Number.isNaN(this.#lastRecordMs) ? null : this.#lastRecordMs;
  }

  /** Takes the next record. Returns true when it proves that a new attempt has begun. */
  observe(record: LogRecord, arrivedMs: number): boolean {
    this.tally.observe(record);
    this.#remember(record);
    if (!(arrivedMs < this.#lastRecordMs)) this.#lastRecordMs = arrivedMs;
    const step = record.step;
    if (step === null) return false;
    const evaluation = record.has(FIELD.eval_loss) && !record.isTraining;
    this.#pausing = evaluation;
    if (evaluation && step < (this.lastStep ?? 0)) return false;
    if (this.origin !== '' && isProgress(record)) return false;

    if (this.origin === '' && record.isTraining) this.origin = originOf(record);
    this.firstStep ??= step;
    this.lastStep = step;
    this.maxSteps = record.get(FIELD.max_steps) ?? this.maxSteps;
    if (!evaluation) this.ended = closingOf(record) ?? (reachesEnd(step, this.maxSteps) ? 'finished' : null);
    const elapsed = record.number(FIELD.elapsed_seconds);
    this.#pace.observe(step, elapsed, arrivedMs);
    return record.isTraining && this.attemptLog.observe(step, elapsed, arrivedMs);
  }

  /**
   * Puts what is known into the assembly, which then says of records with these fields, as bits, whether they are plain.
   *
   * @returns false when none can be
   */
  lend(present: number): boolean {
    const { current, isSure } = this.attemptLog;
    if (current === undefined || !isSure || this.ended !== null) return false;
    if ((present & GOES_ON) !== GOES_ON || (present & EVALUATION) !== 0) return false;
    shared.setRun(current.lastStep, current.lastElapsed, this.maxSteps ?? Number.NaN);
    return true;
  }

  /** Takes records that are plain; they arrived together. */
  observePlain(block: RecordBlock, from: number, count: number, arrivedMs: number): void {
    const last = from + count - 1;
    if (((block.present[from] as number) & ELAPSED) !== 0) {
      const steps = block.column(FIELD.step).subarray(from, last);
      if (last > from) this.#pace.observeAll(steps, block.column(FIELD.elapsed_seconds).subarray(from, last));
    } else this.#pace.observe(block.column(FIELD.step)[from] as number, Number.NaN, arrivedMs);
    block.read(last, one);
    this.tally.records += count - 1;
    this.observe(one, arrivedMs);
  }

  /** Something befell the run after the last record. */
  befall(event: RunEvent): void {
    if (event.kind === 'step-skipped') this.skippedSteps++;
    else if (event.kind !== 'finished') this.ended = 'failed';
    else this.ended ??= this.maxSteps === null || reachesEnd(this.lastStep ?? 0, this.maxSteps) ? 'finished' : 'failed';
  }

  /** How fast it goes. */
  get pace(): Pick<Pace, 'secondsPerStep' | 'longInterval'> {
    return this.#paceAtRest ?? this.#pace;
  }

  /** Keeps what it tells now, and lets go of what only records need: none may be observed from here on. */
  rest(): void {
    const { secondsPerStep, longInterval } = this.pace;
    this.#paceAtRest = { secondsPerStep, longInterval };
    this.#pace = NO_PACE;
  }

  /** Last value of a field, or undefined when no record had it. */
  latest(field: FieldName): number | undefined {
    const slot = FIELD[field];
    return (this.#known & (1 << slot)) === 0 ? undefined : this.#latest[slot];
  }

  state(nowMs: number): RunState {
    if (this.ended !== null) return this.ended;
    const silentMs = nowMs - (this.lastRecordMs ?? this.firstSeenMs);
    return silentMs > this.stallLimitMs ? 'stalled' : 'running';
  }

  get stallLimitMs(): number {
    const usual = this.pace.longInterval;
    if (usual === null) return STARTUP_STALL_MS;
    const limit = Math.max(MIN_STALL_MS, 5 * usual * 1000);
    return this.#pausing ? limit * PAUSE_FACTOR : limit;
  }

  /** Share of the steps that are done, 0 to 1; null when the log does not say how many there are. */
  get progress(): number | null {
    if (this.lastStep === null || this.maxSteps === null || this.maxSteps <= 0) return null;
    return Math.min(1, Math.max(0, this.lastStep / this.maxSteps));
  }

  /** Seconds that the run still needs at its recent pace; null when unknown. */
  get remainingSeconds(): number | null {
    if (this.ended === 'finished') return 0;
    const pace = this.pace.secondsPerStep;
    if (pace === null || this.lastStep === null || this.maxSteps === null) return null;
    return Math.max(0, this.maxSteps - this.lastStep) * pace;
  }

  #remember(record: LogRecord): void {
    const { present, values } = record;
    this.#known |= present;
    for (let left = present; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      this.#latest[slot] = values[slot] as number;
    }
    if (record.other.size > 0) for (const [name, value] of record.other) this.other.set(name, value);
  }
}

/** What a run's first training record says: tells runs in one place apart. */
export function originOf(record: LogRecord): string {
  return [FIELD.step, FIELD.loss, FIELD.learning_rate, FIELD.max_steps].map((slot) => record.get(slot)).join(' ');
}
