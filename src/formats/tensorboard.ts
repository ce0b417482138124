import type { RunContext } from '../model/context.ts';
import { FIELD } from '../model/field.ts';
import { LogRecord } from '../model/record.ts';
import { type BadReason, type Format, type FormatReader, MAX_LINE_BYTES, type RecordSink } from './format.ts';
import { parseJsonLine } from './framing/json-line.ts';
import { TfEventReader, type TfEventSink } from './framing/tf-event.ts';
import { TfRecordFramer } from './framing/tf-record.ts';
import { setByHfKey } from './hf-keys.ts';
import { contextOfModelConfig } from './model-config.ts';
import { type RecordKind, type TensorboardTag, tagNamed } from './tensorboard-tags.ts';
import { contextOfArguments, isUnmixed } from './trainer-arguments.ts';

/**
 * TensorBoard's event files as Hugging Face's callback writes them: one event for each number. Those of one log call
 * are made one record again: the numbers of training, those of evaluation and the closing ones of a step are a record
 * each.
 */
export const tensorboard: Format = {
  name: 'tensorboard',
  kind: 'log',
  rewritten: false,
  digits: 7,
  keepsSteps: false,
  settlesAtEnd: true,
  matches: (fileName) => fileName.startsWith('events.out.tfevents.'),
  runFolder: runFolderOf,
  // a file for each start of the trainer, its time first in the name
  chain: (fileName) => ({ of: '', place: fileName }),
  open: (sink) => new TensorboardReader(sink),
};

/** Python's `%b%d_%H-%M-%S_host`, with which Hugging Face and PyTorch name the folder of one start. */
const START_FOLDER = /^\p{L}{3}\d\d_/u;

/**
 * Hugging Face writes to `runs/Nov24_02-22-05_host/` under the run's folder. A folder named `runs` with other folders in
 * it is somebody's collection of runs, and so is one at the root.
 */
function runFolderOf(folder: string): string {
  const segments = folder.split('/');
  const runs = segments.lastIndexOf('runs');
  const below = segments[runs + 1];
  if (runs < 2 || (below !== undefined && !START_FOLDER.test(below))) return folder;
  return segments.slice(0, runs).join('/');
}

/** More numbers than any trainer logs at one step. */
const MAX_NUMBERS = 1024;
/** No trainer names a number as long as that. */
const MAX_TAG_LENGTH = 300;

/** One of each for all readers: an event is read and a record given out before the next one, of whichever file. */
const events = new TfEventReader();
const record = new LogRecord();

class TensorboardReader implements FormatReader, TfEventSink {
  readonly #sink: RecordSink;
  readonly #framer: TfRecordFramer;
  /** The numbers of the record that is being put together, under Hugging Face's names. */
  readonly #numbers = new Map<string, number>();
  #kind: RecordKind = 'training';
  #step = 0;
  /** Step at which the time that training took came. */
  #closingStep = -1;
  /** The count of tokens was there, the runtime that may follow it was not. */
  #isAfterTokens = false;
  #line = 0;
  /** The arguments say that neither bf16 nor fp16 is on. */
  #unmixed = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
    this.#framer = new TfRecordFramer(
      (bytes, start, end) => this.#read(bytes, start, end),
      (reason) => this.#bad(reason),
    );
  }

  push(chunk: Buffer): void {
    this.#framer.push(chunk);
  }

  settle(): void {
    this.#give();
  }

  end(): void {
    this.#framer.end();
    this.#give();
  }

  scalar(step: number, tag: string, value: number): void {
    if (tag.length > MAX_TAG_LENGTH) return;
    const { name, kind: tagKind } = tagNamed(tag);
    const kind = this.#kindOf(tagKind, step);
    if (step !== this.#step || kind !== this.#kind || !this.#takes(name, value)) this.#give();
    if (tagKind === 'tokens') this.#isAfterTokens = true;
    else if (tagKind === 'runtime' || step !== this.#step) this.#isAfterTokens = false;
    this.#step = step;
    this.#kind = kind;
    if (tagKind === 'runtime' && kind === 'closing') this.#closingStep = step;
    this.#numbers.set(name, value);
  }

  text(tag: string, bytes: Buffer, start: number, end: number): void {
    if (end - start > MAX_LINE_BYTES) return;
    if (/^args(\/|$)/.test(tag)) {
      const settings = jsonIn(bytes.toString('utf8', start, end));
      this.#unmixed = isUnmixed(settings);
      this.#tell(contextOfArguments(settings));
    } else if (/^model_config(\/|$)/.test(tag)) {
      this.#tell(contextOfModelConfig(jsonIn(bytes.toString('utf8', start, end)), this.#unmixed));
    }
  }

  /** Of which kind the record is that a number belongs to. */
  #kindOf(kind: TensorboardTag['kind'], step: number): RecordKind {
    switch (kind) {
      case 'training':
      case 'evaluation':
      case 'closing':
        return kind;
      case 'any':
      case 'tokens':
        return step === this.#step ? this.#kind : 'training';
      case 'runtime':
        // transformers has it in every training record, right after the count of tokens, where tokens are counted
        return step === this.#step && this.#kind === 'training' && this.#isAfterTokens ? 'training' : 'closing';
    }
  }

  /** Another value for a name that is there is of the next log call. */
  #takes(name: string, value: number): boolean {
    const present = this.#numbers.get(name);
    return present === undefined ? this.#numbers.size < MAX_NUMBERS : Object.is(present, value);
  }

  #give(): void {
    if (this.#numbers.size === 0) return;
    record.clear();
    for (const [name, value] of this.#numbers) setByHfKey(record, name, value);
    record.set(FIELD.step, this.#step);
    this.#numbers.clear();
    this.#sink.record(record);
    // some log a train_loss of their own at every step
    if (!record.other.has('train_loss') || this.#closingStep !== this.#step) return;
    this.#sink.event({ kind: 'finished', step: this.#step, text: null });
  }

  #tell(context: RunContext): void {
    if (Object.keys(context).length > 0) this.#sink.context(context);
  }

  #read(bytes: Buffer, start: number, end: number): void {
    this.#count();
    if (!events.read(bytes, start, end, this)) this.#sink.bad('not-a-record', this.#line);
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

/** The JSON object in a text that may have `<pre>` around it. */
function jsonIn(text: string): Readonly<Record<string, unknown>> {
  return parseJsonLine(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)) ?? {};
}
