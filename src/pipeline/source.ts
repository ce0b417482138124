import { basename } from 'node:path';
import type { BadReason, ChainPlace, Format, RecordSink } from '../formats/format.ts';
import type { RunContext } from '../model/context.ts';
import { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { PlacedEvent, Strand } from '../runs/join.ts';
import { RecordStore } from '../runs/record-store.ts';
import type { Checkpoint } from '../runs/run.ts';
import { GuardedReader } from './guarded-reader.ts';
import type { WatchedRun } from './watched-run.ts';

/** First bytes of a piece of a rotated log that are kept, to tell a copy from another one: times and speeds differ soon. */
const HEAD_BYTES = 1024;
/** A file that is written whole, and is not whole after so long, will not become so. */
export const UNFINISHED_MS = 60_000;
/** Events of one source that are kept; later ones are counted. */
const MAX_EVENTS = 1_000;

const NO_BYTES = Buffer.alloc(0);
/** Filled again for a record of a block. */
const one = new LogRecord();

/** One log of a run: bytes in, records out. It keeps what it read, for the sake of sources that come later. */
export class Source implements RecordSink, Strand {
  readonly watched: WatchedRun;
  /** Absolute. */
  readonly path: string;
  readonly format: Format;
  /** Records read, those that repeat another source's too. */
  records = 0;
  store = new RecordStore();
  events: PlacedEvent[] = [];
  stated: RunContext = {};
  /** The checkpoint in whose folder it lies, when that is one of this run. */
  checkpoint: Checkpoint | null = null;
  /** All that was there has been read, once since it was opened or begun anew. */
  caughtUp = false;
  /** A record may have been given out before all of it was there. */
  readonly #mayComplete: boolean;
  #reader: GuardedReader;
  /** Of a rewritten file: bytes have come, and it was not yet said that no more will. */
  #isFresh = false;
  /** Nothing has come since it was settled. */
  #isSettled = false;
  #head = NO_BYTES;
  #arrivedMs = 0;
  /** A rewritten file has said nothing yet: what it said before stands. */
  #isStale = false;

  constructor(watched: WatchedRun, path: string, format: Format) {
    this.watched = watched;
    this.path = path;
    this.format = format;
    this.#mayComplete = format.settlesAtEnd;
    this.#reader = this.#open();
  }

  /** Which pieces of a rotated log it belongs to, and where among them. */
  get chain(): ChainPlace {
    return this.format.chain?.(basename(this.path)) ?? { of: this.path, place: '' };
  }

  get digits(): number {
    return this.format.digits;
  }

  get keepsSteps(): boolean {
    return this.format.keepsSteps;
  }

  /** @param arrivedMs when the file was last written before these bytes were read */
  push(chunk: Buffer, arrivedMs: number): void {
    this.#arrivedMs = arrivedMs;
    this.#isSettled = false;
    this.#isFresh = this.format.rewritten;
    const missing = HEAD_BYTES - this.#head.length;
    if (missing > 0 && this.format.chain !== undefined)
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, missing)]);
    this.#reader.push(chunk);
  }

  /** Whether the shorter of both is, as far as it goes, the same as the other. */
  beginsAs(other: Source): boolean {
    const length = Math.min(this.#head.length, other.#head.length);
    return this.#head.compare(other.#head, 0, length, 0, length) === 0 && this.store.beginsAs(other.store);
  }

  /** Whether it is a later piece of the same rotated log, in which the writer has gone on. */
  goesOnFrom(earlier: Source): boolean {
    if (this.format.chain === undefined || this.format !== earlier.format || this.store.count === 0) return false;
    const [mine, its] = [this.chain, earlier.chain];
    return mine.of === its.of && mine.place > its.place && !this.beginsAs(earlier);
  }

  /** All that is there for now has been read. */
  atEnd(): void {
    this.caughtUp = true;
    if (this.format.settlesAtEnd) this.#reader.settle();
  }

  /** Nothing has come for long: a last line without a newline is taken when it is whole. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#reader.settle();
  }

  /** Says once of a file that is written whole that it is broken, when it has stayed so for {@link UNFINISHED_MS}. */
  endWhenQuiet(nowMs: number): void {
    if (!this.#isFresh || nowMs - this.#arrivedMs < UNFINISHED_MS) return;
    this.#isFresh = false;
    this.#reader.end();
  }

  /** No more bytes will come. */
  end(): void {
    this.#reader.end();
  }

  /** The file holds other content now: it is read again from its first byte. */
  restart(): void {
    this.#reader = this.#open();
    this.#head = NO_BYTES;
    if (this.format.rewritten) {
      this.#isStale = true;
      return;
    }
    this.caughtUp = false;
    this.watched.restarts(this);
    this.#forget();
  }

  record(record: LogRecord): void {
    if (this.#isStale) this.#freshen();
    if (record.other.size > 0) for (const [name, value] of record.other) this.store.other.set(name, value);
    if (this.#mayComplete && this.#completes(record)) return;
    this.records++;
    this.store.append(record, this.#arrivedMs);
    this.watched.observe(this, record, this.#arrivedMs);
  }

  block(block: RecordBlock): void {
    for (let index = 0; index < block.count; ) {
      const taken = this.#takeCalm(block, index);
      if (taken === 0) {
        block.read(index, one);
        this.record(one);
      }
      index += taken || 1;
    }
  }

  event(event: RunEvent): void {
    this.#freshen();
    if (this.events.length < MAX_EVENTS) this.events.push({ event, after: this.store.count });
    else this.watched.pipeline.counts.eventsDropped++;
    this.watched.befall(this, event, this.#arrivedMs);
  }

  context(context: RunContext): void {
    this.#freshen();
    this.stated = { ...this.stated, ...context };
    this.watched.restated();
  }

  bad(reason: BadReason, line: number): void {
    this.watched.pipeline.counts.bad[reason]++;
    this.watched.pipeline.listener.bad(this, reason, line);
  }

  lines(count: number): void {
    this.watched.pipeline.counts.lines += count;
  }

  /** Takes the records from `from` on of which there is nothing to say. Returns how many. */
  #takeCalm(block: RecordBlock, from: number): number {
    if (this.#mayComplete || this.#isStale) return 0;
    const most = Math.min(block.count - from, this.store.room);
    const taken = most === 0 ? 0 : this.watched.takeCalm(this, block, from, most, this.#arrivedMs);
    this.records += taken;
    this.store.appendBlock(block, from, taken, this.#arrivedMs);
    return taken;
  }

  /** Takes a record that only brings what the last one lacked. */
  #completes(record: LogRecord): boolean {
    const last = this.store.count - 1;
    if (last < 0 || !this.store.isCompletedBy(last, record)) return false;
    this.store.amendLast(record);
    this.watched.amended();
    return true;
  }

  #open(): GuardedReader {
    return new GuardedReader(this.format, this, (error) => this.watched.pipeline.failed(this.path, error));
  }

  #freshen(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#forget();
    this.watched.amended();
  }

  #forget(): void {
    this.records = 0;
    this.store = new RecordStore();
    this.events = [];
    this.stated = {};
    this.checkpoint = null;
    this.watched.restated();
  }
}
