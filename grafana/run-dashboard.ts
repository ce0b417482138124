import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { TRAINING } from '../src/metrics/names.ts';
import { DATASOURCE, range } from './panels.ts';
import { of } from './promql.ts';
import * as series from './run-series.ts';
import * as summary from './run-summary.ts';

const RUNBOOK = 'https://github.com/nanwatch/nanwatch/blob/main/docs/runbook.md';

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
  series.badValues,
  summary.firingTable,
] as const;

function chosen(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ qryType: 1, query, refId: `${name}-variable` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(false)
    .includeAll(false);
}

/** "nanwatch / Run": everything about one run on one page. */
export function runDashboard(): Dashboard {
  const step = TRAINING.step.name;
  const dashboard = new DashboardBuilder('nanwatch / Run')
    .uid('nanwatch-run')
    .description('One fine-tuning run: how far it is, whether it is healthy, and since when it is not.')
    .tags(['nanwatch', 'llm', 'training'])
    .time({ from: 'now-3h', to: 'now' })
    .refresh('10s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).icon('doc').url(RUNBOOK).targetBlank(true))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(chosen('job', 'Job', `label_values(${step}, job)`))
    .withVariable(chosen('run', 'Run', `label_values(${step}{job="$job"}, run)`))
    .annotation(
      new AnnotationQueryBuilder()
        .name('Alerts')
        .datasource(DATASOURCE)
        .enable(true)
        .iconColor('red')
        .target(
          range(`max by (run, alertname, severity) (${of(TRAINING.firing)}) == 1`, '')
            .refId('Alerts')
            .interval('15s'),
        )
        .step('15s')
        .titleFormat('{{alertname}}')
        .textFormat('{{severity}}')
        .tagKeys('severity'),
    );
  LAYOUT.forEach((panel, index) => {
    dashboard.withPanel(panel.id(index + 1));
  });
  return dashboard.build();
}
