import { type Dashboard, TextBoxVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { TRAINING } from '../src/metrics/names.ts';
import { alerts, dashboard, many } from './dashboard.ts';
import * as fleet from './fleet-panels.ts';
import { table } from './fleet-table.ts';
import { ofAll } from './promql.ts';

/** From left to right and top to bottom; the widths of a line add up to 24. */
const LAYOUT = [
  fleet.running,
  fleet.stalled,
  fleet.failed,
  fleet.finished,
  fleet.critical,
  fleet.warned,
  table,
  fleet.statesOverTime,
  fleet.alertsOverTime,
  fleet.incidents,
] as const;

/** More marks than this hide what they mark. */
const MAX_MARKS = 20;

/** Critical alerts that fire, one for each run; one for each alert name while there are too many to be told apart. */
function critical(): string {
  const firing = `(max by (run, alertname, severity) (${ofAll(TRAINING.firing, 'severity="critical"')}) == 1)`;
  const gathered = `label_replace(count by (alertname, severity) ${firing}, "run", "many runs", "", "")`;
  return [
    `${firing} and on () count ${firing} <= ${MAX_MARKS}`,
    `or ${gathered} and on () count ${firing} > ${MAX_MARKS}`,
  ].join('\n');
}

/** "nanwatch / Fleet": all runs, worst first. */
export function fleetDashboard(): Dashboard {
  const built = dashboard(
    'Fleet',
    'nanwatch-fleet',
    'All fine-tuning runs: which are in trouble, how far each is, and when it will be done.',
  )
    .withVariable(many('job', 'Job', `label_values(${TRAINING.step.name}, job)`))
    // a list of five hundred names helps nobody: what is typed here narrows them
    .withVariable(new TextBoxVariableBuilder('run').label('Runs (regular expression)').defaultValue('.*'))
    .annotation(alerts(critical(), '{{run}}'));
  LAYOUT.forEach((panel, index) => {
    built.withPanel(panel.id(index + 1));
  });
  return built.build();
}
