import { FIELD } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import { type RecordBlock, recordBlock } from '../model/record-block.ts';
import { parseDuration } from './duration.ts';
import type { BadReason, Format, FormatReader, RecordSink } from './format.ts';
import { type FlatKey, FlatLineReader } from './framing/flat-lines.ts';
import { loggedNumber, parseJsonLine } from './framing/json-line.ts';
import { LineFramer } from './framing/lines.ts';

/**
 * LLaMA-Factory's `trainer_log.jsonl`, every schema since 2023: keys came, went and changed their names, absent values
 * were first written as null and later left out, throughput was a string for a while, and the v1 stack writes other keys
 * altogether. One table holds them all.
 */
export const trainerLog: Format = {
  name: 'trainer-log',
  kind: 'log',
  rewritten: false,
  digits: 17,
  keepsSteps: true,
  settlesAtEnd: false,
  matches: (fileName) => fileName === 'trainer_log.jsonl',
  open: (sink) => new TrainerLogReader(sink),
};

const GIB = 1024 ** 3;
const IGNORED: FlatKey = { slot: null, kind: 'ignored' };

function number(slot: number): FlatKey {
  return { slot, kind: 'number' };
}

function gibibytes(slot: number): FlatKey {
  return { slot, kind: 'number', scale: GIB };
}

/** Every key that some version wrote. */
export const TRAINER_LOG_KEYS: ReadonlyMap<string, FlatKey> = new Map([
  ['current_steps', number(FIELD.step)],
  ['step', number(FIELD.step)],
  ['total_steps', number(FIELD.max_steps)],
  ['loss', number(FIELD.loss)],
  ['eval_loss', number(FIELD.eval_loss)],
  ['grad_norm', number(FIELD.grad_norm)],
  ['lr', number(FIELD.learning_rate)],
  ['learning_rate', number(FIELD.learning_rate)],
  ['epoch', number(FIELD.epoch)],
  ['percentage', number(FIELD.progress_percent)],
  ['elapsed_time', { slot: FIELD.elapsed_seconds, kind: 'duration' }],
  // wrong after a resume: nanwatch makes its own estimate
  ['remaining_time', IGNORED],
  ['throughput', number(FIELD.tokens_per_second)],
  ['total_tokens', number(FIELD.tokens_seen)],
  ['vram_allocated', gibibytes(FIELD.vram_allocated_bytes)],
  ['vram_reserved', gibibytes(FIELD.vram_reserved_bytes)],
  ['reward', number(FIELD.reward)],
  ['accuracy', number(FIELD.accuracy)],
]);

/** One for all readers: what is read is given out before the next is, of whichever log. */
export const flat = new FlatLineReader(TRAINER_LOG_KEYS);
const record = new LogRecord();

class TrainerLogReader implements FormatReader {
  readonly #sink: RecordSink;
  readonly #framer: LineFramer;
  #line = 0;
  #ending = false;
  #isKnown = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
    this.#framer = new LineFramer(
      (bytes, start, end) => this.#read(bytes, start, end),
      () => this.#bad('oversize'),
      (_, start) => this.#readFlat(start),
    );
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += flat.chunkBytes) {
      const part = chunk.subarray(at, at + flat.chunkBytes);
      flat.load(part);
      this.#framer.push(part);
    }
  }

  settle(): void {
    this.#framer.settle((bytes, start, end) => {
      const isWhole = this.#parse(bytes, start, end) === null;
      if (isWhole) this.#give();
      return isWhole;
    });
  }

  end(): void {
    this.#ending = true;
    this.#framer.end();
    this.#ending = false;
  }

  #readFlat(start: number): number {
    const after = flat.read(start);
    if (recordBlock.count > 0) this.#giveAll(recordBlock);
    return after;
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const reason = this.#parse(bytes, start, end);
    if (reason === null) this.#give();
    else if (reason === 'blank') this.#count();
    else this.#bad(this.#ending ? 'incomplete' : reason);
  }

  /** Fills the record. Returns null when the line is one. */
  #parse(bytes: Buffer, start: number, end: number): BadReason | 'blank' | null {
    const text = bytes.toString('utf8', start, end).trim();
    return text === '' ? 'blank' : readTrainerLogLine(text, record);
  }

  #give(): void {
    this.#count();
    this.#know(record);
    this.#sink.record(record);
  }

  #giveAll(block: RecordBlock): void {
    this.#count(block.count);
    block.read(0, record);
    this.#know(record);
    if (this.#sink.block !== undefined) this.#sink.block(block);
    else block.show((record) => this.#sink.record(record));
  }

  /** Whose log it is, by its first record. */
  #know(first: LogRecord): void {
    if (this.#isKnown) return;
    this.#isKnown = true;
    // only the classic stack says how far it has come
    const isClassic = first.has(FIELD.progress_percent);
    this.#sink.context({ trainer: isClassic ? 'llamafactory' : 'llamafactory-v1' });
  }

  #count(lines = 1): void {
    this.#line += lines;
    this.#sink.lines(lines);
  }

  #bad(reason: BadReason): void {
    this.#count();
    this.#sink.bad(reason, this.#line);
  }
}

/**
 * Fills `record` from one line. Of a line the last duplicate of a key counts, as in Python; nulls, nested values and
 * keys whose value is no number count as absent.
 *
 * @returns null when the line is a record, else why it is none. A record has a step.
 */
export function readTrainerLogLine(text: string, record: LogRecord): BadReason | null {
  const object = parseJsonLine(text);
  if (object === null) return 'not-json';
  record.clear();
  for (const name of Object.keys(object)) {
    const key = TRAINER_LOG_KEYS.get(name);
    const value = key === undefined ? loggedNumber(object[name]) : fieldValue(key, object[name]);
    if (value === undefined) continue;
    if (key?.slot == null) record.other.set(name, value);
    else record.set(key.slot, value);
  }
  return isRecord(record) ? null : 'not-a-record';
}

function fieldValue({ kind, scale = 1 }: FlatKey, value: unknown): number | undefined {
  switch (kind) {
    case 'ignored':
      return undefined;
    case 'duration':
      return typeof value === 'string' ? parseDuration(value) : undefined;
    case 'number': {
      const logged = loggedNumber(value);
      return logged === undefined ? undefined : logged * scale;
    }
  }
}

function isRecord(record: LogRecord): boolean {
  return Number.isFinite(record.number(FIELD.step));
}
