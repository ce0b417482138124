import type { DetectorKind, Verdict } from '../detectors/detector.ts';
import type { AlertName } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Run } from '../runs/run.ts';
import { Signals } from '../signals/signals.ts';
import type { Case, Moment } from './case.ts';
import { enabled, type Settings } from './enabled.ts';
import { lead } from './group.ts';
import { Lifecycle } from './lifecycle.ts';
import { Roster } from './roster.ts';

/** Closed incidents are kept for this many; what is older is only counted. */
export const MAX_CLOSED = 500;

/** Of books that are shown no record yet, or none any more: nothing is asked of it. */
const NO_SIGNALS = new Signals();

const NOBODY = new Roster([]);
const NONE: ReadonlyMap<AlertName, number> = new Map();

/** All incidents of one run. */
export class IncidentBook {
  readonly #run: Run;
  readonly #onFailure: (alertname: AlertName, error: unknown) => void;
  readonly #settings: Settings;
  #isEquipped = false;
  #lifecycles: readonly Lifecycle[] = [];
  #roster = NOBODY;
  #signals = NO_SIGNALS;
  /** Before it came to rest. */
  #skippedSteps = 0;
  readonly closed: Case[] = [];
  closedDropped = 0;
  /** Null until there is one: most runs have none. */
  #opened: Map<AlertName, number> | null = null;
  #changed: Case[] = [];
  #entered = 0;

  /**
   * @param onFailure a detector threw, and says no more of this run
   * @param before book of the same run, whose incidents of the clock go on in this one
   */
  constructor(
    run: Run,
    settings: Settings,
    onFailure: (alertname: AlertName, error: unknown) => void,
    before?: IncidentBook,
  ) {
    this.#run = run;
    this.#settings = settings;
    this.#onFailure = onFailure;
    if (before === undefined) return;
    this.#equip(before);
    this.#takeOver(before);
  }

