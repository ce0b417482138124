import { FIELD } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import { parseDuration } from './duration.ts';
import type { BadReason, Format, FormatReader, RecordSink } from './format.ts';
import { loggedNumber, parseJsonLine } from './framing/json-line.ts';
import { LineFramer } from './framing/lines.ts';

/**
 * LLaMA-Factory's `trainer_log.jsonl`, every schema since 2023: keys came, went and changed their names, absent values
 * were first written as null and later left out, throughput was a string for a while, and the v1 stack writes other keys
 * altogether. One table holds them all.
 */
export const trainerLog: Format = {
  name: 'trainer-log',
  matches: (fileName) => fileName === 'trainer_log.jsonl',
  open: (sink) => new TrainerLogReader(sink),
};

interface Key {
  readonly slot: number;
  readonly read: (value: unknown) => number | undefined;
}

const GIB = 1024 ** 3;

function number(slot: number): Key {
  return { slot, read: loggedNumber };
}

function gibibytes(slot: number): Key {
  return {
    slot,
    read: (value) => {
      const gib = loggedNumber(value);
      return gib === undefined ? undefined : gib * GIB;
    },
  };
}

function duration(slot: number): Key {
  return { slot, read: (value) => (typeof value === 'string' ? parseDuration(value) : undefined) };
}

const KEYS: ReadonlyMap<string, Key | null> = new Map<string, Key | null>([
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
  ['elapsed_time', duration(FIELD.elapsed_seconds)],
  // wrong after a resume: nanwatch makes its own estimate
  ['remaining_time', null],
  ['throughput', number(FIELD.tokens_per_second)],
  ['total_tokens', number(FIELD.tokens_seen)],
  ['vram_allocated', gibibytes(FIELD.vram_allocated_bytes)],
  ['vram_reserved', gibibytes(FIELD.vram_reserved_bytes)],
  ['reward', number(FIELD.reward)],
  ['accuracy', number(FIELD.accuracy)],
]);

class TrainerLogReader implements FormatReader {
  readonly #sink: RecordSink;
  readonly #framer: LineFramer;
  readonly #record = new LogRecord();
  #line = 0;
  #ending = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
    this.#framer = new LineFramer(
      (bytes, start, end) => this.#read(bytes, start, end),
      () => this.#bad('oversize'),
    );
  }

  push(chunk: Buffer): void {
    this.#framer.push(chunk);
  }

  end(): void {
    this.#ending = true;
    this.#framer.end();
    this.#ending = false;
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('utf8', start, end).trim();
    if (text === '') {
      this.#count();
      return;
    }
    const reason = readTrainerLogLine(text, this.#record);
    if (reason !== null) {
      this.#bad(this.#ending ? 'incomplete' : reason);
      return;
    }
    this.#count();
    this.#sink.record(this.#record);
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
    const key = KEYS.get(name);
    if (key === null) continue;
    const value = key === undefined ? loggedNumber(object[name]) : key.read(object[name]);
    if (value === undefined) continue;
    if (key === undefined) record.other.set(name, value);
    else record.set(key.slot, value);
  }
  return Number.isFinite(record.step) ? null : 'not-a-record';
}
