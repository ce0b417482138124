import { expect, it } from 'vitest';
import { spansOf } from '../../../../src/web/charts/spans.ts';
import { incidentView } from '../page-samples.ts';

it('shades the steps of the incidents that lead, to the end while they fire', () => {
  const incidents = [
    incidentView('firing', { first_step: 90, last_step: 99 }),
    incidentView('over', {
      alertname: 'TrainerLossSpike',
      severity: 'warning',
      status: 'resolved',
      first_step: 5,
      last_step: 7,
    }),
    incidentView('one step', { status: 'resolved', first_step: 5, last_step: null }),
    incidentView('led', { inhibited_by: 'TrainerLossNonFinite' }),
    incidentView('without a step', { first_step: null }),
    incidentView('of another', { run: 'b' }),
  ];
  expect(spansOf(incidents, 'a')).toEqual([
    { alertname: 'TrainerLossNonFinite', severity: 'critical', first: 90, last: Number.POSITIVE_INFINITY },
    { alertname: 'TrainerLossSpike', severity: 'warning', first: 5, last: 7 },
    { alertname: 'TrainerLossNonFinite', severity: 'critical', first: 5, last: 5 },
  ]);
});