  /** Detectors are made when the first of a run's records comes: a thousand logs may be found before one is read. */
  #equip(before?: IncidentBook): void {
    this.#isEquipped = true;
    this.#signals = new Signals();
    this.#lifecycles = enabled(this.#settings).map(({ kind, options, severity }) => {
      const kept = kind.clocked && before !== undefined ? before.#of(kind) : undefined;
      return kept ?? new Lifecycle(kind, kind.create(options), severity);
    });
    this.#roster = new Roster(this.#lifecycles);
  }

  /** Every incident, open ones last, each part in the order in which they opened. */
  get all(): readonly Case[] {
    return [...this.closed, ...this.open];
  }

  /** How many incidents of each alert have opened. */
  get opened(): ReadonlyMap<AlertName, number> {
    return this.#opened ?? NONE;
  }

  get open(): readonly Case[] {
    return this.#lifecycles.flatMap(({ open }) => (open === null ? [] : [open]));
  }

  /** What is asked of the run at its newest record. */
  get signals(): Signals {
    return this.#signals;
  }

  /** Optimizer steps that did not happen, as the learning rate shows. */
  get skippedSteps(): number {
    return this.#skippedSteps + this.#signals.learningRate.total;
  }

  /**
   * Keeps what was found, and who looks at the clock, and lets go of all that only records need: none may be shown from
   * here on.
   */
  rest(): void {
    this.#skippedSteps = this.skippedSteps;
    this.#signals.loss.release();
    this.#signals = NO_SIGNALS;
    this.#lifecycles = this.#lifecycles.filter(({ isClocked, open }) => isClocked || open !== null);
    this.#roster = NOBODY;
  }

  /**
   * Shows a record, which the run knows already, to every detector.
   *
   * @param isNew false when the book before this one was shown it already
   */
  observe(record: LogRecord, restarted: boolean, arrivedMs: number, isNew = true): void {
    if (!this.#isEquipped) this.#equip();
    if (this.#lifecycles.length === 0) return;
    const signals = this.#signals;
    const run = this.#run;
    signals.observe(record, run, restarted);
    if (restarted) this.#restart(arrivedMs);
    const { symptoms, others } = this.#roster.turnTo(record.present, signals.signs, record.number(FIELD.step));
    let isBad = false;
    let past: number | null = null;
    let changed = false;
    for (const lifecycle of symptoms) {
      const verdict = this.#ask(lifecycle, record, arrivedMs, isNew);
      if (verdict === 'silent') continue;
      changed = true;
      if (verdict === 'good') continue;
      const span = lifecycle.detector.span?.() ?? null;
      if (span === null || span.last === record.step) isBad = true;
      else past = span.first;
    }
    signals.life.observe(record, run, signals, isBad, past);
    // before anything closes on it
    changed = this.#judge() || changed;
    for (const lifecycle of others) {
      if (this.#ask(lifecycle, record, arrivedMs, isNew) !== 'silent') changed = true;
    }
    if (run.ended === 'finished') changed = this.#finish(record, arrivedMs) || changed;
    if (!changed) return;
    // of those that have opened now
    this.#judge();
    this.#settle();
  }

  /**
   * Takes records from `from` on as long as no detector needs to be shown them, for the run, too: the same as if they had
   * been shown one by one, at a fraction of the cost.
   *
   * @param most how many there are
   * @returns how many it has taken
   */
  takeCalm(block: RecordBlock, from: number, most: number, arrivedMs: number): number {
    if (!this.#isEquipped) this.#equip();
    const run = this.#run;
    const present = block.present[from] as number;
    const isWatched = this.#lifecycles.length > 0;
    if ((isWatched && !this.#roster.isAsleep(present)) || !run.lend(present)) return 0;
    const calm = isWatched ? this.#signals.takeCalm(block, from, most, run) : block.plain(from, most);
    if (calm === 0) return 0;
    run.observePlain(block, from, calm, arrivedMs);
    if (isWatched) this.#roster.turnTo(present, 0, run.lastStep ?? Number.NaN);
    return calm;
  }

  /** Shows a record to one detector. Returns what it said, 'silent' where that changed nothing. */
  #ask(lifecycle: Lifecycle, record: LogRecord, arrivedMs: number, isNew: boolean): Verdict {
    if (!isNew && lifecycle.isClocked) return 'silent';
    try {
      const verdict = lifecycle.observe(record, this.#run, this.#signals);
      if (verdict === 'silent') return verdict;
      if (verdict === 'good' && lifecycle.open === null) {
        lifecycle.pass(record.number(FIELD.step));
        return 'silent';
      }
      this.#take(lifecycle, verdict, this.#moment(record.step, record.get(FIELD.elapsed_seconds), arrivedMs));
      return verdict;
    } catch (error) {
      this.#switchOff(lifecycle, error, arrivedMs);
      return 'good';
    }
  }

  #restart(arrivedMs: number): void {
    for (const lifecycle of this.#lifecycles) {
      try {
        lifecycle.detector.restart?.();
      } catch (error) {
        this.#switchOff(lifecycle, error, arrivedMs);
      }
    }
  }

  #take(lifecycle: Lifecycle, verdict: Verdict, at: Moment): void {
    this.#note(lifecycle.record(verdict, this.#run, at));
    if (verdict === 'bad') this.#replace(lifecycle, at);
  }

  /** Closes the incidents that the one of `lifecycle` explains: they were about the same records. */
  #replace({ kind, open }: Lifecycle, at: Moment): void {
    for (const other of this.#lifecycles) {
      if (!kind.replaces?.includes(other.kind.alertname) || other.open === null || open === null) continue;
      if ((other.open.lastStep ?? 0) < (open.firstStep ?? 0)) continue;
      other.open.isExplainedBy(open);
      this.#note(other.withdraw(at));
    }
  }

  /** Gives the open incidents that have to do with the weights what is held of them now. */
  #judge(): boolean {
    const { judgement } = this.#signals.life;
    if (judgement === null) return false;
    let changed = false;
    for (const { kind, open } of this.#lifecycles) {
      if (kind.family !== 'nonfinite' || open === null || open.judgement === judgement) continue;
      open.judgement = judgement;
      this.#change(open);
      changed = true;
    }
    return changed;
  }

  /** Tells every detector what befell the run after its last record. */
  befall(event: RunEvent, arrivedMs: number): void {
    if (!this.#isEquipped) this.#equip();
    this.#roster.wake();
    if (event.kind === 'step-skipped') this.#signals.life.skipped(this.#run.lastStep);
    let changed = this.#judge();
    for (const lifecycle of this.#lifecycles) {
      try {
        const verdict = lifecycle.detector.befall?.(event, this.#run) ?? 'silent';
        if (verdict === 'silent') continue;
        changed = this.#note(lifecycle.record(verdict, this.#run, this.#latest(arrivedMs))) || changed;
      } catch (error) {
        changed = this.#switchOff(lifecycle, error, arrivedMs) || changed;
      }
    }
    if (changed) this.#settle();
  }

  /** The beginnings of incidents that were there before stay what they were told to be. */
  keepBeginnings(before: IncidentBook, run: Run, runBefore: Run): void {
    const begun = new Map(before.all.map((one) => [one.id, one]));
    for (const one of this.all) {
      const was = begun.get(one.id);
      if (was !== undefined && was !== one) one.beginAs(was.snapshot(runBefore).startedAtMs);
      else if (was === undefined) one.snapshot(run);
    }
  }

  /** Lets the detectors look at the clock. */
  tick(nowMs: number): void {
    if (!this.#isEquipped) this.#equip();
    let changed = false;
    for (const lifecycle of this.#lifecycles) {
      try {
        const verdict = lifecycle.detector.tick?.(nowMs, this.#run) ?? 'silent';
        if (verdict !== 'bad') continue;
        this.#roster.wake();
        const at = this.#moment(this.#run.lastStep, undefined, lifecycle.detector.sinceMs?.() ?? nowMs);
        changed = this.#note(lifecycle.tick(verdict, this.#run, at)) || changed;
      } catch (error) {
        changed = this.#switchOff(lifecycle, error, nowMs) || changed;
      }
    }
    if (changed) this.#settle();
  }

  /** The cases that changed since the last call. */
  takeChanged(): Case[] {
    const changed = this.#changed;
    if (changed.length > 0) this.#changed = [];
    return changed;
  }

  #of(kind: DetectorKind): Lifecycle | undefined {
    return this.#lifecycles.find((one) => one.kind === kind);
  }

  #takeOver(before: IncidentBook): void {
    const clocked = new Set(this.#lifecycles.filter(({ kind }) => kind.clocked).map(({ kind }) => kind.alertname));
    for (const one of before.closed) if (clocked.has(one.alertname)) this.closed.push(one);
    for (const [alertname, count] of before.opened) if (clocked.has(alertname)) this.#countOpened(alertname, count);
    this.#entered = before.#entered;
  }

  #finish(record: LogRecord, arrivedMs: number): boolean {
    let changed = false;
    for (const lifecycle of this.#lifecycles) {
      if (lifecycle.open === null) continue;
      const at = this.#moment(record.step, record.get(FIELD.elapsed_seconds), arrivedMs);
      changed = this.#note(lifecycle.finish(at)) || changed;
    }
    return changed;
  }

  /** A detector that throws, by a mistake of ours, says no more: what it had found is over. */
  #switchOff(lifecycle: Lifecycle, error: unknown, atMs: number): boolean {
    this.#lifecycles = this.#lifecycles.filter((one) => one !== lifecycle);
    this.#roster.dismiss(lifecycle);
    this.#onFailure(lifecycle.kind.alertname, error);
    return this.#note(lifecycle.withdraw(this.#latest(atMs)));
  }

  #latest(arrivedMs: number): Moment {
    return this.#moment(this.#run.lastStep, this.#run.latest('elapsed_seconds'), arrivedMs);
  }

  #moment(step: number | null, elapsed: number | undefined, arrivedMs: number): Moment {
    return { step, attempt: this.#run.attempts - 1, elapsed: elapsed ?? Number.NaN, arrivedMs };
  }

  #note(changed: Case | null): boolean {
    if (changed === null) return false;
    this.#change(changed);
    if (changed.order === 0) {
      this.#roster.wake();
      changed.order = ++this.#entered;
      this.#countOpened(changed.alertname, 1);
    }
    if (!changed.firing) {
      this.#roster.wake();
      this.#keep(changed);
    }
    return true;
  }

  #change(changed: Case): void {
    if (!this.#changed.includes(changed)) this.#changed.push(changed);
  }

  #countOpened(alertname: AlertName, count: number): void {
    this.#opened ??= new Map();
    this.#opened.set(alertname, (this.#opened.get(alertname) ?? 0) + count);
  }

  #keep(closed: Case): void {
    this.closed.push(closed);
    if (this.closed.length <= MAX_CLOSED) return;
    const oldest = this.closed.shift();
    this.#changed = this.#changed.filter((one) => one !== oldest);
    this.closedDropped++;
  }

  #settle(): void {
    const open = this.#lifecycles.filter(({ open }) => open !== null);
    for (const changed of lead(open)) this.#change(changed);
  }
}
