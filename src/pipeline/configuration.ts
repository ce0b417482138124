import type { BadReason, Format, FormatReader, RecordSink } from '../formats/format.ts';
import type { RunContext } from '../model/context.ts';
import type { Pipeline } from './pipeline.ts';

/** A file beside the logs of a run that tells how it is configured. */
export class Configuration implements RecordSink {
  /** Absolute. */
  readonly path: string;
  readonly folder: string;
  readonly format: Format;
  stated: RunContext = {};
  readonly #pipeline: Pipeline;
  #reader: FormatReader;

  constructor(pipeline: Pipeline, path: string, folder: string, format: Format) {
    this.#pipeline = pipeline;
    this.path = path;
    this.folder = folder;
    this.format = format;
    this.#reader = format.open(this);
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
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
    this.#reader = this.format.open(this);
  }

  context(context: RunContext): void {
    this.stated = context;
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
}
