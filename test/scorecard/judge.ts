import { isAtLeast } from '../../src/model/alert.ts';
import type { IncidentView } from '../../src/view/wire.ts';
import type { Reported } from './check.ts';
import { isExplainedBy, isThatAlert } from './extent.ts';
import { isExact, isFound } from './kinds.ts';
import type { EndState, Label, Trouble } from './labels.ts';
import type { Replayed } from './replay.ts';
import { type RolledBack, rollBack, type Weighed, weigh } from './weights.ts';

/**
 * What came of one labelled trouble. `wrong extent`: found, with another first step, last step or count than those that
 * can be told. `another kind`: no alert of its kind, but one that speaks of the same trouble.
 */
export type Outcome = 'found' | 'wrong extent' | 'another kind' | 'missed' | 'not yet';

export interface JudgedTrouble {
  readonly trouble: Trouble;
  readonly outcome: Outcome;
  /** What was reported of it. */
  readonly incident: IncidentView | null;
  readonly delay: Delay | null;
}

/** In training records after the first one that shows the trouble. */
export interface Delay {
  /** Until the first step that the alert names. */
  readonly named: number;
  /** Until the alert was first told, in a replay; null when the replay told of no such alert. */
  readonly told: number | null;
}

/** One run against its label. A fact that the label does not tell is null. */
export interface Judged {
  readonly label: Label;
  readonly reported: Reported;
  readonly replayed: Replayed;
  readonly troubles: readonly JudgedTrouble[];
  /** Alerts of warning or above that lead and that the label does not explain. */
  readonly alarms: readonly IncidentView[];
  /** Critical alerts of what healed by itself. */
  readonly tooSevere: readonly IncidentView[];
  /** Where some alert must fire. */
  readonly fatal: Outcome | null;
  readonly state: boolean | null;
  readonly attempts: boolean | null;
  readonly lastStep: boolean | null;
  readonly weights: Weighed | null;
  readonly rollback: RolledBack | null;
}

export function judge(label: Label, reported: Reported, replayed: Replayed): Judged {
  const loud = loudOf(reported);
  const isExplained = (one: IncidentView) =>
    label.troubles.some((trouble) => isExplainedBy(trouble, one, replayed.points));
  return {
    label,
    reported,
    replayed,
    troubles: label.troubles.map((trouble) => judgeTrouble(trouble, label, reported, replayed)),
    alarms: loud.filter((one) => one.inhibited_by === null && (label.healthy || !isExplained(one))),
    tooSevere: label.transient ? loud.filter(({ severity }) => severity === 'critical') : [],
    fatal: label.fatal && !label.ambiguous ? judgeFatal(label, loud.length > 0) : null,
    state: same(label.state, endState(reported)),
    attempts: same(label.attempts, reported.attempts),
    lastStep: same(label.lastStep, reported.last_step),
    weights: weigh(label, reported),
    rollback: rollBack(label, reported),
  };
}

/** Alerts that are meant to be heard. */
export function loudOf({ incidents }: Reported): IncidentView[] {
  return incidents.filter(({ severity }) => isAtLeast(severity, 'warning'));
}

function judgeTrouble(trouble: Trouble, label: Label, reported: Reported, replayed: Replayed): JudgedTrouble {
  const nothing = { trouble, incident: null, delay: null };
  if (!isFound(trouble.kind)) return { ...nothing, outcome: 'not yet' };
  if (trouble.kind === 'restart') {
    return { ...nothing, outcome: reported.attempts === label.attempts ? 'found' : 'missed' };
  }
  const found = reported.incidents.filter((one) => isThatAlert(trouble, one, replayed.points));
  const incident = found.find((one) => hasExtent(trouble, one)) ?? found[0];
  if (incident !== undefined) {
    const outcome = hasExtent(trouble, incident) ? 'found' : 'wrong extent';
    return { trouble, outcome, incident, delay: delayOf(trouble, incident, replayed) };
  }
  const other = loudOf(reported).find((one) => isExplainedBy(trouble, one, replayed.points));
  return other === undefined
    ? { ...nothing, outcome: 'missed' }
    : { ...nothing, outcome: 'another kind', incident: other };
}

function delayOf(trouble: Trouble, incident: IncidentView, { points, toldAt }: Replayed): Delay | null {
  const shown = trouble.firstVisible ?? trouble.firstStep;
  if (shown === null) return null;
  const until = (step: number) => points.filter((point) => point.step > shown && point.step <= step).length;
  const told = toldAt.get(incident.id);
  return { named: until(incident.first_step ?? shown), told: told === undefined ? null : until(told) };
}

function judgeFatal({ troubles }: Label, isHeard: boolean): Outcome {
  if (isHeard) return 'found';
  return troubles.some(({ kind }) => isFound(kind)) ? 'missed' : 'not yet';
}

function hasExtent({ kind, firstStep, lastStep, occurrences }: Trouble, incident: IncidentView): boolean {
  if (!isExact(kind)) return true;
  return (
    same(firstStep, incident.first_step) !== false &&
    same(lastStep, incident.last_step) !== false &&
    same(occurrences, incident.occurrences) !== false
  );
}

function endState({ state }: Reported): EndState {
  return state === 'finished' || state === 'failed' ? state : 'unended';
}

/** Null where the truth is not told. */
function same<Value>(truth: Value | null, found: Value | null): boolean | null {
  return truth === null ? null : truth === found;
}
