import type { IncidentView } from '../../src/view/wire.ts';
import { isExact, isSameTrouble, kindNamed, NONFINITE } from './kinds.ts';
import type { Trouble } from './labels.ts';
import type { Point } from './replay.ts';

/** Steps from one to another, both among them. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Bad records with at most this many good steps between them are one incident. */
const GAP_STEPS = 20;

/** Whether the alert is of the very kind of the trouble, in its place. */
export function isThatAlert(trouble: Trouble, incident: IncidentView, points: readonly Point[]): boolean {
  if (kindNamed(incident.alertname) !== trouble.kind) return false;
  return overlaps(isExact(trouble.kind) ? extentOf(trouble) : widened(trouble, points), incident);
}

/**
 * Whether the alert is explained by the trouble, of which it may have said another side. What NaN does, above all in
 * skipped steps, may show until its incident is over.
 */
export function isExplainedBy(trouble: Trouble, incident: IncidentView, points: readonly Point[]): boolean {
  if (isThatAlert(trouble, incident, points)) return true;
  const said = kindNamed(incident.alertname);
  if (!isSameTrouble(trouble.kind, said)) return false;
  const near = widened(trouble, points);
  if (near === null || !NONFINITE.has(said)) return overlaps(near, incident);
  return overlaps({ from: near.from, to: Math.max(near.to, (trouble.lastStep ?? near.to) + GAP_STEPS) }, incident);
}

/**
 * The extent of a trouble and one training record more at either end. Where a gradual trouble begins is a matter of
 * judgement, and what one record hints at may be known from the next one.
 */
export function widened(trouble: Trouble, points: readonly Point[]): Extent | null {
  const extent = extentOf(trouble);
  if (extent === null) return null;
  const steps = points.map(({ step }) => step);
  const before = steps.filter((step) => step < extent.from);
  const after = steps.filter((step) => step > extent.to);
  return {
    from: before.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    to: after.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  };
}

/** Whether they have a step in common, as far as steps are known. */
export function overlaps(
  extent: Extent | null,
  { first_step, last_step }: Pick<IncidentView, 'first_step' | 'last_step'>,
): boolean {
  if (extent === null || first_step === null || last_step === null) return true;
  return first_step <= extent.to && last_step >= extent.from;
}

function extentOf({ firstStep, lastStep }: Trouble): Extent | null {
  return firstStep === null || lastStep === null ? null : { from: firstStep, to: lastStep };
}
