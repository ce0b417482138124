import type { BadReason, Format, FormatReader, RecordSink } from './formats/format.ts';
import { BAD_REASONS } from './formats/format.ts';
import { type DetectorSettings, IncidentBook } from './incidents/book.ts';
import type { RunContext } from './model/context.ts';
import type { Incident } from './model/incident.ts';
import type { LogRecord } from './model/record.ts';
import type { RunEvent } from './model/run-event.ts';
import { Run } from './runs/run.ts';

/** Who wants to know, while it happens. Calls come only for runs that are live, `bad` aside. */
export interface PipelineListener {
  record(watched: WatchedRun, record: LogRecord): void;
  incident(watched: WatchedRun, incident: Incident): void;
  bad(source: Source, reason: BadReason, line: number): void;
}

/**
 * From the bytes of logs to runs and their incidents. Pure: it owns no file, socket, timer or logger, and the only time
 * it knows is what it is handed. The same bytes give the same state, however they were cut.
 */
export class Pipeline {
  readonly runs = new Map<string, WatchedRun>();
  readonly counts = {
    lines: 0,
    bad: Object.fromEntries(BAD_REASONS.map((reason) => [reason, 0])) as Record<BadReason, number>,
  };
  readonly #detectors: Readonly<Record<string, DetectorSettings | undefined>>;
  readonly listener: PipelineListener;

  /** @param detectors settings by detector name; those not named run with their defaults */
  constructor(detectors: Readonly<Record<string, DetectorSettings | undefined>>, listener: PipelineListener) {
    this.#detectors = detectors;
    this.listener = listener;
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

  /** Lets every live run look at the clock; about once a second. */
  tick(nowMs: number): void {
    for (const watched of this.runs.values()) if (watched.live) watched.tick(nowMs);
  }

  newBook(run: Run): IncidentBook {
    return new IncidentBook(run, this.#detectors);
  }
}

/** A run with its incidents and its sources. */
export class WatchedRun {
  readonly id: string;
  readonly folder: string;
  readonly pipeline: Pipeline;
  /** Always the same object, which whoever renders metrics may cache by. */
  readonly labels: Readonly<Record<'run', string>>;
  readonly sources: Source[] = [];
  run: Run;
  book: IncidentBook;
  /** What is in the logs has been read once: from here on things happen now, and listeners are told. */
  live = false;

  constructor(pipeline: Pipeline, id: string, folder: string, firstSeenMs: number) {
    this.pipeline = pipeline;
    this.id = id;
    this.folder = folder;
    this.labels = { run: id };
    this.run = new Run(id, firstSeenMs);
    this.book = pipeline.newBook(this.run);
  }

  /** Every incident as it stands, in the order in which they opened. */
  get incidents(): Incident[] {
    return [...this.book.all].sort((a, b) => a.order - b.order).map((found) => found.snapshot(this.run));
  }

  addSource(path: string, format: Format): Source {
    const source = new Source(this, path, format);
    this.sources.push(source);
    return source;
  }

  observe(record: LogRecord, arrivedMs: number): void {
    const restarted = this.run.observe(record, arrivedMs);
    this.book.observe(record, restarted, arrivedMs);
    if (!this.live) return;
    this.pipeline.listener.record(this, record);
    this.#tellChanges();
  }

  tick(nowMs: number): void {
    this.#settle(nowMs);
    this.book.tick(nowMs);
    this.#tellChanges();
  }

  /** The logs have been read to their end once. What changed on the way is not told one by one. */
  goLive(nowMs: number): void {
    this.#settle(nowMs);
    this.book.tick(nowMs);
    this.book.takeChanged();
    this.live = true;
  }

  /** Another log stands in this place: a new run, of which nothing is known. */
  restart(): void {
    this.run = new Run(this.id, this.run.firstSeenMs);
    this.book = this.pipeline.newBook(this.run);
    this.live = false;
  }

  /** A run that has ended or fallen silent may have left a whole last line without its newline. */
  #settle(nowMs: number): void {
    if (this.run.state(nowMs) === 'running') return;
    for (const source of this.sources) source.settle();
  }

  #tellChanges(): void {
    for (const changed of this.book.takeChanged()) this.pipeline.listener.incident(this, changed.snapshot(this.run));
  }
}

/** One log of a run: bytes in, records out. */
export class Source implements RecordSink {
  readonly watched: WatchedRun;
  /** Absolute. */
  readonly path: string;
  readonly format: Format;
  records = 0;
  #reader: FormatReader;
  #arrivedMs = 0;

  constructor(watched: WatchedRun, path: string, format: Format) {
    this.watched = watched;
    this.path = path;
    this.format = format;
    this.#reader = format.open(this);
  }

  /** @param arrivedMs when the file was last written before these bytes were read */
  push(chunk: Buffer, arrivedMs: number): void {
    this.#arrivedMs = arrivedMs;
    this.#reader.push(chunk);
  }

  /** Nothing has come for long: a last line without a newline is taken when it is whole. */
  settle(): void {
    this.#reader.settle();
  }

  /** No more bytes will come. */
  end(): void {
    this.#reader.end();
  }

  /** The file holds other content now: it is read again from its first byte. */
  restart(): void {
    this.records = 0;
    this.#reader = this.format.open(this);
    this.watched.restart();
  }

  record(record: LogRecord): void {
    this.records++;
    this.watched.observe(record, this.#arrivedMs);
  }

  event(_event: RunEvent): void {}

  context(_context: RunContext): void {}

  bad(reason: BadReason, line: number): void {
    this.watched.pipeline.counts.bad[reason]++;
    this.watched.pipeline.listener.bad(this, reason, line);
  }

  lines(count: number): void {
    this.watched.pipeline.counts.lines += count;
  }
}
