import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { AGENT, type MetricSpec, PROCESS } from '../src/metrics/names.ts';
import { DATASOURCE, instant, NEUTRAL, range, type Step, stat, thresholds, timeseries } from './panels.ts';
import { growth, ofAgents, quantile, rate } from './promql.ts';

const INSTANCE = ['instance'] as const;
const LEGEND = '{{instance}}';
const NO_AGENT = 'no agent';
const BAD: readonly Step[] = [
  [null, 'green'],
  [1, 'red'],
];

const now = (metric: MetricSpec) => `max by (instance) (${ofAgents(metric)})`;

export const up = stat(
  {
    title: 'Agents that answer',
    description: 'Agents that Prometheus could scrape, of those that it knows.',
    unit: 'none',
    empty: NO_AGENT,
  },
  'sum(up{job=~"$job", instance=~"$instance"})',
  NEUTRAL,
).span(5);

export const files = stat(
  { title: 'Files followed', description: 'Log files that are followed now.', unit: 'none', empty: NO_AGENT },
  `sum(${ofAgents(AGENT.filesFollowed)})`,
  NEUTRAL,
).span(5);

export const polled = stat(
  {
    title: 'Files polled',
    description: 'Log files for which no file events come, as on a network mount: seen up to 250 ms later.',
    unit: 'none',
    empty: NO_AGENT,
  },
  `sum(${ofAgents(AGENT.filesPolled)})`,
  NEUTRAL,
).span(5);

export const pending = stat(
  {
    title: 'Notifications waiting',
    description: 'Notifications that no receiver has taken yet.',
    unit: 'none',
    empty: 'no receiver',
  },
  `sum(${ofAgents(AGENT.notificationsPending)})`,
  [
    [null, 'green'],
    [1, 'orange'],
  ],
).span(5);

export const forgetful = stat(
  {
    title: 'Without a state folder',
    description: 'Agents that cannot write down what they have told: after a restart they may tell it again.',
    unit: 'none',
    empty: NO_AGENT,
  },
  `sum(1 - ${ofAgents(AGENT.statePersistent)})`,
  BAD,
).span(4);

export const lines = timeseries(
  { title: 'Lines', description: 'Complete lines read of all logs.', unit: 'suffix: lines/s', empty: NO_AGENT },
  [range(rate(AGENT.lines, INSTANCE, ofAgents), LEGEND)],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const bytes = timeseries(
  { title: 'Bytes', description: 'Bytes read of all logs.', unit: 'Bps', empty: NO_AGENT },
  [range(rate(AGENT.bytesRead, INSTANCE, ofAgents), LEGEND)],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const badLines = timeseries(
  {
    title: 'Bad lines',
    description: 'Lines that could not be taken as a record, by reason.',
    unit: 'short',
    empty: 'none so far',
  },
  [range(growth(AGENT.badLines, ['instance', 'reason'], ofAgents, AGENT.lines), `${LEGEND} {{reason}}`)],
  BAD,
)
  .min(0)
  .span(8);

export const notifications = timeseries(
  {
    title: 'Notifications',
    description: 'Attempts to notify, by receiver and outcome. Dropped ones reach nobody.',
    unit: 'short',
    empty: 'no receiver',
  },
  [range(growth(AGENT.notifications, ['receiver', 'outcome'], ofAgents, AGENT.lines), '{{receiver}} {{outcome}}')],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const latency = timeseries(
  {
    title: 'Time to notify',
    description: 'From the moment at which an incident opened, changed or resolved to its delivery.',
    unit: 's',
    empty: 'nothing delivered yet',
  },
  [
    range(quantile(0.5, AGENT.notificationLatency, ['receiver'], ofAgents), '{{receiver}}, half within'),
    range(quantile(0.99, AGENT.notificationLatency, ['receiver'], ofAgents), '{{receiver}}, 99 % within'),
  ],
  [
    [null, 'green'],
    [5, 'orange'],
    [60, 'red'],
  ],
).span(8);

export const fileTrouble = timeseries(
  {
    title: 'Trouble with files',
    description: 'Failed looks at files and folders by reason, and logs that were replaced or cut.',
    unit: 'short',
    empty: 'none so far',
  },
  [
    range(growth(AGENT.fileErrors, ['reason'], ofAgents, AGENT.lines), 'error: {{reason}}'),
    range(growth(AGENT.rotations, [], ofAgents, AGENT.lines), 'replaced'),
    range(growth(AGENT.truncations, [], ofAgents, AGENT.lines), 'cut'),
  ],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const lag = timeseries(
  {
    title: 'Lag',
    description: 'How late the event loop was, 99 of 100 times at most: so much later a line may be seen.',
    unit: 's',
    empty: NO_AGENT,
  },
  [range(now(PROCESS.lag), LEGEND)],
  [
    [null, 'green'],
    [0.25, 'orange'],
    [1, 'red'],
  ],
)
  .min(0)
  .span(8);

export const memory = timeseries(
  {
    title: 'Memory',
    description: 'Memory of the process, and the part that JavaScript uses. The manifests allow 128 MiB.',
    unit: 'bytes',
    empty: NO_AGENT,
  },
  [range(now(PROCESS.residentMemory), `${LEGEND} all`), range(now(PROCESS.heapUsed), `${LEGEND} heap`)],
  [
    [null, 'green'],
    [112 * 1024 * 1024, 'orange'],
    [128 * 1024 * 1024, 'red'],
  ],
)
  .min(0)
  .span(8);

export const cpu = timeseries(
  { title: 'CPU', description: 'Share of one core that each agent uses.', unit: 'percentunit', empty: NO_AGENT },
  [range(rate(PROCESS.cpu, INSTANCE, ofAgents), LEGEND)],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const descriptors = timeseries(
  {
    title: 'File descriptors',
    description: 'Share of the file descriptors that the process may have which are open.',
    unit: 'percentunit',
    empty: NO_AGENT,
  },
  [range(`${now(PROCESS.openFiles)} / ${now(PROCESS.maxFiles)}`, LEGEND)],
  [
    [null, 'green'],
    [0.8, 'red'],
  ],
)
  .min(0)
  .span(8);

export const pages = timeseries(
  {
    title: 'Open pages',
    description: 'WebSocket clients, and those that were dropped because they were too slow.',
    unit: 'short',
    empty: NO_AGENT,
  },
  [
    range(now(AGENT.websocketClients), LEGEND),
    range(growth(AGENT.websocketDropped, INSTANCE, ofAgents, AGENT.lines), `${LEGEND} dropped`),
  ],
  NEUTRAL,
)
  .min(0)
  .span(8);

export const versions = new TablePanel()
  .title('Versions')
  .description('Which version each agent is, and when it started.')
  .unit('none')
  .noValue(NO_AGENT)
  .datasource(DATASOURCE)
  .withTarget(
    instant(
      `max by (job, instance, version, node_version) (${ofAgents(AGENT.buildInfo)}) * on (job, instance) group_left () ${ofAgents(PROCESS.startTime)} * 1000`,
    )
      .format(PromQueryFormat.Table)
      .refId('A'),
  )
  .withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      indexByName: { instance: 0, job: 1, version: 2, node_version: 3, Value: 4 },
      renameByName: {
        instance: 'Agent',
        job: 'Job',
        version: 'Version',
        node_version: 'Node',
        Value: 'Running since',
      },
    },
  })
  .thresholds(thresholds([null, 'text']))
  .overrideByName('Running since', [{ id: 'unit', value: 'dateTimeAsIso' }])
  .height(8)
  .span(8);
