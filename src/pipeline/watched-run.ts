import type { Format } from '../formats/format.ts';
import { FORMATS } from '../formats/index.ts';
import type { IncidentBook } from '../incidents/book.ts';
import type { RunContext } from '../model/context.ts';
import type { Incident } from '../model/incident.ts';
import { compareNumbered } from '../model/numbered.ts';
import { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import type { RunEvent } from '../model/run-event.ts';
import { mergeContext } from '../runs/context.ts';
import { Join } from '../runs/join.ts';
import { MAX_STORED } from '../runs/record-store.ts';
import { originOf, Run } from '../runs/run.ts';
import { isSameIncident } from './changes.ts';
import { checkpointsOf } from './checkpoints.ts';
import type { Pipeline } from './pipeline.ts';
import { Source } from './source.ts';
import { strandsOf } from './strands.ts';

/** After so long without a record a run comes to rest. */
const REST_AFTER_MS = 600_000;
/** Of a longer run more than a moment would be needed to work it out again. */
const MOST_RESTING = 8_192;

/** A long run is not joined anew more often than this, in records for each ms. */
const RECORDS_PER_MS = 50;

/** Filled again for every record that is read back. */
const record = new LogRecord();

/**
 * A run with its incidents and its sources.
 *
 * A run of one source is followed record by record. One of several is joined anew from what they hold whenever one of
 * them has said something: the result is then the same whichever spoke first. That costs a moment even for long runs,
 * and is only done when all that is there has been read.
 *
 * A run that has been silent for long comes to rest: it keeps what its sources hold and what was found, and lets go of
 * what only the next record needs. Should one come, the run is joined anew from what its sources hold.
 */
export class WatchedRun {
  readonly id: string;
  readonly folder: string;
  readonly pipeline: Pipeline;
  /** The best keeper of steps first. */
  readonly sources: Source[] = [];
  run: Run;
  book: IncidentBook;
  /** What is in the logs has been read once: from here on things happen now, and listeners are told. */
  live = false;
  /** It has let go of what the next record needs. */
  #isResting = false;
  /** The sources hold what is not in the run yet. */
  #isBehind = false;
  /** The run is longer than its memory: it is followed record by record from here on, and late numbers count alone. */
  #isSealed = false;
  #nextJoinMs = 0;
  /** Records that listeners were told of. */
  #told = 0;

  constructor(pipeline: Pipeline, id: string, folder: string, firstSeenMs: number) {
    this.pipeline = pipeline;
    this.id = id;
    this.folder = folder;
    this.run = new Run(id, firstSeenMs);
    this.book = pipeline.newBook(this.run);
  }

  /** Every incident as it stands, in the order in which they opened. */
  get incidents(): Incident[] {
    return [...this.book.all].sort((a, b) => a.order - b.order).map((found) => found.snapshot(this.run));
  }

  /** How the run is configured, as far as anything beside its log or in it says so. */
  get context(): RunContext {
    return this.run.context;
  }

  /** What says how the run is configured has changed: what its records mean may be something else now. */
  restated(): void {
    const context = this.#mergeContext();
    if (JSON.stringify(context) === JSON.stringify(this.context)) return;
    this.run.context = context;
    if (this.run.tally.records > 0) this.amended();
  }

  addSource(path: string, format: Format): Source {
    const source = new Source(this, path, format);
    this.sources.push(source);
    this.sources.sort((a, b) => placeOf(a.format) - placeOf(b.format) || (a.path < b.path ? -1 : 1));
    this.restated();
    return source;
  }

  removeSource(source: Source): void {
    const place = this.sources.indexOf(source);
    if (place === -1) return;
    this.sources.splice(place, 1);
    this.restated();
    this.#isBehind = true;
  }

  /** All that `source` holds for now has been read. Returns true when that made the run live. */
  atEnd(source: Source, nowMs: number): boolean {
    source.atEnd();
    if (!this.sources.every(({ caughtUp }) => caughtUp)) return false;
    if (this.live) {
      this.#refresh(nowMs);
      return false;
    }
    this.goLive(nowMs);
    return true;
  }

  /** The next record of `source`, which it has stored. */
  observe(source: Source, one: LogRecord, arrivedMs: number): void {
    if (source.store.dropped === 1 && source === this.sources[0]) this.#seal();
    if (!this.#isSealed && !this.#isStreamed) this.#isBehind = true;
    else if (this.#isSealed && source !== this.sources[0]) this.#observeLate(source, one, arrivedMs);
    else {
      const restarted = this.run.observe(one, arrivedMs);
      this.book.observe(one, restarted, arrivedMs);
      if (!this.live) return;
      this.#told++;
      this.pipeline.listener.record(this, one);
      this.#tellChanges();
    }
  }

  /**
   * Takes the next records of `source` as long as there is nothing to say of them.
   *
   * @param most how many there are, from `from` on
   * @returns how many it has taken
   */
  takeCalm(source: Source, block: RecordBlock, from: number, most: number, arrivedMs: number): number {
    if (!this.#isSealed && !this.#isStreamed) {
      this.#isBehind = true;
      return most;
    }
    if (this.live || source !== this.sources[0]) return 0;
    return this.book.takeCalm(block, from, most, arrivedMs);
  }

  /** A record of a source that keeps no steps; a piece that rotation cut off the one that does says nothing new. */
  #observeLate(source: Source, one: LogRecord, arrivedMs: number): void {
    if (source.format !== this.sources[0]?.format) this.book.observe(one, false, arrivedMs);
  }

  /** Something befell the run, says `source`. */
  befall(source: Source, event: RunEvent, arrivedMs: number): void {
    if (!this.#isStreamed && !(this.#isSealed && source === this.sources[0])) {
      this.#isBehind = true;
      return;
    }
    this.run.befall(event);
    this.book.befall(event, arrivedMs);
    if (this.live) this.#tellChanges();
  }

  /** A source has changed what it had said. */
  amended(): void {
    this.#isBehind = true;
  }

  tick(nowMs: number): void {
    for (const source of this.sources) source.endWhenQuiet(nowMs);
    this.#settle(nowMs);
    this.#refresh(nowMs);
    this.book.tick(nowMs);
    this.#tellChanges();
    this.#rest(nowMs);
  }

  /** The logs have been read to their end once. What changed on the way is not told one by one. */
  goLive(nowMs: number): void {
    if (this.#isBehind) this.#join(nowMs);
    this.#settle(nowMs);
    if (this.#isBehind) this.#join(nowMs);
    this.book.tick(nowMs);
    this.book.takeChanged();
    this.#told = this.run.tally.records;
    this.live = true;
    this.#rest(nowMs);
  }

  /** No more bytes will come. */
  finish(nowMs: number): void {
    this.#nextJoinMs = 0;
    this.#refresh(nowMs);
  }

  /**
   * Another log stands where `source` was. The log that keeps the run's steps stands for the run: another one is another
   * run, of which nothing is known. Pieces of a rotated log come and go.
   */
  restarts(source: Source): void {
    this.#isBehind = this.sources.length > 1 || source.format.chain !== undefined;
    if (source !== this.sources[0] || source.format.chain !== undefined) return;
    this.run = new Run(this.id, this.run.firstSeenMs, this.context);
    this.book = this.pipeline.newBook(this.run);
    this.live = false;
    this.#isSealed = false;
    this.#isResting = false;
    this.#told = 0;
  }

  #mergeContext(): RunContext {
    const stated = [...this.sources, ...this.pipeline.configurationsOf(this.folder)];
    // of one format the newest: a later start, a higher checkpoint, the run's own folder
    stated.sort((a, b) => placeOf(a.format) - placeOf(b.format) || compareNumbered(b.path, a.path));
    return mergeContext(stated.map(({ stated }) => stated));
  }

  get #isStreamed(): boolean {
    return this.sources.length === 1 && !this.#isBehind && !this.#isResting;
  }

  #rest(nowMs: number): void {
    if (this.#isResting || this.#isSealed || this.#isBehind) return;
    const { lastRecordMs } = this.run;
    if (lastRecordMs === null || nowMs - lastRecordMs < REST_AFTER_MS || this.#stored > MOST_RESTING) return;
    this.#isResting = true;
    this.run.rest();
    this.book.rest();
    for (const { store } of this.sources) store.compact();
  }

  #seal(): void {
    if (this.#isBehind) this.#join(this.run.firstSeenMs);
    this.#isSealed = true;
    for (const { store } of this.sources) store.release();
  }

  /** A run that has ended or fallen silent may have left a whole last line without its newline. */
  #settle(nowMs: number): void {
    if (this.run.state(nowMs) === 'running') return;
    for (const source of this.sources) source.settle();
  }

  #refresh(nowMs: number): void {
    if (
      this.#isSealed ||
      !this.#isBehind ||
      nowMs < this.#nextJoinMs ||
      !this.sources.every(({ caughtUp }) => caughtUp)
    )
      return;
    const before = new Map(this.incidents.map((incident) => [incident.id, incident]));
    this.#join(nowMs);
    this.#tellJoined(before, nowMs);
  }

  /** Works the run out from all that its sources hold. */
  #join(nowMs: number): void {
    for (const source of this.sources) if (this.sources.some((other) => other.goesOnFrom(source))) source.settle();
    this.#isBehind = false;
    if (this.#isSealed) return;
    this.#isResting = false;
    const join = new Join(strandsOf(this.sources));
    const run = new Run(this.id, this.run.firstSeenMs, this.context);
    const book = this.pipeline.newBook(run, this.book);
    // of one source the first training record tells, as it does when it is followed
    if (this.sources.length > 1) run.origin = origin(join);
    const events = join.events();
    const tellEvents = (after: number, arrivedMs: number) => {
      for (let next = events[0]; next !== undefined && next.after <= after; next = events[0]) {
        events.shift();
        run.befall(next.event);
        book.befall(next.event, arrivedMs);
      }
    };
    tellEvents(-1, nowMs);
    for (let index = 0; index < join.count; index++) {
      const arrivedMs = join.read(index, record);
      book.observe(record, run.observe(record, arrivedMs), arrivedMs, index >= this.#told);
      if (events.length > 0) tellEvents(index, arrivedMs);
    }
    run.checkpoints = checkpointsOf(this.sources, join);
    this.#letGo(join);
    for (const [name, value] of join.other()) run.other.set(name, value);
    book.keepBeginnings(this.book, run, this.run);
    this.run = run;
    this.book = book;
    this.#nextJoinMs = nowMs + Math.floor(join.count / RECORDS_PER_MS);
  }

  /** Each state repeats those before it: beyond a bound, records that have said nothing new are not kept. */
  #letGo(join: Join): void {
    if (this.#stored < MAX_STORED) return;
    const needless = new Set(join.needless);
    for (const source of this.sources) if (source.format.rewritten && needless.has(source)) source.store.release();
  }

  /** Records that its sources hold. */
  get #stored(): number {
    return this.sources.reduce((sum, { store }) => sum + store.count, 0);
  }

  /** Tells what joining anew has changed. What is no longer there was wrong, or of another run: it is over. */
  #tellJoined(before: ReadonlyMap<string, Incident>, nowMs: number): void {
    const { listener } = this.pipeline;
    this.book.takeChanged();
    const join = this.#told < this.run.tally.records ? new Join(strandsOf(this.sources)) : null;
    for (; join !== null && this.#told < join.count; this.#told++) {
      join.read(this.#told, record);
      listener.record(this, record);
    }
    this.#told = this.run.tally.records;
    listener.changed(this);
    const now = this.incidents;
    const ids = new Set(now.map(({ id }) => id));
    for (const gone of before.values()) {
      if (gone.status === 'firing' && !ids.has(gone.id)) {
        listener.incident(this, { ...gone, status: 'resolved', endedAtMs: nowMs });
      }
    }
    for (const incident of now) {
      const was = before.get(incident.id);
      if (was === undefined || !isSameIncident(was, incident)) listener.incident(this, incident);
    }
  }

  #tellChanges(): void {
    for (const changed of this.book.takeChanged()) this.pipeline.listener.incident(this, changed.snapshot(this.run));
  }
}

/** What tells the run from others in its place, by the log that keeps its steps alone: late sources do not change it. */
function origin(join: Join): string {
  for (let index = 0; index < join.count; index++) {
    join.readSpine(index, record);
    if (record.isTraining) return originOf(record);
  }
  return '';
}

function placeOf(format: Format): number {
  return FORMATS.indexOf(format);
}
