import { BAD_REASONS, type BadReason, type Format } from '../formats/format.ts';
import { IncidentBook } from '../incidents/book.ts';
import type { Settings } from '../incidents/enabled.ts';
import type { Incident } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { Run } from '../runs/run.ts';
import { Configuration } from './configuration.ts';
import type { Source } from './source.ts';
import { WatchedRun } from './watched-run.ts';

/** Who wants to know, while it happens. Calls come only for runs that are live, `bad` and `failed` aside. */
export interface PipelineListener {
  record(watched: WatchedRun, record: LogRecord): void;
  incident(watched: WatchedRun, incident: Incident): void;
  /** More is known of a run than its records said: a late source, its configuration. */
  changed(watched: WatchedRun): void;
  bad(source: Pick<Source, 'path'>, reason: BadReason, line: number): void;
  /** A mistake of ours broke what was to be done for a file, a run or a detector of a run. Called once for each. */
  failed(where: string, error: Error): void;
}

/** Places where something failed that are remembered. */
const MAX_FAILED = 10_000;

/**
 * From the bytes of logs to runs and their incidents. Pure: it owns no file, socket, timer or logger, and the only time
 * it knows is what it is handed. The same bytes give the same state, however they were cut, and whichever of the sources
 * of a run came first.
 */
export class Pipeline {
  readonly runs = new Map<string, WatchedRun>();
  readonly counts = {
    lines: 0,
    bad: Object.fromEntries(BAD_REASONS.map((reason) => [reason, 0])) as Record<BadReason, number>,
    /** Events of sources that had more of them than are kept. */
    eventsDropped: 0,
  };
  readonly listener: PipelineListener;
  readonly #onFailure: PipelineListener['failed'];
  readonly #failed = new Set<string>();
  readonly #detectors: Settings;
  /** What lies beside the logs, by folder. */
  readonly #configurations = new Map<string, Set<Configuration>>();

  /** @param detectors settings by detector name; those not named run with their defaults */
  constructor(detectors: Settings, listener: PipelineListener) {
    this.#detectors = detectors;
    this.#onFailure = (where, error) => listener.failed(where, error);
    this.listener = this.#guarded(listener);
  }

  /**
   * The run of this id, begun when it is new.
   *
   * @param folder absolute path of its folder
   * @param firstSeenMs when the agent first saw it, before a restart of the agent too
   */
  open(id: string, folder: string, firstSeenMs: number): WatchedRun {
    const known = this.runs.get(id);
    if (known !== undefined) return known;
    const watched = new WatchedRun(this, id, folder, firstSeenMs);
    this.runs.set(id, watched);
    return watched;
  }

  remove(id: string): void {
    this.runs.delete(id);
  }

  /** A file that tells how the runs of `folder` are configured. */
  addConfiguration(path: string, folder: string, format: Format): Configuration {
    const configuration = new Configuration(this, path, folder, format);
    const beside = this.#configurations.get(folder) ?? new Set();
    this.#configurations.set(folder, beside.add(configuration));
    return configuration;
  }

  removeConfiguration(configuration: Configuration): void {
    this.#configurations.get(configuration.folder)?.delete(configuration);
    for (const watched of this.#runsIn(configuration.folder)) watched.restated();
  }

  /** What configures the runs of `folder` has been read, or has changed. */
  configured(folder: string): void {
    for (const watched of this.#runsIn(folder)) {
      watched.restated();
      if (watched.live) this.listener.changed(watched);
    }
  }

  configurationsOf(folder: string): Iterable<Configuration> {
    return this.#configurations.get(folder) ?? [];
  }

  /** Lets every live run look at the clock; about once a second. */
  tick(nowMs: number): void {
    for (const watched of this.runs.values()) if (watched.live) this.attempt(watched.id, () => watched.tick(nowMs));
    for (const beside of this.#configurations.values()) for (const one of beside) one.endWhenQuiet(nowMs);
  }

  /** @param before the book of the same run that this one takes the place of */
  newBook(run: Run, before?: IncidentBook): IncidentBook {
    const off = (alertname: string, error: unknown) => this.failed(`${alertname} of ${run.id}`, error);
    return new IncidentBook(run, this.#detectors, off, before);
  }

  /** Does what a mistake of ours must not make the end of the agent, or of other runs. */
  attempt(where: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failed(where, error);
    }
  }

  /** Counts a mistake of ours, and says it once for each place. */
  failed(where: string, error: unknown): void {
    this.counts.bad.internal++;
    if (this.#failed.has(where)) return;
    if (this.#failed.size < MAX_FAILED) this.#failed.add(where);
    this.#onFailure(where, error instanceof Error ? error : new Error(String(error)));
  }

  #guarded(listener: PipelineListener): PipelineListener {
    return {
      record: (watched, record) => this.attempt(watched.id, () => listener.record(watched, record)),
      incident: (watched, incident) => this.attempt(watched.id, () => listener.incident(watched, incident)),
      changed: (watched) => this.attempt(watched.id, () => listener.changed(watched)),
      bad: (source, reason, line) => this.attempt(source.path, () => listener.bad(source, reason, line)),
      failed: this.#onFailure,
    };
  }

  #runsIn(folder: string): WatchedRun[] {
    return [...this.runs.values()].filter((watched) => watched.folder === folder);
  }
}
