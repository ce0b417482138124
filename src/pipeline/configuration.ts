import type { BadReason, Format, RecordSink } from '../formats/format.ts';
import type { RunContext } from '../model/context.ts';
import { GuardedReader } from './guarded-reader.ts';
import type { Pipeline } from './pipeline.ts';
import { UNFINISHED_MS } from './source.ts';

/** A file beside the logs of a run that tells how it is configured. */
export class Configuration implements RecordSink {
  /** Absolute. */
  readonly path: string;
  readonly folder: string;
  readonly format: Format;
  stated: RunContext = {};
  readonly #pipeline: Pipeline;
  #reader: GuardedReader;
  #arrivedMs = 0;
  /** Bytes have come, and it was not yet said that no more will. */
  #isFresh = false;

  constructor(pipeline: Pipeline, path: string, folder: string, format: Format) {
    this.#pipeline = pipeline;
    this.path = path;
    this.folder = folder;
    this.format = format;
    this.#reader = this.#open();
  }

  push(chunk: Buffer, arrivedMs: number): void {
    this.#arrivedMs = arrivedMs;
    this.#isFresh = true;
    this.#reader.push(chunk);
  }

  /** Says once that the file is broken, when it has stayed so for {@link UNFINISHED_MS}. */
  endWhenQuiet(nowMs: number): void {
    if (!this.#isFresh || nowMs - this.#arrivedMs < UNFINISHED_MS) return;
    this.#isFresh = false;
    this.#reader.end();
  }

  /** All that is there for now has been read. */
  atEnd(): void {
    this.#reader.settle();
  }

  end(): void {
    this.#reader.end();
  }

  /** The file is written anew; what it said stands until it says something else. */
  restart(): void {
    this.#reader = this.#open();
  }

  context(context: RunContext): void {
    this.stated = context;
    this.#pipeline.configured(this.folder);
  }

  record(): void {}

  event(): void {}

  bad(reason: BadReason, line: number): void {
    this.#pipeline.counts.bad[reason]++;
    this.#pipeline.listener.bad(this, reason, line);
  }

  lines(count: number): void {
    this.#pipeline.counts.lines += count;
  }

  #open(): GuardedReader {
    return new GuardedReader(this.format, this, (error) => this.#pipeline.failed(this.path, error));
  }
}
