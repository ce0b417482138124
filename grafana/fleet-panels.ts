import { GraphDrawStyle, StackingConfigBuilder, StackingMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { TRAINING } from '../src/metrics/names.ts';
import { SEVERITIES } from '../src/model/alert.ts';
import { RUN_STATES } from '../src/model/run-state.ts';
import { NEUTRAL, type PanelText, range, type Step, stat, timeseries } from './panels.ts';
import { increase, ofAll } from './promql.ts';
import { SEVERITY_COLORS, STATE_COLORS } from './words.ts';

const NOBODY = 'no run';

/** Runs in one state now; 0 as long as there are runs at all. */
function inState(...states: readonly string[]): string {
  return `sum(max by (job, run) (${ofAll(TRAINING.state, `state=~"${states.join('|')}"`)}))`;
}

/** Runs for which an alert of this severity fires; 0 as long as there are runs at all. */
function inTrouble(severity: string): string {
  const firing = `count(max by (job, run) (${ofAll(TRAINING.firing, `severity="${severity}"`)}) == 1)`;
  return `${firing}\nor 0 * ${inState(...RUN_STATES)}`;
}

const text = (title: string, description: string): PanelText => ({ title, description, unit: 'none', empty: NOBODY });
const alarm = (color: string): readonly Step[] => [
  [null, 'green'],
  [1, color],
];

export const running = stat(text('Running', 'Runs that train now.'), inState('running'), NEUTRAL).span(4);

export const stalled = stat(
  text('Stalled', 'Runs that have not ended, and whose log has stopped growing.'),
  inState('stalled'),
  alarm('orange'),
).span(4);

export const failed = stat(
  text('Failed', 'Runs that ended before their last step, as long as the agent follows them.'),
  inState('failed'),
  alarm('red'),
).span(4);

export const finished = stat(text('Finished', 'Runs that came to their last step.'), inState('finished'), NEUTRAL).span(
  4,
);

export const critical = stat(
  text('In critical trouble', 'Runs for which a critical alert fires.'),
  inTrouble('critical'),
  alarm('red'),
).span(4);

export const warned = stat(
  text('Warned of', 'Runs for which a warning fires.'),
  inTrouble('warning'),
  alarm('orange'),
).span(4);

function stacked(panel: TimeseriesPanel, colors: Readonly<Record<string, string>> = {}): TimeseriesPanel {
  panel.fillOpacity(50).stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A')).min(0).decimals(0);
  for (const [name, fixedColor] of Object.entries(colors)) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  }
  return panel;
}

export const statesOverTime = stacked(
  timeseries(
    text('Runs by state', 'How many runs were in each state.'),
    RUN_STATES.map((state) => range(inState(state), state)),
    NEUTRAL,
  ).span(8),
  STATE_COLORS,
);

export const alertsOverTime = stacked(
  timeseries(
    { ...text('Alerts firing', 'How many alerts of all runs fired, by severity.'), empty: 'none fired' },
    SEVERITIES.map((severity) => range(`count(${ofAll(TRAINING.firing, `severity="${severity}"`)} == 1)`, severity)),
    NEUTRAL,
  ).span(8),
  SEVERITY_COLORS,
);

export const incidents = stacked(
  timeseries(
    {
      ...text('Incidents opened', 'New incidents of all runs by alert, those between two scrapes included.'),
      empty: 'none so far',
    },
    [range(`sum by (alertname) (${increase(TRAINING.incidents, ofAll)}) > 0`, '{{alertname}}')],
    NEUTRAL,
  )
    .drawStyle(GraphDrawStyle.Bars)
    .span(8),
);
