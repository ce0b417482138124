import { FIELD } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import type { BadReason, Format, FormatReader, RecordSink } from './format.ts';
import { isBlank, JsonDocumentScanner, NAN_STAND_IN, replaceNonFinite } from './framing/json-document.ts';
import { loggedNumber } from './framing/json-line.ts';
import { setByHfKey } from './hf-keys.ts';
import { contextFromState, countsFromZero } from './trainer-state-header.ts';

/**
 * Hugging Face's `trainer_state.json`: the whole history of a run in one document, which the trainer writes anew into
 * each checkpoint and, at the end of training, into the run's folder. Nothing of it counts until all of it is there.
 */
export const trainerState: Format = {
  name: 'trainer-state',
  kind: 'log',
  rewritten: true,
  digits: 17,
  keepsSteps: false,
  settlesAtEnd: true,
  matches: (fileName) => fileName === 'trainer_state.json',
  runFolder: (folder) => folder.replace(/(?<=.)\/checkpoint-\d+$/, '').replace(/^\/checkpoint-\d+$/, '/'),
  open: (sink) => new TrainerStateReader(sink),
};

/** A longer document is left out and counted as bad, once. */
export const MAX_STATE_BYTES = 64 * 1024 * 1024;

/** One for all readers: a record is given out before the next one is filled, of whichever file. */
const record = new LogRecord();

class TrainerStateReader implements FormatReader {
  readonly #sink: RecordSink;
  readonly #scanner = new JsonDocumentScanner();
  /** What has come of the document. It grows in place: copies of megabytes would cost more than to parse them. */
  #held: ArrayBuffer | null = null;
  #line = 0;
  /** Nothing more is expected: the document was read, or is none. */
  #isDone = false;
  #isBad = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let at = 0;
    if (!this.#isDone) {
      at = this.#scanner.scan(chunk);
      if (this.#scanner.place === 'no object') this.#bad('not-json');
      else this.#hold(chunk, at);
      if (this.#scanner.place === 'whole' && !this.#isDone) this.#readWhole();
    }
    if (this.#isBad) return;
    while (at < chunk.length && isBlank(chunk[at] as number)) at++;
    if (at < chunk.length) this.#bad('not-json');
  }

  /** A document is whole or it is not: time does not tell. */
  settle(): void {}

  end(): void {
    if (!this.#isDone && this.#scanner.place === 'inside') this.#bad('incomplete');
  }

  #hold(chunk: Buffer, end: number): void {
    this.#held ??= new ArrayBuffer(0, { maxByteLength: MAX_STATE_BYTES });
    const before = this.#held.byteLength;
    if (before + end > MAX_STATE_BYTES) {
      this.#bad('oversize');
      return;
    }
    this.#held.resize(before + end);
    chunk.copy(new Uint8Array(this.#held), before, 0, end);
  }

  #readWhole(): void {
    const state = this.#held === null ? null : parseState(Buffer.from(this.#held));
    this.#done();
    const history = state?.log_history;
    if (state === null || !Array.isArray(history)) {
      this.#bad(state === null ? 'not-json' : 'not-a-record');
      return;
    }
    const context = contextFromState(state, history);
    if (Object.keys(context).length > 0) this.#sink.context(context);
    const stepsBefore = countsFromZero(state, history) ? 1 : 0;
    for (const entry of history) this.#give(entry, stepsBefore, context.max_steps);
  }

  #give(entry: unknown, stepsBefore: number, maxSteps: number | undefined): void {
    this.#line++;
    this.#sink.lines(1);
    record.clear();
    if (typeof entry === 'object' && entry !== null) {
      const values = entry as Readonly<Record<string, unknown>>;
      for (const name of Object.keys(values)) {
        const value = values[name] === NAN_STAND_IN ? Number.NaN : loggedNumber(values[name]);
        if (value !== undefined) setByHfKey(record, name, value);
      }
    }
    const { step } = record;
    if (step === null || !Number.isFinite(step)) {
      this.#sink.bad('not-a-record', this.#line);
      return;
    }
    record.set(FIELD.step, step + stepsBefore);
    if (maxSteps !== undefined) record.set(FIELD.max_steps, maxSteps);
    this.#sink.record(record);
    // the closing entry; some log a train_loss of their own at every step
    if (!record.other.has('train_loss') || !record.other.has('train_runtime') || record.has(FIELD.loss)) return;
    this.#sink.event({ kind: 'finished', step: step + stepsBefore, text: null });
  }

  #bad(reason: BadReason): void {
    this.#done();
    this.#isBad = true;
    this.#line++;
    this.#sink.lines(1);
    this.#sink.bad(reason, this.#line);
  }

  #done(): void {
    this.#isDone = true;
    this.#held = null;
  }
}

/** @returns null when the bytes, which begin and end as an object does, are none */
function parseState(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  replaceNonFinite(bytes);
  try {
    return JSON.parse(bytes.toString().trimStart()) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}
