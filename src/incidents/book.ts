import type { DetectorKind } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/index.ts';
import type { AlertName, Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Run } from '../runs/run.ts';
import type { Case, Moment } from './case.ts';
import { lead } from './group.ts';
import { Lifecycle } from './lifecycle.ts';

/** What the operator set for one detector: see `detectors` in the configuration. */
export interface DetectorSettings {
  readonly enabled: boolean;
  readonly severity?: Severity | undefined;
  /** Checked against the kind's own schema. */
  readonly options: Record<string, unknown>;
}

type Settings = Readonly<Record<string, DetectorSettings | undefined>>;

/** A detector that the operator has not turned off, with all its options. */
interface Enabled {
  readonly kind: DetectorKind;
  readonly options: Record<string, unknown>;
  readonly severity: Severity | undefined;
}

/** By settings: a thousand runs share theirs. */
const known = new WeakMap<Settings, readonly Enabled[]>();

function enabled(settings: Settings): readonly Enabled[] {
  const kinds =
    known.get(settings) ??
    Object.entries(DETECTORS).flatMap(([name, kind]): Enabled[] => {
      const set = settings[name];
      if (set?.enabled === false) return [];
      return [{ kind, options: kind.options.parse(set?.options ?? {}), severity: set?.severity }];
    });
  known.set(settings, kinds);
  return kinds;
}

/** Closed incidents are kept for this many; what is older is only counted. */
export const MAX_CLOSED = 500;

/** All incidents of one run. */
export class IncidentBook {
  readonly #run: Run;
  readonly #lifecycles: readonly Lifecycle[];
  readonly closed: Case[] = [];
  closedDropped = 0;
  readonly opened = new Map<AlertName, number>();
  readonly #changed = new Set<Case>();
  #entered = 0;

  /** @param before book of the same run, whose incidents of the clock go on in this one */
  constructor(run: Run, settings: Settings, before?: IncidentBook) {
    this.#run = run;
    this.#lifecycles = enabled(settings).map(({ kind, options, severity }) => {
      const kept = kind.clocked && before !== undefined ? before.#of(kind) : undefined;
      return kept ?? new Lifecycle(kind, kind.create(options), severity);
    });
    if (before !== undefined) this.#takeOver(before);
  }

  /** Every incident, open ones last, each part in the order in which they opened. */
  get all(): readonly Case[] {
    return [...this.closed, ...this.open];
  }

  get open(): readonly Case[] {
    return this.#lifecycles.flatMap(({ open }) => (open === null ? [] : [open]));
  }

  /**
   * Shows a record, which the run knows already, to every detector.
   *
   * @param isNew false when the book before this one was shown it already
   */
  observe(record: LogRecord, restarted: boolean, arrivedMs: number, isNew = true): void {
    let at: Moment | null = null;
    let changed = false;
    if (restarted) for (const { detector } of this.#lifecycles) detector.restart?.();
    for (const lifecycle of this.#lifecycles) {
      if (!isNew && lifecycle.kind.clocked) continue;
      const verdict = lifecycle.observe(record, this.#run);
      if (verdict === 'silent') continue;
      if (verdict === 'good' && lifecycle.open === null) {
        lifecycle.pass(record.step);
        continue;
      }
      at ??= this.#moment(record.step, record.get(FIELD.elapsed_seconds), arrivedMs);
      changed = this.#note(lifecycle.record(verdict, this.#run, at)) || changed;
    }
    if (this.#run.ended === 'finished') changed = this.#finish(record, arrivedMs) || changed;
    if (changed) this.#settle();
  }

  /** Tells every detector what befell the run after its last record. */
  befall(event: RunEvent, arrivedMs: number): void {
    let changed = false;
    for (const lifecycle of this.#lifecycles) {
      const verdict = lifecycle.detector.befall?.(event, this.#run) ?? 'silent';
      if (verdict === 'silent') continue;
      const at = this.#moment(this.#run.lastStep, this.#run.latest('elapsed_seconds'), arrivedMs);
      changed = this.#note(lifecycle.record(verdict, this.#run, at)) || changed;
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
    let changed = false;
    for (const lifecycle of this.#lifecycles) {
      const verdict = lifecycle.detector.tick?.(nowMs, this.#run) ?? 'silent';
      if (verdict !== 'bad') continue;
      const at = this.#moment(this.#run.lastStep, undefined, lifecycle.detector.sinceMs?.() ?? nowMs);
      changed = this.#note(lifecycle.tick(verdict, this.#run, at)) || changed;
    }
    if (changed) this.#settle();
  }

  /** The cases that changed since the last call. */
  takeChanged(): Case[] {
    if (this.#changed.size === 0) return [];
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  #of(kind: DetectorKind): Lifecycle | undefined {
    return this.#lifecycles.find((one) => one.kind === kind);
  }

  #takeOver(before: IncidentBook): void {
    const clocked = new Set(this.#lifecycles.filter(({ kind }) => kind.clocked).map(({ kind }) => kind.alertname));
    for (const one of before.closed) if (clocked.has(one.alertname)) this.closed.push(one);
    for (const [alertname, count] of before.opened) if (clocked.has(alertname)) this.opened.set(alertname, count);
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

  #moment(step: number | null, elapsed: number | undefined, arrivedMs: number): Moment {
    return { step, attempt: this.#run.attempts - 1, elapsed: elapsed ?? Number.NaN, arrivedMs };
  }

  #note(changed: Case | null): boolean {
    if (changed === null) return false;
    this.#changed.add(changed);
    if (changed.order === 0) {
      changed.order = ++this.#entered;
      this.opened.set(changed.alertname, (this.opened.get(changed.alertname) ?? 0) + 1);
    }
    if (!changed.firing) this.#keep(changed);
    return true;
  }

  #keep(closed: Case): void {
    this.closed.push(closed);
    if (this.closed.length <= MAX_CLOSED) return;
    const oldest = this.closed.shift();
    if (oldest !== undefined) this.#changed.delete(oldest);
    this.closedDropped++;
  }

  #settle(): void {
    const open = this.#lifecycles.filter(({ open }) => open !== null);
    for (const changed of lead(open)) this.#changed.add(changed);
  }
}
