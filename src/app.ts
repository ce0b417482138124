import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { BadLineLog } from './bad-lines.ts';
import { type Address, hostInUrl } from './config/address.ts';
import type { Config } from './config/schema.ts';
import { Follow } from './follow.ts';
import { registerSelf } from './metrics/self.ts';
import { registerTraining } from './metrics/training.ts';
import { type NoticeOptions, noticeOf, runKeyOf } from './notices.ts';
import { configureReceiver } from './notify/index.ts';
import { Notifier } from './notify/notifier.ts';
import { Pipeline, type WatchedRun } from './pipeline.ts';
import { HttpServer } from './server/http-server.ts';
import { Live } from './server/live.ts';
import { loadPage } from './server/page.ts';
import type { AlertState, ServerSource } from './server/routes.ts';
import { Inotify } from './tail/inotify.ts';
import { Tail, TICK_MS } from './tail/tail.ts';
import { NO_WAKER } from './tail/waker.ts';
import { LANGUAGES } from './text/index.ts';
import { VERSION } from './version.ts';
import { incidentView } from './view/incident-view.ts';
import { recordFields, runView } from './view/run-view.ts';

const PIPELINE_TICK_MS = 1_000;
/** What was told of runs that were not seen for so long is forgotten. */
const FORGET_AFTER_MS = 90 * 86_400_000;
const PAGE = fileURLToPath(new URL('./web', import.meta.url));

/**
 * The whole agent: everything is built in the order in which the data goes, and torn down in reverse. It holds no global
 * state, so that two of them can work in one process.
 */
export class App {
  readonly pipeline: Pipeline;
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #notifier: Notifier;
  readonly #follow: Follow;
  readonly #tail: Tail;
  readonly #live: Live;
  readonly #server: HttpServer;
  readonly #notices: NoticeOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #ready = false;
  #stopping: Promise<void> | undefined;
  /** Where the agent can be reached; set by {@link start}. */
  url = '';

