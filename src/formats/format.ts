import type { RunContext } from '../model/context.ts';
import type { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import type { RunEvent } from '../model/run-event.ts';

/** Why something in a log could not be taken as a record. */
export const BAD_REASONS = [
  'oversize',
  'not-json',
  'not-a-record',
  'incomplete',
  'not-yaml',
  'bad-checksum',
  'binary',
  'internal',
] as const;

export type BadReason = (typeof BAD_REASONS)[number];

/** Where a reader puts what it finds. */
export interface RecordSink {
  /** One record. The instance is filled again for the next one: copy what you keep. */
  record(record: LogRecord): void;
  /**
   * Records that came together, none with numbers under other names; the block is filled again, too. A sink without it
   * is given them one by one.
   */
  block?(block: RecordBlock): void;
  /** Something that befell the run between the last record and the next one. */
  event(event: RunEvent): void;
  /** How the run is configured. What is said later takes the place of what this source said before, key by key. */
  context(context: RunContext): void;
  /** Something that is no record. `line` counts from 1. */
  bad(reason: BadReason, line: number): void;
  /** Complete lines seen since the last call, good and bad ones. */
  lines(count: number): void;
}

/**
 * Reads one file of a format. It is fed bytes and owns no file: the same bytes give the same records, however they
 * were cut. It never throws on content, and keeps no more than {@link MAX_LINE_BYTES} of it.
 */
export interface FormatReader {
  /** The next bytes of the file; they are valid only during the call. */
  push(chunk: Buffer): void;
  /** Nothing has come for long, though more may: a last line without a newline is taken when it is whole, else kept. */
  settle(): void;
  /** Nothing more will come: a last line without a newline is taken when it is whole. */
  end(): void;
}

/** A piece of a log that is cut into several files. */
export interface ChainPlace {
  /** What all pieces of one log have in common. */
  readonly of: string;
  /** Pieces come in the order of this, as text. */
  readonly place: string;
}

/** A kind of log. A new one is a file that exports this, and a line in `index.ts`. */
export interface Format {
  readonly name: string;
  /** `log`: its records make a run. `configuration`: it only tells of the run in whose folder it lies. */
  readonly kind: 'log' | 'configuration';
  /**
   * The writer writes the whole file anew each time. What a file held before then stands until its new content has been
   * read, and that it was rewritten does not make another run.
   */
  readonly rewritten: boolean;
  /** Significant digits that its numbers keep: the most exact of a run's sources is believed. */
  readonly digits: number;
  /** The trainer's own book of steps: where there is one, no other source says which steps a run has logged. */
  readonly keepsSteps: boolean;
  /** Whether {@link FormatReader.settle} is called whenever all that is there has been read, not only after long silence. */
  readonly settlesAtEnd: boolean;
  /** Whether a file of this name (without its folder) is such a log. */
  matches(fileName: string): boolean;
  /** For a log that is cut into files, as rotation does: which log a file of this name is a piece of. */
  chain?(fileName: string): ChainPlace;
  /** Path of the run's folder for a file in `folder`, where that is not the same one. */
  runFolder?(folder: string): string;
  open(sink: RecordSink): FormatReader;
}

/** A longer line is skipped and counted as bad, once. */
export const MAX_LINE_BYTES = 1024 * 1024;
