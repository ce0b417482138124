import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { type Exposition, labelText } from './exposition.ts';
import { AGENT } from './names.ts';

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
/** A timer that runs this often to measure the lag of the event loop; every 10 ms it is half of what an idle agent costs. */
const LAG_PRECISION_MS = 100;
/** Gauges that end in `_total`, against the naming rules of Prometheus. */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/** The metrics of the agent itself: those of the process and the time that deliveries took are prom-client's. */
export class SelfMetrics {
  readonly #source: SelfSource;
  readonly #registry = new Registry();
  readonly #latency: Histogram<'receiver'>;

  constructor(source: SelfSource) {
    this.#source = source;
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    this.#latency = new Histogram({
      name: AGENT.notificationLatency.name,
      help: AGENT.notificationLatency.help,
      labelNames: ['receiver'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600],
      registers: [this.#registry],
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A delivery took so long. */
  delivered(receiver: string, seconds: number): void {
    this.#latency.observe({ receiver }, seconds);
  }

  async write(to: Exposition): Promise<void> {
    // prom-client writes `Nan`
    to.write((await this.#registry.metrics()).replaceAll(/ Nan$/gm, ' NaN'));
    const source = this.#source;
    const plain: Partial<Record<keyof typeof AGENT, number>> = {
      lines: source.lines(),
      bytesRead: source.bytesRead(),
      filesFollowed: source.filesFollowed(),
      filesPolled: source.filesPolled(),
      rotations: source.rotations(),
      truncations: source.truncations(),
      statePersistent: Number(source.statePersistent()),
      websocketClients: source.websocketClients(),
      websocketDropped: source.websocketDropped(),
      eventsDropped: source.eventsDropped(),
    };
    for (const [metric, value] of Object.entries(plain)) {
      to.metric(AGENT[metric as keyof typeof AGENT], (emit) => emit('', value));
    }
    to.metric(AGENT.buildInfo, (emit) =>
      emit(labelText({ version: source.version, node_version: process.version }), 1),
    );
    to.metric(AGENT.badLines, (emit) => {
      for (const [reason, count] of Object.entries(source.badLines())) emit(labelText({ reason }), count);
    });
    to.metric(AGENT.fileErrors, (emit) => {
      for (const [reason, count] of source.fileErrors()) emit(labelText({ reason }), count);
    });
    const receivers = source.receivers();
    to.metric(AGENT.notifications, (emit) => {
      for (const receiver of receivers) {
        for (const outcome of OUTCOMES) emit(labelText({ receiver: receiver.name, outcome }), receiver[outcome]);
      }
    });
    to.metric(AGENT.notificationsPending, (emit) => {
      for (const { name, pending } of receivers) emit(labelText({ receiver: name }), pending);
    });
  }
}
