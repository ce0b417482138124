import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { TRAINING } from '../src/metrics/names.ts';
import { DATASOURCE, instant, thresholds } from './panels.ts';
import { ofAll, stateCode, troubleCode } from './promql.ts';
import { STATE_NAMES, TROUBLE_NAMES } from './words.ts';

const WORST_FIRST = 'Worst alert';
const THEN = 'Alerts';
const ROW = ['job', 'run'] as const;
const BY = `max by (${ROW.join(', ')})`;

interface Column {
  readonly title: string;
  readonly expr: string;
  readonly look: readonly DynamicConfigValue[];
}

const COLORED: DynamicConfigValue = {
  id: 'custom.cellOptions',
  value: { type: TableCellDisplayMode.ColorBackground },
};

/** From left to right, after the run. */
const COLUMNS: readonly Column[] = [
  {
    title: WORST_FIRST,
    expr: troubleCode(ROW),
    look: [{ id: 'mappings', value: [TROUBLE_NAMES] }, COLORED, { id: 'custom.width', value: 110 }],
  },
  {
    title: THEN,
    expr: `sum by (${ROW.join(', ')}) (${ofAll(TRAINING.firing)}) or 0 * ${BY} (${ofAll(TRAINING.state)})`,
    look: [{ id: 'custom.width', value: 80 }],
  },
  {
    title: 'State',
    expr: stateCode(ROW, ofAll),
    look: [{ id: 'mappings', value: [STATE_NAMES] }, COLORED, { id: 'custom.width', value: 100 }],
  },
  {
    title: 'Progress',
    expr: `${BY} (${ofAll(TRAINING.progress)})`,
    look: [
      { id: 'unit', value: 'percentunit' },
      { id: 'min', value: 0 },
      { id: 'max', value: 1 },
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.Gauge, mode: 'basic' } },
    ],
  },
  {
    title: 'Time left',
    expr: `${BY} (${ofAll(TRAINING.remaining)})`,
    look: [{ id: 'unit', value: 'dtdurations' }],
  },
  { title: 'Step', expr: `${BY} (${ofAll(TRAINING.step)})`, look: [{ id: 'custom.width', value: 100 }] },
  {
    title: 'Loss',
    expr: `${BY} (${ofAll(TRAINING.loss)}) < +Inf > -Inf`,
    look: [
      { id: 'noValue', value: 'not finite' },
      { id: 'decimals', value: 4 },
    ],
  },
  {
    title: 'Last record',
    expr: `time() - ${BY} (${ofAll(TRAINING.lastRecord)})`,
    look: [{ id: 'unit', value: 'dtdurations' }],
  },
];

const refId = (index: number) => String.fromCharCode(65 + index);
const valueName = (index: number) => `Value #${refId(index)}`;
/** Grafana fills in the row's own labels where it is clicked. */
const RUN_LINK = [
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana's variables, not ours
  '/d/nanwatch-run/nanwatch-run?var-datasource=${datasource}',
  'var-job=${__data.fields.job:percentencode}',
  'var-run=${__data.fields.run:percentencode}',
  '${__url_time_range}',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana's variables, not ours
].join('&');

function build(): TablePanel {
  const panel = new TablePanel()
    .title('Runs, worst first')
    .description(
      'Every run that an agent follows, with its worst alert that fires. A click on a run opens its own dashboard.',
    )
    .unit('short')
    .noValue('no run')
    .datasource(DATASOURCE)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(
          ['run', ...COLUMNS.map((_, index) => valueName(index)), 'job'].map((name, index) => [name, index]),
        ),
        renameByName: {
          run: 'Run',
          job: 'Job',
          ...Object.fromEntries(COLUMNS.map(({ title }, index) => [valueName(index), title])),
        },
      },
    })
    .thresholds(thresholds([null, 'blue']))
    .filterable(true)
    .sortBy([WORST_FIRST, THEN].map((title) => new TableSortByFieldStateBuilder().displayName(title).desc(true)))
    .overrideByName('Run', [
      { id: 'links', value: [{ title: 'Open this run', url: RUN_LINK }] },
      { id: 'custom.minWidth', value: 240 },
    ])
    .height(18)
    .span(24);
  COLUMNS.forEach(({ title, expr, look }, index) => {
    panel.withTarget(instant(expr).format(PromQueryFormat.Table).refId(refId(index)));
    panel.overrideByName(title, [...look]);
  });
  return panel;
}

export const table = build();
