import { FIELD } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import type { BadReason, Format, FormatReader, RecordSink } from './format.ts';
import { loggedNumber, parseJsonLine } from './framing/json-line.ts';
import { LineFramer } from './framing/lines.ts';
import { setByHfKey } from './hf-keys.ts';

/**
 * ms-swift's `logging.jsonl`, its Megatron trainer's too: Hugging Face's names, rounded to 8 digits, and progress as
 * text (`"global_step/max_steps": "1/94"`). In some versions two callbacks write it and every line comes twice, with
 * only its clocks a bit later. At the end stands a summary with the whole history in it.
 */
export const swiftLogging: Format = {
  name: 'swift-logging',
  kind: 'log',
  rewritten: false,
  digits: 17,
  keepsSteps: true,
  settlesAtEnd: false,
  matches: (fileName) => fileName === 'logging.jsonl',
  open: (sink) => new SwiftLoggingReader(sink),
};

const GIB = 1024 ** 3;
/** Where the step stands together with the number of all steps. */
const STEP_OF_ALL = new Set(['global_step/max_steps', 'steps[global_step/max_steps]', 'iteration']);
const SPEEDS = ['train_speed(iter/s)', 'train_speed(s/it)'];
/** Fields that differ between two writings of one line. */
const CLOCKS = new Set([FIELD.elapsed_seconds, FIELD.vram_reserved_bytes]);
const MAX_UNITS_LENGTH = 40;
const CLOCK_NAMES = /runtime$|_per_second$|^train_speed|^elapsed_time/;

type Line = 'record' | 'closing' | 'summary' | 'blank' | BadReason;

const record = new LogRecord();

class SwiftLoggingReader implements FormatReader {
  readonly #sink: RecordSink;
  readonly #framer: LineFramer;
  /** The last record that was given. */
  readonly #last = new LogRecord();
  #line = 0;
  #ending = false;
  #isNamed = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
    this.#framer = new LineFramer(
      (bytes, start, end) => this.#take(readSwiftLine(bytes.toString('utf8', start, end).trim(), record)),
      () => this.#take('oversize'),
    );
  }

  push(chunk: Buffer): void {
    this.#framer.push(chunk);
  }

  settle(): void {
    this.#framer.settle((bytes, start, end) => {
      const line = readSwiftLine(bytes.toString('utf8', start, end).trim(), record);
      const isWhole = line === 'record' || line === 'closing' || line === 'summary';
      if (isWhole) this.#take(line);
      return isWhole;
    });
  }

  end(): void {
    this.#ending = true;
    this.#framer.end();
    this.#ending = false;
  }

  #take(line: Line): void {
    this.#line++;
    this.#sink.lines(1);
    switch (line) {
      case 'record':
      case 'closing':
        if (!isSame(record, this.#last)) this.#give(line);
        return;
      case 'summary':
      case 'blank':
        return;
      default:
        this.#sink.bad(this.#ending && line !== 'oversize' ? 'incomplete' : line, this.#line);
    }
  }

  #give(line: 'record' | 'closing'): void {
    this.#last.clear();
    this.#last.takeOver(record);
    for (const [name, value] of record.other) this.#last.other.set(name, value);
    if (!this.#isNamed && SPEEDS.some((name) => record.other.has(name))) {
      this.#isNamed = true;
      this.#sink.context({ trainer: 'ms-swift' });
    }
    const { step } = record;
    // training that was stopped early ended well: as a record, short of the last step, it would look broken off
    const isShort = line === 'closing' && (step ?? 0) < (record.get(FIELD.max_steps) ?? 0);
    if (!isShort) this.#sink.record(record);
    if (line === 'closing') this.#sink.event({ kind: 'finished', step, text: null });
  }
}

/**
 * Fills `record` from one line.
 *
 * @param text without white space around it
 * @returns `record` and `closing` when it was filled: the closing line comes when training has ended. The summary after
 * it comes after a crash too, so it says nothing.
 */
function readSwiftLine(text: string, record: LogRecord): Line {
  if (text === '') return 'blank';
  const object = parseJsonLine(text);
  if (object === null) return 'not-json';
  if (Array.isArray(object.log_history) || 'last_model_checkpoint' in object) return 'summary';
  record.clear();
  for (const name of Object.keys(object)) setField(record, name, object[name]);
  if (!Number.isFinite(record.step)) return 'not-a-record';
  const isClosing = 'train_runtime' in object && !record.isTraining && !record.has(FIELD.eval_loss);
  return isClosing ? 'closing' : 'record';
}

function setField(record: LogRecord, name: string, value: unknown): void {
  // nanwatch makes its own estimate
  if (name === 'remaining_time') return;
  if (STEP_OF_ALL.has(name)) setProgress(record, value);
  else if (name === 'global_step') setSlot(record, FIELD.step, loggedNumber(value));
  else if (name === 'percentage') setSlot(record, FIELD.progress_percent, percentage(value));
  else if (name === 'elapsed_time') setSlot(record, FIELD.elapsed_seconds, parseUnits(value));
  else if (name === 'memory(GiB)') setSlot(record, FIELD.vram_reserved_bytes, loggedNumber(value), GIB);
  else {
    const number = loggedNumber(value);
    if (number !== undefined) setByHfKey(record, name, number);
  }
}

function setSlot(record: LogRecord, slot: number, value: number | undefined, scale = 1): void {
  if (value !== undefined) record.set(slot, value * scale);
}

/** `"1/94"`, or the step alone. */
function setProgress(record: LogRecord, value: unknown): void {
  const [, step, all] = (typeof value === 'string' && /^(\d{1,15})\/(-?\d{1,15})$/.exec(value)) || [];
  setSlot(record, FIELD.step, step === undefined ? loggedNumber(value) : Number(step));
  if (Number(all) > 0) record.set(FIELD.max_steps, Number(all));
}

function percentage(value: unknown): number | undefined {
  return loggedNumber(typeof value === 'string' ? value.replace(/%$/, '') : value);
}

/** Seconds of `2s`, `1m 42s`, `7h 12m 5s` or `12d 3h 4m 5s`; undefined for any other text. */
function parseUnits(text: unknown): number | undefined {
  if (typeof text !== 'string' || text.length > MAX_UNITS_LENGTH) return undefined;
  const match = /^(?=\d)(?:(\d{1,6})d ?)?(?:(\d{1,6})h ?)?(?:(\d{1,6})m ?)?(?:(\d{1,9})s)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return days * 86_400 + hours * 3_600 + minutes * 60 + seconds;
}

/** Whether two records say the same but for their clocks. */
function isSame(one: LogRecord, other: LogRecord): boolean {
  for (const slot of Object.values(FIELD)) {
    if (!CLOCKS.has(slot) && !Object.is(one.get(slot), other.get(slot))) return false;
  }
  if (one.other.size !== other.other.size) return false;
  for (const [name, value] of one.other) {
    if (!CLOCK_NAMES.test(name) && !Object.is(value, other.other.get(name))) return false;
  }
  return true;
}
