import { FIELD } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import { parseDuration } from './duration.ts';
import type { BadReason, Format, FormatReader, RecordSink } from './format.ts';
import { type FlatKey, FlatLineReader } from './framing/flat-line.ts';
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

/** One for all readers: a line is read and given out before the next one, of whichever log. */
const flat = new FlatLineReader(TRAINER_LOG_KEYS);
const record = new LogRecord();
const NEWLINE = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** Flat lines are shorter. */
const MAX_FLAT_BYTES = 2048;

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
      (bytes, start) => this.#readFlat(bytes, start),
    );
  }

  push(chunk: Buffer): void {
    this.#framer.push(chunk);
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

  /** Far from the end of the bytes, where the whole line must be there. */
  #readFlat(bytes: Buffer, start: number): number {
    if (start + MAX_FLAT_BYTES > bytes.length) return -1;
    const after = flat.read(bytes, start, start + MAX_FLAT_BYTES, record);
    if (after === -1 || bytes[after] !== NEWLINE || !isRecord(record)) return -1;
    this.#give();
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
    const after = flat.read(bytes, start, end, record);
    // what stands behind the end may be left of a line before
    if (after !== -1 && after <= end && isBlank(bytes, after, end) && isRecord(record)) return null;
    const text = bytes.toString('utf8', start, end).trim();
    return text === '' ? 'blank' : readTrainerLogLine(text, record);
  }

  #give(): void {
    this.#count();
    if (!this.#isKnown) {
      this.#isKnown = true;
      // only the classic stack says how far it has come
      const isClassic = record.has(FIELD.progress_percent);
      this.#sink.context({ trainer: isClassic ? 'llamafactory' : 'llamafactory-v1' });
    }
    this.#sink.record(record);
  }

  #count(): void {
    this.#line++;
    this.#sink.lines(1);
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

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== CR && bytes[at] !== SPACE) return false;
  return true;
}

function isRecord(record: LogRecord): boolean {
  return Number.isFinite(record.number(FIELD.step));
}
