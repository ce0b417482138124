import type { Format, FormatReader, RecordSink } from '../formats/format.ts';

const NEWLINE = 0x0a;

/**
 * The reader of one file. Readers do not throw on content; should one do so by a mistake of ours, what is left of the
 * bytes at hand is lost, which is said, and another reader goes on behind their last newline. What was given out before
 * stands, and is not given out again.
 */
export class GuardedReader implements FormatReader {
  readonly #format: Format;
  readonly #sink: RecordSink;
  readonly #onFailure: (error: unknown) => void;
  #reader: FormatReader;

  constructor(format: Format, sink: RecordSink, onFailure: (error: unknown) => void) {
    this.#format = format;
    this.#sink = sink;
    this.#onFailure = onFailure;
    this.#reader = format.open(sink);
  }

  push(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#begin(error);
      const unfinished = chunk.subarray(chunk.lastIndexOf(NEWLINE) + 1);
      if (unfinished.length < chunk.length) this.push(unfinished);
    }
  }

  settle(): void {
    try {
      this.#reader.settle();
    } catch (error) {
      this.#begin(error);
    }
  }

  end(): void {
    try {
      this.#reader.end();
    } catch (error) {
      this.#begin(error);
    }
  }

  #begin(error: unknown): void {
    this.#reader = this.#format.open(this.#sink);
    this.#onFailure(error);
  }
}
