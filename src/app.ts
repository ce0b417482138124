import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { BadLineLog } from './bad-lines.ts';
import { Broadcast } from './broadcast.ts';
import { externalUrlOf, hostInUrl } from './config/address.ts';
import type { Config } from './config/schema.ts';
import { Follow, type FollowListener } from './follow.ts';
import { Exposition } from './metrics/exposition.ts';
import { SelfMetrics, type SelfSource } from './metrics/self.ts';
import { writeTraining } from './metrics/training.ts';
import type { Incident } from './model/incident.ts';
import { configureReceiver } from './notify/index.ts';
import { Notifier } from './notify/notifier.ts';
import { secretFileProblems } from './notify/secret-files.ts';
import { outsideLogs } from './outside.ts';
import { Pipeline, type PipelineListener } from './pipeline/pipeline.ts';
import type { WatchedRun } from './pipeline/watched-run.ts';
import { Repeater } from './repeater.ts';
import { HttpServer } from './server/http-server.ts';
import { loadPage } from './server/page.ts';
import { followInput, STANDARD_INPUT } from './standard-input.ts';
import { defaultStateDir } from './state-dir.ts';
import { Inotify, type InotifyListener } from './tail/inotify.ts';
import { Tail, TICK_MS } from './tail/tail.ts';
import { NO_WAKER } from './tail/waker.ts';
import { Teller } from './teller.ts';
import { LANGUAGES } from './text/index.ts';
import { VERSION } from './version.ts';