  /**
   * Opens the state folder; nothing is read, served or sent before {@link start}.
   *
   * @throws StateLockedError when another agent uses the state folder
   */
  constructor(config: Config, logger: Logger, now: () => number = Date.now) {
    this.#config = config;
    this.#logger = logger;
    this.#now = now;
    const externalUrl = (config.external_url ?? `http://${hostInUrl(config.listen)}`).replace(/\/+$/, '');
    this.#notices = { language: LANGUAGES[config.lang], labels: config.labels, externalUrl };
    const registry = new Registry();
    this.#notifier = new Notifier({
      stateDir: config.state_dir ?? defaultStateDir(config.paths),
      receivers: config.receivers.map(configureReceiver),
      externalUrl,
      logger,
      onDelivered: (receiver, seconds) => observeLatency(receiver, seconds),
    });
    const badLines = new BadLineLog(logger);
    this.pipeline = new Pipeline(config.detectors as ConstructorParameters<typeof Pipeline>[0], {
      record: (watched, record) =>
        this.#live.broadcast(watched.id, () => ({
          type: 'record',
          run: watched.id,
          step: record.step,
          fields: recordFields(record),
        })),
      incident: (watched, incident) => {
        this.#logIncident(watched, incident);
        this.#tell(watched, incident, false);
        this.#live.broadcast(watched.id, () => ({ type: 'alert', alert: incidentView(incident, this.#notices.language) }));
      },
      bad: (source, reason, line) => badLines.note(source.path, reason, line, this.#now()),
    });
    this.#follow = new Follow(this.pipeline, this.#followListener(), now);
    this.#tail = new Tail({
      paths: config.paths,
      poll: config.poll,
      ignoreOlderMs: config.ignore_older,
      waker: config.poll
        ? NO_WAKER
        : new Inotify((error) =>
            logger.warn({ error: error.message }, 'file events are not complete; polling finds what they miss'),
          ),
      listener: this.#follow,
    });
    this.#live = new Live(() => ({
      type: 'hello',
      version: VERSION,
      runs: this.#runViews(),
      alerts: this.#alertViews('all'),
    }));
    this.#server = new HttpServer(this.#serverSource(registry), this.#live, loadPage(PAGE), (error) =>
      logger.error({ error: error.message }, 'a request could not be answered'),
    );
    registerTraining(registry, this.pipeline, now);
    const observeLatency = registerSelf(registry, this.#selfSource());
  }

  /**
   * Listens, reads what is in the logs, and follows them from there.
   *
   * @throws PortTakenError when the address is in use
   */
  async start(): Promise<void> {
    await this.#listen(this.#config.listen);
    this.#notifier.prune(this.#now() - FORGET_AFTER_MS);
    this.#notifier.start();
    for (const path of this.#tail.missingPaths) {
      this.#logger.warn({ path }, 'the watched path does not exist yet; waiting for it');
    }
    this.#every(TICK_MS, () => this.#tail.tick(this.#now()));
    this.#every(PIPELINE_TICK_MS, () => this.#tick());
    await this.#firstRead();
    this.#ready = true;
    const { size } = this.pipeline.runs;
    this.#logger.info({ url: this.url, runs: size }, 'ready');
  }

  /**
   * Reads what is there once, without serving or following, and hands over what is due.
   *
   * @param deliverMs how long deliveries may take
   */
  async once(deliverMs: number): Promise<void> {
    this.#tail.tick(this.#now());
    this.#tail.drain(this.#now());
    this.#notifier.start();
    await this.stop(deliverMs);
  }

  /** Whether there are runs and all of them have ended. */
  get isFinished(): boolean {
    const runs = [...this.pipeline.runs.values()];
    return runs.length > 0 && runs.every(({ run }) => run.ended !== null);
  }

  /**
   * Reads what is on disk to its end, delivers what is due for at most `deliverMs`, and lets everything go. Idempotent.
   */
  stop(deliverMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deliverMs);
    return this.#stopping;
  }

  async #stop(deliverMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#tail.stop(this.#now());
    this.#follow.end();
    const deadlineMs = this.#now() + deliverMs;
    const delivered = await this.#notifier.drain(deadlineMs);
    if (!delivered) this.#logger.warn({}, 'not everything could be delivered in time; it waits in the state folder');
    await this.#live.close();
    await this.#server.close();
    await this.#notifier.close();
  }

  async #listen(address: Address): Promise<void> {
    const port = await this.#server.listen(address.host, address.port);
    this.url = `http://${hostInUrl({ host: address.host, port })}`;
    if (address.host !== '127.0.0.1' && address.host !== '::1' && address.host !== 'localhost') {
      this.#logger.warn({ listen: hostInUrl(address) }, 'the agent can be reached from other machines, without a password');
    }
  }

  async #firstRead(): Promise<void> {
    this.#tail.tick(this.#now());
    while (this.#tail.isBusy && this.#stopping === undefined) await new Promise((done) => setTimeout(done, 5));
  }

  #tick(): void {
    this.pipeline.tick(this.#now());
    for (const watched of this.pipeline.runs.values()) {
      if (watched.live) this.#live.broadcast(watched.id, () => ({ type: 'run', run: runView(watched, this.#now()) }));
    }
  }

  #every(intervalMs: number, work: () => void): void {
    this.#timers.push(setInterval(work, intervalMs));
  }

  #followListener() {
    const logger = this.#logger;
    return {
      firstSeenMs: (folder: string) => this.#notifier.firstSeen(runKeyOf(folder)) ?? this.#now(),
      found: (watched: WatchedRun) => logger.info({ run: watched.id, folder: watched.folder }, 'following a run'),
      caughtUp: (watched: WatchedRun) => this.#caughtUp(watched),
      gone: (watched: WatchedRun) => {
        logger.info({ run: watched.id }, 'the log of a run is gone; it is no longer followed');
        this.#live.broadcast(watched.id, () => ({ type: 'run-removed', run: watched.id }));
      },
      problem: (path: string, reason: string) => logger.warn({ path, reason }, 'cannot be read; trying again'),
      healed: (path: string) => logger.info({ path }, 'can be read again'),
    };
  }

  /**
   * What the log says of the time before it was caught up with is compared with what was told. A run that is new to the
   * agent and has ended is history, and so is what had resolved before it was first seen.
   */
  #caughtUp(watched: WatchedRun): void {
    const key = runKeyOf(watched.folder);
    const isNew = this.#notifier.firstSeen(key) === null;
    const hasEnded = watched.run.state(this.#now()) !== 'running';
    for (const incident of watched.incidents) {
      this.#tell(watched, incident, isNew && (hasEnded || incident.status === 'resolved'));
    }
    this.#notifier.rememberRun(key);
    this.#live.broadcast(watched.id, () => ({ type: 'run', run: runView(watched, this.#now()) }));
    for (const incident of watched.incidents) {
      this.#live.broadcast(watched.id, () => ({ type: 'alert', alert: incidentView(incident, this.#notices.language) }));
    }
  }

  #tell(watched: WatchedRun, incident: Parameters<typeof noticeOf>[1], history: boolean): void {
    const notice = noticeOf(watched, incident, this.#now(), this.#notices);
    this.#notifier.tell(notice, { history: history || incident.inhibitedBy !== null });
  }

  #logIncident(watched: WatchedRun, incident: Parameters<typeof noticeOf>[1]): void {
    if (incident.status === 'firing' && incident.occurrences > 1) return;
    const { alertname, severity, firstStep, lastStep, occurrences } = incident;
    const fields = { run: watched.id, alertname, severity, firstStep, lastStep, occurrences };
    if (incident.status === 'resolved') this.#logger.info(fields, 'incident resolved');
    else this.#logger.warn(fields, 'incident opened');
  }

  #runViews() {
    return [...this.pipeline.runs.values()].map((watched) => runView(watched, this.#now()));
  }

  #alertViews(state: AlertState) {
    return [...this.pipeline.runs.values()]
      .flatMap(({ incidents }) => incidents)
      .filter(({ status }) => state === 'all' || status === state)
      .map((incident) => incidentView(incident, this.#notices.language));
  }

  #serverSource(registry: Registry): ServerSource {
    return {
      metrics: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
      runs: () => this.#runViews(),
      run: (id) => {
        const watched = this.pipeline.runs.get(id);
        if (watched === undefined) return undefined;
        const incidents = watched.incidents.map((incident) => incidentView(incident, this.#notices.language));
        return { ...runView(watched, this.#now()), incidents };
      },
      alerts: (state) => this.#alertViews(state),
      notReady: () => (this.#ready ? null : 'The logs are being read for the first time.'),
    };
  }

  #selfSource(): Parameters<typeof registerSelf>[1] {
    const { counts } = this.pipeline;
    return {
      version: VERSION,
      lines: () => counts.lines,
      badLines: () => counts.bad,
      bytesRead: () => this.#tail.counts.bytes,
      filesFollowed: () => this.#tail.filesFollowed,
      filesPolled: () => this.#tail.filesPolled,
      fileErrors: () => this.#tail.errors,
      rotations: () => this.#tail.counts.rotations,
      truncations: () => this.#tail.counts.truncations,
      receivers: () => this.#notifier.receivers(),
      statePersistent: () => this.#notifier.persistent,
      websocketClients: () => this.#live.clients,
      websocketDropped: () => this.#live.dropped,
    };
  }
}

/** Where an agent remembers what it told when it is not said: one folder for each set of watched paths. */
function defaultStateDir(paths: readonly string[]): string {
  const base = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  const watched = paths.map((path) => resolve(path)).sort();
  return join(base, 'nanwatch', createHash('sha256').update(JSON.stringify(watched)).digest('hex').slice(0, 12));
}
