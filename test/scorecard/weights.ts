import { ALERTS } from '../../src/model/alert.ts';
import type { IncidentView } from '../../src/view/wire.ts';
import type { Reported } from './check.ts';
import { kindNamed, NONFINITE } from './kinds.ts';
import type { Label } from './labels.ts';

type Said = IncidentView['weights'];

/** What was said of the weights, against what is to be said. */
export interface Weighed {
  readonly truth: Said;
  readonly said: Said;
}

/** A checkpoint to go back to, against the right one; null for none. */
export interface RolledBack {
  readonly truth: string | null;
  readonly said: string | null;
}

/** Null where the label does not tell, or while nothing looks for it. */
export function weigh(label: Label, reported: Reported): Weighed | null {
  return label.weights === null || !areWeighed() ? null : { truth: label.weights, said: verdict(reported) };
}

/** Null where the label does not tell, or while nothing looks for it. */
export function rollBack(label: Label, reported: Reported): RolledBack | null {
  if (label.rollback === undefined || !areWeighed()) return null;
  const leading = leadingOf(reported);
  const lost = reported.incidents.find(({ alertname }) => kindNamed(alertname) === 'weights_lost');
  return { truth: label.rollback, said: (lost ?? leading.at(-1))?.rollback_checkpoint ?? null };
}

/** The last word of the incidents that lead: lost, or intact when a later one says so. */
function verdict(reported: Reported): Said {
  return leadingOf(reported).findLast(({ weights }) => weights !== 'unknown')?.weights ?? 'unknown';
}

/** Those in which NaN has a part, in the order in which they opened. */
function leadingOf({ incidents }: Reported): IncidentView[] {
  return incidents.filter(
    ({ alertname, inhibited_by }) => inhibited_by === null && NONFINITE.has(kindNamed(alertname)),
  );
}

function areWeighed(): boolean {
  return ALERTS.some((alert) => kindNamed(alert) === 'weights_lost');
}
