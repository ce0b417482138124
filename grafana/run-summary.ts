import { TableCellDisplayMode, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StateTimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { TRAINING } from '../src/metrics/names.ts';
import { DATASOURCE, instant, NEUTRAL, range, stat, thresholds } from './panels.ts';
import { latest, of, stateCode, whileAlive } from './promql.ts';
import { SEVERITY_NAMES, STATE_NAMES } from './words.ts';

const NO_RUN = 'no such run';
export const state = stat(
  { title: 'State', description: 'What the run is doing now.', unit: 'none', empty: NO_RUN },
  stateCode(),
  NEUTRAL,
)
  .mappings([STATE_NAMES])
  .span(4);

export const progress = stat(
  { title: 'Progress', description: 'Steps done of all.', unit: 'percentunit', empty: 'unknown' },
  latest(TRAINING.progress),
  NEUTRAL,
)
  .min(0)
  .max(1)
  .decimals(1)
  .span(5);

export const timeLeft = stat(
  {
    title: 'Time left',
    description: "The agent's own estimate, from the recent pace of the run.",
    unit: 'dtdurations',
    empty: 'unknown',
  },
  latest(TRAINING.remaining),
  NEUTRAL,
).span(5);

export const lastRecordAge = stat(
  {
    title: 'Last record',
    description:
      'Age of the last record of a run that has not ended. Colours are rough (5 and 10 minutes): TrainerStalled knows how often this run logs.',
    unit: 'dtdurations',
    empty: 'run has ended',
  },
  whileAlive(`time() - ${latest(TRAINING.lastRecord)}`),
  [
    [null, 'green'],
    [300, 'orange'],
    [600, 'red'],
  ],
).span(5);

export const firing = stat(
  {
    title: 'Firing alerts',
    description:
      'Alerts of this run that are firing now. No number at all means that the agent does not report the run.',
    unit: 'none',
    empty: NO_RUN,
  },
  `sum by (run) (${of(TRAINING.firing)}) or 0 * ${latest(TRAINING.state)}`,
  [
    [null, 'green'],
    [1, 'red'],
  ],
).span(5);

export const states = new StateTimelinePanel()
  .title('State over time')
  .description('Running, stalled, finished or failed, as the agent judged it at the time.')
  .unit('none')
  .noValue(NO_RUN)
  .datasource(DATASOURCE)
  .withTarget(range(stateCode(), 'state').refId('A'))
  .mappings([STATE_NAMES])
  .thresholds(thresholds(...NEUTRAL))
  .showValue(VisibilityMode.Auto)
  .mergeValues(true)
  .height(4)
  .span(24);

export const firingTable = new TablePanel()
  .title('Firing alerts')
  .description('Alerts of this run that are firing now, as the agent sees them; the runbook has a heading for each.')
  .unit('none')
  .noValue('no alert is firing')
  .datasource(DATASOURCE)
  .withTarget(
    instant(`max by (alertname, severity) (${of(TRAINING.firing)}) == 1`)
      .format(PromQueryFormat.Table)
      .refId('A'),
  )
  .withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, Value: true },
      indexByName: { severity: 0, alertname: 1 },
      renameByName: { alertname: 'Alert', severity: 'Severity' },
    },
  })
  .thresholds(thresholds([null, 'text']))
  .overrideByName('Severity', [
    { id: 'mappings', value: [SEVERITY_NAMES] },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorBackground } },
    { id: 'custom.width', value: 120 },
  ])
  .height(8)
  .span(8);

/** Labels of `trainer_run_info` that the dashboard shows, from left to right. */
const INFO = ['model', 'stage', 'finetuning_type', 'precision', 'quantization', 'unsloth', 'trainer', 'source'];

export const setup = new TablePanel()
  .title('Configuration')
  .description(
    'How the run is configured, as far as what lies beside its log says so, and which kinds of log were read.',
  )
  .unit('none')
  .noValue(NO_RUN)
  .datasource(DATASOURCE)
  .withTarget(
    instant(`max by (${INFO.join(', ')}) (${of(TRAINING.info)})`)
      .format(PromQueryFormat.Table)
      .refId('A'),
  )
  .withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true, Value: true },
      indexByName: Object.fromEntries(INFO.map((label, index) => [label, index])),
      renameByName: {
        model: 'Model',
        stage: 'Stage',
        finetuning_type: 'Fine-tuning type',
        precision: 'Precision',
        quantization: 'Quantization',
        unsloth: 'Unsloth',
        trainer: 'Trainer',
        source: 'Read from',
      },
    },
  })
  .thresholds(thresholds([null, 'text']))
  .overrideByName('Model', [{ id: 'custom.minWidth', value: 240 }])
  .overrideByName('Read from', [{ id: 'custom.minWidth', value: 240 }])
  .height(4)
  .span(24);
