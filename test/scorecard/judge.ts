import { isAtLeast } from '../../src/model/alert.ts';
import type { IncidentView } from '../../src/view/wire.ts';
import type { Reported } from './check.ts';
import { isFound, kindNamed } from './kinds.ts';
import type { EndState, Label, Trouble } from './labels.ts';

/** What came of one labelled trouble. `wrong extent`: found, with another first step, last step or count. */
export type Outcome = 'found' | 'wrong extent' | 'missed' | 'not yet';

export interface JudgedTrouble {
  readonly trouble: Trouble;
  readonly outcome: Outcome;
  /** What was reported in its place. */
  readonly instead: IncidentView | null;
}

/** One run against its label. A fact that the label does not tell is null. */
export interface Judged {
  readonly label: Label;
  readonly reported: Reported;
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
}

export function judge(label: Label, reported: Reported): Judged {
  const loud = reported.incidents.filter(({ severity }) => isAtLeast(severity, 'warning'));
  return {
    label,
    reported,
    troubles: label.troubles.map((trouble) => judgeTrouble(trouble, label, reported)),
    alarms: loud.filter((one) => one.inhibited_by === null && (label.healthy || !isExplained(one, label))),
    tooSevere: label.transient ? loud.filter(({ severity }) => severity === 'critical') : [],
    fatal: label.fatal && !label.ambiguous ? judgeFatal(label, loud.length > 0) : null,
    state: same(label.state, endState(reported)),
    attempts: same(label.attempts, reported.attempts),
    lastStep: same(label.lastStep, reported.last_step),
  };
}

function judgeTrouble(trouble: Trouble, label: Label, reported: Reported): JudgedTrouble {
  if (!isFound(trouble.kind)) return { trouble, outcome: 'not yet', instead: null };
  if (trouble.kind === 'restart') {
    return { trouble, outcome: reported.attempts === label.attempts ? 'found' : 'missed', instead: null };
  }
  const found = reported.incidents.filter((incident) => explains(trouble, incident));
  const instead = found.find((incident) => hasExtent(trouble, incident)) ?? found[0] ?? null;
  if (instead === null) return { trouble, outcome: 'missed', instead };
  return { trouble, outcome: hasExtent(trouble, instead) ? 'found' : 'wrong extent', instead };
}

function judgeFatal({ troubles }: Label, isHeard: boolean): Outcome {
  if (isHeard) return 'found';
  return troubles.some(({ kind }) => isFound(kind)) ? 'missed' : 'not yet';
}

function isExplained(incident: IncidentView, { troubles }: Label): boolean {
  return troubles.some((trouble) => explains(trouble, incident));
}

/** Whether they are of one kind and have a step in common, as far as steps are known. */
function explains({ kind, firstStep, lastStep }: Trouble, { alertname, first_step, last_step }: IncidentView): boolean {
  if (kindNamed(alertname) !== kind) return false;
  if (firstStep === null || lastStep === null || first_step === null || last_step === null) return true;
  return first_step <= lastStep && last_step >= firstStep;
}

function hasExtent({ firstStep, lastStep, occurrences }: Trouble, incident: IncidentView): boolean {
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