/** How often detectors look at the clock, and changed runs are sent to the page. */
const CLOCK_MS = 1_000;
/** How often reminders and what `nanwatch notifications retry` asks for are looked at. */
const REMIND_MS = 5_000;
/** What was told of runs that were not seen for so long is forgotten. */
const FORGET_AFTER_MS = 90 * 86_400_000;
const PAGE = fileURLToPath(new URL('./web', import.meta.url));
/** What is left alone, and is no failure. */
const NOT_READ: Readonly<Record<string, string>> = {
  compressed: 'an old piece of a log is compressed: its numbers are missing',
  outside: 'a link leads out of the watched folders: not read',
};
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

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
  readonly #teller: Teller;
  readonly #repeater: Repeater;
  readonly #broadcast: Broadcast;
  readonly #follow: Follow;
  readonly #tail: Tail;
  readonly #server: HttpServer;
  readonly #timers: NodeJS.Timeout[] = [];
  #reading = false;
  #ready = false;
  #stopping: Promise<void> | undefined;
  #url = '';
  /** Called when metrics that were asked for from now on have been sent. */
  #onScraped = () => {};
  /** Settles when standard input has ended; undefined when it is not watched. */
  #input: Promise<void> | undefined;

  /**
   * Opens the state folder; nothing is read, served or sent before {@link start}.
   *
   * @param now the clock, in ms since the epoch
   * @throws StateLockedError when another agent uses the state folder
   */
  constructor(config: Config, logger: Logger, now: () => number = Date.now) {
    this.#config = config;
    this.#logger = logger;
    this.#now = now;
    const language = LANGUAGES[config.lang];
    const externalUrl = externalUrlOf(config);

    this.pipeline = new Pipeline(config.detectors, this.#pipelineListener());
    this.#follow = new Follow(this.pipeline, this.#followListener(), now);
    const events: InotifyListener = {
      incomplete: ({ message }) => logger.warn({ error: message }, 'file events are incomplete; polling beneath'),
      complete: () => logger.info('file events are complete again'),
    };
    this.#tail = new Tail({
      paths: config.paths.filter((path) => path !== STANDARD_INPUT),
      outside: outsideLogs(config),
      poll: config.poll,
      ignoreOlderMs: config.ignore_older,
      waker: config.poll ? NO_WAKER : new Inotify(events),
      listener: this.#follow,
    });
    const self = new SelfMetrics(this.#selfSource());
    const receivers = config.receivers.map((options) => configureReceiver(options, config.lang));
    for (const { problem, ...where } of secretFileProblems(config.receivers)) logger.warn(where, problem);
    this.#notifier = new Notifier({
      stateDir: config.state_dir ?? defaultStateDir(config.paths),
      receivers,
      externalUrl,
      logger,
      language,
      onDelivered: (receiver, seconds) => self.delivered(receiver, seconds),
    });
    this.#teller = new Teller(this.#notifier, { language: config.lang, labels: config.labels, externalUrl }, now);
    this.#repeater = new Repeater(receivers, externalUrl, () => this.#teller.firing(this.pipeline.runs.values()), now);
    this.#broadcast = new Broadcast(this.pipeline, language, VERSION, now);
    const source = {
      metrics: async () => {
        const exposition = new Exposition();
        // whoever waits for a scrape wants one of what is known from then on
        const sent = this.#onScraped;
        writeTraining(exposition, this.pipeline, now());
        await self.write(exposition);
        return { contentType: self.contentType, bytes: exposition.bytes, sent };
      },
      runs: () => this.#broadcast.runs(),
      run: (id: string) => this.#broadcast.run(id),
      series: (id: string, query: Parameters<Broadcast['series']>[1]) => this.#broadcast.series(id, query),
      alerts: (state: Parameters<Broadcast['alerts']>[0]) => this.#broadcast.alerts(state),
      notReady: () => (this.#ready ? null : 'The logs are being read for the first time.'),
    };
    this.#server = new HttpServer(source, this.#broadcast.live, loadPage(PAGE), (error) =>
      logger.error({ error: error.message }, 'a request could not be answered'),
    );
  }

  /** Where the agent can be reached, once it has started. */
  get url(): string {
    return this.#url;
  }

  /** Settles when the one thing that was watched, standard input, has ended; never where there is more. */
  get inputEnded(): Promise<void> {
    const isAll = this.#config.paths.every((path) => path === STANDARD_INPUT);
    return isAll && this.#input !== undefined ? this.#input : new Promise(() => {});
  }

  /** Whether there are runs and all of them have ended. */
  get isFinished(): boolean {
    const runs = [...this.pipeline.runs.values()];
    return runs.length > 0 && runs.every(({ run }) => run.ended !== null);
  }

  /**
   * Listens, reads what is in the logs, and follows them from there.
   *
   * @throws PortTakenError when the address is in use
   */
  async start(): Promise<void> {
    await this.#listen();
    this.#reading = true;
    this.#notifier.prune(this.#now() - FORGET_AFTER_MS);
    this.#notifier.start();
    for (const path of this.#tail.missingPaths) {
      this.#logger.warn({ path }, 'the watched path does not exist yet; waiting for it');
    }
    if (this.#config.paths.includes(STANDARD_INPUT)) this.#input = this.#followInput();
    this.#tail.tick(this.#now());
    this.#every(TICK_MS, () => this.#tail.tick(this.#now()));
    this.#every(CLOCK_MS, () => this.#tick());
    this.#every(REMIND_MS, () => {
      this.pipeline.attempt('reminders', () => this.#teller.tick(this.pipeline.runs.values()));
    });
    while (this.#tail.isBusy && this.#stopping === undefined) await new Promise((done) => setTimeout(done, 5));
    this.#ready = true;
    this.#logger.info({ url: this.#url, runs: this.pipeline.runs.size }, 'ready');
  }

  /** Reads what is there once, without serving or following, and delivers what is due for at most `deliverMs`. */
  async once(deliverMs: number): Promise<void> {
    this.#reading = true;
    this.#tail.tick(this.#now());
    this.#tail.drain(this.#now());
    this.#notifier.start();
    await this.stop(deliverMs);
  }

  /**
   * Reads what is on disk to its end, delivers what is due until `deliverMs` have gone by, serves until `/metrics` was
   * scraped once more or `lingerMs` have gone by, and lets everything go. Idempotent.
   */
  stop(deliverMs: number, lingerMs = 0): Promise<void> {
    this.#stopping ??= this.#stop(deliverMs, lingerMs);
    return this.#stopping;
  }

  async #stop(deliverMs: number, lingerMs: number): Promise<void> {
    const deadlineMs = this.#now() + deliverMs;
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#input !== undefined) process.stdin.destroy();
    // an agent that could not begin has read nothing, and is not to begin now
    if (this.#reading) {
      await this.#tail.stop(this.#now());
      this.#follow.end();
    }
    const repeated = this.#repeater.stop();
    const scraped = this.#lastScrape(lingerMs);
    const delivered = await this.#notifier.drain(deadlineMs);
    if (!delivered) this.#logger.warn({}, 'not everything could be delivered in time; it waits in the state folder');
    await scraped;
    await this.#broadcast.live.close();
    await this.#server.close();
    await this.#notifier.close();
    await repeated;
  }

  /** Settles when what is known now was scraped, or `lingerMs` have gone by. */
  async #lastScrape(lingerMs: number): Promise<void> {
    if (lingerMs === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done) => {
      this.#onScraped = done;
      timer = setTimeout(() => {
        this.#logger.warn({ lingerMs }, 'nobody has scraped the last values');
        done();
      }, lingerMs);
    });
    clearTimeout(timer);
  }

  #followInput(): Promise<void> {
    return followInput(process.stdin, process.stdout, this.#follow, this.#now);
  }

  async #listen(): Promise<void> {
    const { host, port } = this.#config.listen;
    this.#url = `http://${hostInUrl({ host, port: await this.#server.listen(host, port) })}`;
    if (!LOOPBACK.has(host)) {
      this.#logger.warn({ host }, 'the agent can be reached from other machines, and asks for no password');
    }
  }

  #tick(): void {
    this.pipeline.tick(this.#now());
    this.pipeline.attempt('the live stream', () => this.#broadcast.tick());
    if (this.#ready) this.#repeater.tick();
  }

  #every(intervalMs: number, work: () => void): void {
    this.#timers.push(setInterval(work, intervalMs));
  }

  #pipelineListener(): PipelineListener {
    const badLines = new BadLineLog(this.#logger);
    return {
      record: (watched, record) => this.#broadcast.record(watched, record),
      incident: (watched, incident) => {
        this.#logIncident(watched, incident);
        this.#teller.incident(watched, incident);
        this.#broadcast.incident(watched, incident);
      },
      changed: (watched) => this.#broadcast.changed(watched),
      bad: ({ path }, reason, line) => badLines.note(path, reason, line, this.#now()),
      failed: (where, { message, stack }) =>
        this.#logger.error({ where, error: message, stack }, 'an error of nanwatch itself, please report it; going on'),
    };
  }

  #followListener(): FollowListener {
    return {
      firstSeenMs: (folder) => this.#teller.firstSeenMs(folder),
      found: ({ id, folder }) => this.#logger.info({ run: id, folder }, 'following a run'),
      caughtUp: (watched) => {
        this.#teller.caughtUp(watched);
        this.#broadcast.caughtUp(watched);
      },
      gone: (watched) => {
        this.#logger.info({ run: watched.id }, 'the log of a run is gone; it is no longer followed');
        this.#broadcast.removed(watched);
      },
      problem: (path, reason) =>
        this.#logger.warn({ path, reason }, NOT_READ[reason] ?? 'cannot be read; trying again'),
      healed: (path) => this.#logger.info({ path }, 'can be read again'),
    };
  }

  #logIncident(watched: WatchedRun, incident: Incident): void {
    const { alertname, severity, status, firstStep, lastStep, occurrences } = incident;
    const fields = { run: watched.id, alertname, severity, firstStep, lastStep, occurrences };
    if (status === 'resolved') this.#logger.info(fields, 'incident resolved');
    else if (occurrences === 1) this.#logger.warn(fields, 'incident opened');
  }

  #selfSource(): SelfSource {
    const { counts } = this.pipeline;
    return {
      version: VERSION,
      lines: () => counts.lines,
      badLines: () => counts.bad,
      eventsDropped: () => counts.eventsDropped,
      bytesRead: () => this.#tail.counts.bytes,
      filesFollowed: () => this.#tail.filesFollowed,
      filesPolled: () => this.#tail.filesPolled,
      fileErrors: () => this.#tail.errors,
      rotations: () => this.#tail.counts.rotations,
      truncations: () => this.#tail.counts.truncations,
      receivers: () => this.#notifier.receivers(),
      statePersistent: () => this.#notifier.persistent,
      websocketClients: () => this.#broadcast.live.clients,
      websocketDropped: () => this.#broadcast.live.dropped,
    };
  }
}
