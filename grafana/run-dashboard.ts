import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { TRAINING } from '../src/metrics/names.ts';
import { alerts, dashboard, one } from './dashboard.ts';
import { of } from './promql.ts';
import * as series from './run-series.ts';
import * as summary from './run-summary.ts';

/** From left to right and top to bottom; the widths of a line add up to 24. */
const LAYOUT = [
  summary.state,
  summary.progress,
  summary.timeLeft,
  summary.lastRecordAge,
  summary.firing,
  summary.states,
  summary.setup,
  series.loss,
  series.gradNorm,
  series.learningRate,
  series.throughput,
  series.vram,
  series.reward,
  series.badValues,
  summary.firingTable,
] as const;

/** "nanwatch / Run": everything about one run on one page. */
export function runDashboard(): Dashboard {
  const step = TRAINING.step.name;
  const built = dashboard(
    'Run',
    'nanwatch-run',
    'One fine-tuning run: how far it is, whether it is healthy, and since when it is not.',
  )
    .withVariable(one('job', 'Job', `label_values(${step}, job)`))
    .withVariable(one('run', 'Run', `label_values(${step}{job="$job"}, run)`))
    .annotation(alerts(`max by (run, alertname, severity) (${of(TRAINING.firing)}) == 1`, '{{severity}}'));
  LAYOUT.forEach((panel, index) => {
    built.withPanel(panel.id(index + 1));
  });
  return built.build();
}
