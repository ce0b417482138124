import type { Detector, DetectorKind, Verdict } from '../detectors/detector.ts';
import { isAtLeast, type Severity } from '../model/alert.ts';
import { FIELD, FIELDS } from '../model/field.ts';
import type { Run } from '../runs/run.ts';
import { bitsOf } from '../signals/signs.ts';
import { Case, type Moment } from './case.ts';

/**
 * Turns what one detector says into incidents: opens one at the first bad word, gathers what is bad, forgives gaps, and
 * closes it when good steps enough have gone by or the run is over and ends well.
 */
export class Lifecycle {
  readonly kind: DetectorKind;
  readonly detector: Detector;
  /** The detector's own, bound: to look the method up in each of many classes costs more than most of them do. */
  readonly observe: Detector['observe'];
  /** Of the kind, copied: kinds are objects of many shapes, and looking into each costs more than most detectors do. */
  readonly isSymptom: boolean;
  readonly isClocked: boolean;
  readonly #reads: number;
  readonly #heeds: number;
  readonly #severityOverride: Severity | undefined;
  open: Case | null = null;
  #goodSteps = 0;
  /** Steps of the newest records, NaN for none: a number that stays one costs nothing to set. */
  #lastStep = Number.NaN;
  #lastGoodStep = Number.NaN;
  /** Null until there is one: most runs have none. */
  #idsAtStep: Map<string, number> | null = null;

  constructor(kind: DetectorKind, detector: Detector, severityOverride: Severity | undefined) {
    this.kind = kind;
    this.detector = detector;
    this.observe = detector.observe.bind(detector);
    this.isSymptom = kind.symptom ?? false;
    this.isClocked = kind.clocked ?? false;
    this.#reads = (kind.reads ?? FIELDS).reduce((bits, name) => bits | (1 << FIELD[name]), 0);
    this.#heeds = kind.heeds === undefined ? ALL : bitsOf(kind.heeds);
    this.#severityOverride = severityOverride;
  }

  /** Whether it reads one of these fields, as bits. */
  reads(present: number): boolean {
    return (present & this.#reads) !== 0;
  }

  /** Whether it is shown records with these signs, as bits: any record while an incident is open. */
  heeds(signs: number): boolean {
    return this.#heeds === ALL || (signs & this.#heeds) !== 0 || this.open !== null;
  }

  /** A good record while nothing is open: the common case, and cheap. */
  pass(step: number): void {
    this.#lastGoodStep = step;
    this.#lastStep = step;
  }

  /** Takes a verdict on a record. Returns the case that it opened, changed or closed. */
  record(verdict: Verdict, run: Run, at: Moment): Case | null {
    if (verdict === 'silent') return null;
    const changed = verdict === 'bad' ? this.#bad(run, at) : this.#good(at);
    this.#lastStep = at.step ?? Number.NaN;
    return changed;
  }

  /** Takes a verdict on the passing time: such trouble lasts, it does not happen again and again. */
  tick(verdict: Verdict, run: Run, at: Moment): Case | null {
    if (verdict !== 'bad') return null;
    if (this.open === null) return this.#bad(run, at);
    if (!this.#raise(this.open)) return null;
    this.open.addEvidence(this.detector.evidence());
    return this.open;
  }

  /** What is open is over: another detector has found what was really the matter, or this one says no more. */
  withdraw(at: Moment): Case | null {
    return this.open === null ? null : this.#close(this.open, at);
  }

  /** The run is over: what had already come back to good is closed. */
  finish(at: Moment): Case | null {
    return this.open !== null && this.#goodSteps > 0 ? this.#close(this.open, at) : null;
  }

  #bad(run: Run, at: Moment): Case {
    const span = this.detector.span?.() ?? { first: at.step, last: at.step, records: 1 };
    const found = this.open ?? this.#begin(run, { ...at, step: known(span.first) });
    this.open = found;
    this.#goodSteps = 0;
    found.occurrences += span.records;
    found.lastStep = known(span.last);
    this.#raise(found);
    found.addEvidence(this.detector.evidence());
    found.words = this.detector.words?.() ?? found.words;
    return found;
  }

  #begin(run: Run, at: Moment): Case {
    const place = `${this.kind.alertname}-${run.attempts}-${at.step ?? 'start'}`;
    this.#idsAtStep ??= new Map();
    const ids = this.#idsAtStep;
    const before = ids.get(place) ?? 0;
    // a place comes again while two writers share a log, or when a stall ends without a step
    ids.delete(place);
    ids.set(place, before + 1);
    const [oldest] = ids.keys();
    if (ids.size > MAX_PLACES && oldest !== undefined) ids.delete(oldest);
    const id = before === 0 ? place : `${place}-${before + 1}`;
    const { alertname, family } = this.kind;
    return new Case(id, alertname, this.#severity(), at, known(this.#lastGoodStep), ROLLBACK.has(family));
  }

  #good(at: Moment): Case | null {
    this.#lastGoodStep = at.step ?? Number.NaN;
    if (this.open === null) return null;
    this.#goodSteps += goodStepsBetween(this.#lastStep, at.step);
    const wanted = this.kind.goodStepsToResolve;
    return wanted === 0 || this.#goodSteps > wanted ? this.#close(this.open, at) : null;
  }

  #close(found: Case, at: Moment): Case {
    found.close(at);
    found.severity = this.#severityOverride ?? this.kind.resolvedSeverity ?? found.severity;
    this.open = null;
    this.#goodSteps = 0;
    return found;
  }

  #raise(found: Case): boolean {
    const severity = this.#severity();
    if (isAtLeast(found.severity, severity)) return false;
    found.severity = severity;
    return true;
  }

  #severity(): Severity {
    return this.#severityOverride ?? this.detector.severity();
  }
}

/** Every record, with signs or without. */
const ALL = -1;
/** Families whose trouble makes people go back to a checkpoint. */
const ROLLBACK: ReadonlySet<DetectorKind['family']> = new Set(['nonfinite', 'loss']);
/** Places of incidents that are remembered, to tell those that begin in one place apart. */
const MAX_PLACES = 512;

/** Detectors reckon with NaN where a record has no step. */
function known(step: number | null): number | null {
  return Number.isNaN(step) ? null : step;
}

/** Steps that a good record stands for; a step back is a new attempt, which begins with one. */
function goodStepsBetween(before: number, now: number | null): number {
  return now !== null && now >= before ? now - before : 1;
}
