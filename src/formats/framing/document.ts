import type { RunContext } from '../../model/context.ts';
import type { BadReason, FormatReader, RecordSink } from '../format.ts';

/** What a document says, by key. */
export type Settings = Readonly<Record<string, unknown>>;

/** How a document of one kind becomes settings, and these the configuration of a run. */
export interface DocumentFormat {
  /** Returns null when the text holds no map of settings. Never throws. */
  parse(text: string): Settings | null;
  /** A longer document is no configuration: it is left out. */
  readonly maxBytes: number;
  /** Why a document without settings is bad. */
  readonly reason: BadReason;
  /** Only what the settings say of the run. */
  contextOf(settings: Settings): RunContext;
}

/**
 * Reads a file that means something only as a whole. What has come is parsed when nothing more comes for long, and again
 * at the end when there was more. A document that cannot be parsed may be half written, so only the end says that it is
 * bad. To the counters a document is one line.
 */
export class DocumentReader implements FormatReader {
  readonly #sink: RecordSink;
  readonly #format: DocumentFormat;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #parsedBytes = 0;
  #isWhole = true;
  #isCounted = false;
  /** The last context that was given, as text. */
  #given = '{}';

  constructor(sink: RecordSink, format: DocumentFormat) {
    this.#sink = sink;
    this.#format = format;
  }

  push(chunk: Buffer): void {
    if (this.#bytes > this.#format.maxBytes || chunk.length === 0) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#format.maxBytes) {
      this.#pieces = [];
      this.#bad('oversize');
    } else this.#pieces.push(Buffer.from(chunk));
  }

  settle(): void {
    if (this.#bytes === this.#parsedBytes || this.#bytes > this.#format.maxBytes) return;
    const whole = Buffer.concat(this.#pieces);
    // few large pieces take less than many small ones, should more come
    this.#pieces = [whole];
    this.#parsedBytes = this.#bytes;
    const text = whole.toString('utf8').replace(/^\ufeff/, '');
    const isBlank = text.trim() === '';
    const settings = isBlank ? null : this.#format.parse(text);
    this.#isWhole = isBlank || settings !== null;
    if (settings !== null) this.#give(this.#format.contextOf(settings));
  }

  end(): void {
    this.settle();
    if (!this.#isWhole) this.#bad(this.#format.reason);
    this.#isWhole = true;
  }

  #give(context: RunContext): void {
    this.#count();
    const text = JSON.stringify(context);
    if (text === this.#given) return;
    this.#given = text;
    this.#sink.context(context);
  }

  #bad(reason: BadReason): void {
    this.#count();
    this.#sink.bad(reason, 1);
  }

  #count(): void {
    if (!this.#isCounted) this.#sink.lines(1);
    this.#isCounted = true;
  }
}
