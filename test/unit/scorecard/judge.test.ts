import { expect, it } from 'vitest';
import type { IncidentView } from '../../../src/view/wire.ts';
import { isExplainedBy, isThatAlert, widened } from '../../scorecard/extent.ts';
import { kindNamed } from '../../scorecard/kinds.ts';
import type { Trouble } from '../../scorecard/labels.ts';

const POINTS = Array.from({ length: 40 }, (_, index) => ({ step: 5 * (index + 1), loss: 2, gradNorm: undefined }));

function trouble(kind: string, firstStep: number, lastStep: number): Trouble {
  return { kind: kindNamed(kind), firstStep, lastStep, occurrences: null, firstVisible: null, required: true };
}

function alert(alertname: string, first_step: number, last_step = first_step): IncidentView {
  return { alertname, first_step, last_step } as IncidentView;
}

it('a trouble is widened by one record at either end, as far as there are any', () => {
  expect(widened(trouble('loss_spike', 50, 60), POINTS)).toEqual({ from: 45, to: 65 });
  expect(widened(trouble('loss_spike', 5, 200), POINTS)).toEqual({ from: -Infinity, to: Infinity });
});

it('a slow trouble may begin one record beside its label, an exact one may not', () => {
  expect(isThatAlert(trouble('loss_spike', 50, 50), alert('TrainerLossSpike', 55), POINTS)).toBe(true);
  expect(isThatAlert(trouble('loss_spike', 50, 50), alert('TrainerLossSpike', 60), POINTS)).toBe(false);
  expect(isThatAlert(trouble('zero_loss', 50, 50), alert('TrainerLossZero', 55), POINTS)).toBe(false);
});

it('what NaN does is one trouble, until its incident is over', () => {
  const zero = trouble('zero_loss', 50, 60);
  expect(isExplainedBy(zero, alert('TrainerStepsSkipped', 80), POINTS)).toBe(true);
  expect(isExplainedBy(zero, alert('TrainerStepsSkipped', 85), POINTS)).toBe(false);
  expect(isExplainedBy(zero, alert('TrainerStepsSkipped', 40), POINTS)).toBe(false);
  expect(isExplainedBy(zero, alert('TrainerLossDiverging', 50), POINTS)).toBe(false);
});

it('a masked NaN explains a spike in its place, which is not the alert of its kind', () => {
  const masked = trouble('masked_nan', 50, 50);
  expect(isExplainedBy(masked, alert('TrainerLossSpike', 50), POINTS)).toBe(true);
  expect(isExplainedBy(masked, alert('TrainerLossSpike', 65), POINTS)).toBe(false);
  expect(isThatAlert(masked, alert('TrainerLossSpike', 50), POINTS)).toBe(false);
  expect(isExplainedBy(trouble('loss_spike', 50, 50), alert('TrainerLossMasked', 50), POINTS)).toBe(false);
});

it('labels that name one thing by several words name one kind', () => {
  expect(['grad_spike', 'grad_explosion', 'TrainerGradExploding'].map(kindNamed)).toEqual(
    Array(3).fill('grad_exploding'),
  );
  expect(kindNamed('eval_divergence')).toBe('eval_rising');
});
