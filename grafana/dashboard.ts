import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE, range } from './panels.ts';

const RUNBOOK = 'https://github.com/nanwatch/nanwatch/blob/main/docs/runbook.md';
const TAG = 'nanwatch';

/** What all dashboards have in common: the data source to choose, and the way to the others and to the runbook. */
export function dashboard(title: string, uid: string, description: string): DashboardBuilder {
  return new DashboardBuilder(`nanwatch / ${title}`)
    .uid(uid)
    .description(description)
    .tags([TAG, 'llm', 'training'])
    .time({ from: 'now-3h', to: 'now' })
    .refresh('10s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('nanwatch')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(false)
        .keepTime(true),
    )
    .link(new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).icon('doc').url(RUNBOOK).targetBlank(true))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
}

/** A variable with one value. */
export function one(name: string, label: string, query: string): QueryVariableBuilder {
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

/** A variable with any number of values, all of them to begin with. */
export function many(name: string, label: string, query: string): QueryVariableBuilder {
  return one(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

/** Marks on every panel while `expr`, which keeps the label `alertname`, has series. */
export function alerts(expr: string, text: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .target(range(expr, '').refId('Alerts').interval('15s'))
    .step('15s')
    .titleFormat('{{alertname}}')
    .textFormat(text)
    .tagKeys('severity');
}
