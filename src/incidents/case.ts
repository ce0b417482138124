import type { AlertName, Severity } from '../model/alert.ts';
import { type Evidence, type Incident, MAX_EVIDENCE, type Wasted } from '../model/incident.ts';
import type { Judgement } from '../model/judgement.ts';
import type { Run } from '../runs/run.ts';
import { timeOf } from '../runs/time.ts';

/** An incident while it is worked on. {@link Case.snapshot} gives the value that the rest of the house sees. */
export class Case {
  readonly id: string;
  readonly alertname: AlertName;
  readonly firstStep: number | null;
  /** Last good step before it, null when there was none. */
  readonly lastGoodStep: number | null;
  readonly offersRollback: boolean;
  severity: Severity;
  lastStep: number | null;
  occurrences = 0;
  /** Place among the cases of the run in the order of opening, from 1; 0 until it is entered in the book. */
  order = 0;
  group: string;
  leader: Case | null = null;
  firing = true;
  readonly #opened: Moment;
  #closed: Moment | null = null;
  #startedAtMs: number | null = null;
  /** Whether the weights are good, as far as it has to do with that. */
  judgement: Judgement | null = null;
  /** What the log itself said, in its own words. */
  words: string | null = null;
  readonly #first: Evidence[] = [];
  readonly #newest: Evidence[] = [];

  /** @param offersRollback whether one may want to go back because of it */
  constructor(
    id: string,
    alertname: AlertName,
    severity: Severity,
    opened: Moment,
    lastGoodStep: number | null,
    offersRollback: boolean,
  ) {
    this.id = id;
    this.offersRollback = offersRollback;
    this.alertname = alertname;
    this.severity = severity;
    this.firstStep = opened.step;
    this.lastStep = opened.step;
    this.lastGoodStep = lastGoodStep;
    this.group = id;
    this.#opened = opened;
  }

  addEvidence(evidence: readonly Evidence[]): void {
    for (const told of evidence) {
      // of a record without a step detectors only know that it has none
      const one = Number.isNaN(told.step) ? { ...told, step: null } : told;
      if (this.#first.length < MAX_EVIDENCE / 2) {
        this.#first.push(one);
        continue;
      }
      this.#newest.push(one);
      if (this.#newest.length > MAX_EVIDENCE / 2) this.#newest.shift();
    }
  }

  /** It is an incident that was known before, under its beginning. */
  beginAs(startedAtMs: number): void {
    this.#startedAtMs = startedAtMs;
  }

  /** It was part of what `truth` tells, and is no trouble of its own. */
  isExplainedBy(truth: Case): void {
    this.leader = truth;
    this.group = truth.group;
    this.severity = 'info';
  }

  close(at: Moment): void {
    this.firing = false;
    this.#closed = at;
  }

  /**
   * The incident as it stands. Its beginning is worked out once, at the first look: the trainer's clock has whole
   * seconds, and a beginning that moves would be another incident to some receivers.
   */
  snapshot(run: Run): Incident {
    this.#startedAtMs ??= timeOf(run, this.#opened);
    return {
      run: run.id,
      id: this.id,
      alertname: this.alertname,
      severity: this.severity,
      status: this.firing ? 'firing' : 'resolved',
      firstStep: this.firstStep,
      lastStep: this.lastStep,
      occurrences: this.occurrences,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#closed && Math.max(this.#startedAtMs, timeOf(run, this.#closed)),
      group: this.group,
      inhibitedBy: this.leader?.alertname ?? null,
      weights: this.judgement?.weights ?? 'unknown',
      judgement: this.judgement,
      rollbackCheckpoint: this.#rollback(run),
      wasted: this.#wasted(run),
      words: this.words,
      evidence: [...this.#first, ...this.#newest],
    };
  }

  /** A checkpoint is good when its own numbers are, and when a good record came at its step or later, before the trouble. */
  #rollback(run: Run): string | null {
    const { lastGoodStep, firstStep } = this;
    if (!this.offersRollback || this.judgement?.weights === 'intact' || firstStep === null) return null;
    const good = run.checkpoints.filter(
      ({ step, isGood }) => isGood && step < firstStep && step <= (lastGoodStep ?? 0),
    );
    return good.at(-1)?.name ?? null;
  }

  #wasted(run: Run): Wasted | null {
    const last = this.firing ? run.lastStep : this.lastStep;
    if (this.judgement?.weights !== 'lost' || this.firstStep === null || last === null) return null;
    const steps = last - this.firstStep + 1;
    const pace = run.pace.secondsPerStep;
    const tokens = run.latest('tokens_seen');
    return {
      steps,
      seconds: pace === null ? null : steps * pace,
      tokens: tokens === undefined || !run.lastStep ? null : Math.round((tokens / run.lastStep) * steps),
    };
  }
}

/** When something was logged: what the log says of it, and when it came. */
export interface Moment {
  readonly step: number | null;
  /** Index of the attempt, from 0. */
  readonly attempt: number;
  /** Trainer's seconds in that attempt, NaN when the log does not say. */
  readonly elapsed: number;
  readonly arrivedMs: number;
}
