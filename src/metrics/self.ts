import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client';
import { AGENT } from './names.ts';
import { registerView, type Sample } from './view.ts';

/** What the agent knows of itself, asked at scrape time. */
export interface SelfSource {
  readonly version: string;
  lines(): number;
  badLines(): Readonly<Record<string, number>>;
  bytesRead(): number;
  eventsDropped(): number;
  filesFollowed(): number;
  filesPolled(): number;
  fileErrors(): ReadonlyMap<string, number>;
  rotations(): number;
  truncations(): number;
  receivers(): readonly {
    readonly name: string;
    readonly pending: number;
    readonly delivered: number;
    readonly retried: number;
    readonly dropped: number;
  }[];
  statePersistent(): boolean;
  websocketClients(): number;
  websocketDropped(): number;
}

const OUTCOMES = ['delivered', 'retried', 'dropped'] as const;
/** Gauges that end in `_total`, against the naming rules of Prometheus. */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/**
 * Registers the agent's own metrics.
 *
 * @returns what to call with the seconds that a delivery took
 */
export function registerSelf(registry: Registry, source: SelfSource): (receiver: string, seconds: number) => void {
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);

  registerView(registry, AGENT.buildInfo, () => [
    { value: 1, labels: { version: source.version, node_version: process.version } },
  ]);
  const plain: readonly (readonly [keyof typeof AGENT, () => number])[] = [
    ['lines', source.lines],
    ['bytesRead', source.bytesRead],
    ['filesFollowed', source.filesFollowed],
    ['filesPolled', source.filesPolled],
    ['rotations', source.rotations],
    ['truncations', source.truncations],
    ['statePersistent', () => Number(source.statePersistent())],
    ['websocketClients', source.websocketClients],
    ['websocketDropped', source.websocketDropped],
    ['eventsDropped', source.eventsDropped],
  ];
  for (const [metric, value] of plain) registerView(registry, AGENT[metric], () => [{ value: value() }]);
  registerView(registry, AGENT.badLines, () =>
    Object.entries(source.badLines()).map(([reason, value]) => ({ value, labels: { reason } })),
  );
  registerView(registry, AGENT.fileErrors, () =>
    [...source.fileErrors()].map(([reason, value]) => ({ value, labels: { reason } })),
  );
  registerView(registry, AGENT.notifications, () =>
    source
      .receivers()
      .flatMap((receiver): Sample[] =>
        OUTCOMES.map((outcome) => ({ value: receiver[outcome], labels: { receiver: receiver.name, outcome } })),
      ),
  );
  registerView(registry, AGENT.notificationsPending, () =>
    source.receivers().map(({ name, pending }) => ({ value: pending, labels: { receiver: name } })),
  );
  const latency = new Histogram({
    name: AGENT.notificationLatency.name,
    help: AGENT.notificationLatency.help,
    labelNames: ['receiver'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600],
    registers: [registry],
  });
  return (receiver, seconds) => latency.observe({ receiver }, seconds);
}
