import type { RunContext } from '../../model/context.ts';
import { FIELD } from '../../model/field.ts';
import type { LogRecord } from '../../model/record.ts';
import type { RunEventKind } from '../../model/run-event.ts';
import { type BadReason, type FormatReader, MAX_LINE_BYTES, type RecordSink } from '../format.ts';
import { PieceFramer } from '../framing/pieces.ts';
import { Bar } from './bar.ts';
import { BinarySample } from './binary.ts';
import { Events } from './events.ts';
import { kindOf, readDictRecord, readV1Record } from './record.ts';
import { type FindingSink, RECORD_BRACE, scanPiece } from './scan.ts';
import { addStated } from './stated.ts';
import type { Kind } from './steps.ts';
import { type Outcome, Tracebacks } from './traceback.ts';
import { WaitingRecord } from './waiting.ts';

/** As much of a line is looked at for what it says in words. */
const MAX_TEXT_BYTES = 1000;
/** As many bytes of words are looked at before the first record, and again when training begins anew. */
const MAX_PREAMBLE_BYTES = 1024 * 1024;
/** In the name of the logger of LLaMA-Factory's callback. */
const CALLBACK = Buffer.from('callbacks');

const NEWLINE = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Reads a console: see `hfConsole`. Its pieces come from the framer; the scan finds in each what may matter and calls
 * back; a record waits for its bar; words matter only before the first record and in a traceback.
 */
export class ConsoleReader implements FormatReader, FindingSink {
  readonly #sink: RecordSink;
  readonly #framer = new PieceFramer({
    onBegin: (bytes, start) => this.#readBar(bytes, start),
    onPiece: (bytes, start, end) => this.#read(bytes, start, end),
    onNewline: () => this.#newlines++,
    onOversize: () => this.#bad('oversize'),
  });
  readonly #sample = new BinarySample();
  readonly #tracebacks = new Tracebacks();
  readonly #events = new Events();
  readonly #context: RunContext = {};
  /** Bytes of words that are still looked at for how the run is configured. */
  #preamble = MAX_PREAMBLE_BYTES;
  #line = 0;
  #newlines = 0;
  #isEnding = false;

  readonly #waiting = new WaitingRecord((record, kind, step) => this.#give(record, kind, step));
  /** Step of the last record that was given out. */
  #step: number | null = null;

  /** The piece that is being read. */
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #text: string | null = null;
  #hasTraceback = false;
  /** The piece before was blanks, which clear a bar. */
  #isCleared = false;
  readonly #drawn = new Bar();
  readonly #peeked = new Bar();

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    if (!this.#sample.isOver) {
      const sampled = this.#sample.look(chunk);
      this.#framer.push(chunk.subarray(0, sampled));
      rest = chunk.subarray(sampled);
      if (this.#sample.isBinary) this.#bad('binary');
    }
    if (!this.#sample.isBinary) {
      this.#framer.push(rest);
      if (!this.#waiting.isEmpty) this.#peek();
    }
    this.#count();
  }

  settle(): void {
    if (this.#sample.isBinary) return;
    this.#framer.offer((bytes, start, end) => {
      const isWhole = this.#isWhole(bytes, start, end);
      if (isWhole) this.#read(bytes, start, end);
      return isWhole;
    });
    this.#waiting.flush(false);
    this.#happened(this.#tracebacks.close());
  }

  end(): void {
    if (!this.#sample.isBinary) {
      this.#isEnding = true;
      this.#framer.end();
      this.#isEnding = false;
      this.#waiting.flush(false);
      this.#happened(this.#tracebacks.close());
    }
    this.#count();
  }

  bar({ count, total, isNested }: Bar): void {
    if (!isNested || total === this.#waiting.steps.total) this.#waiting.bar(count, total, this.#isCleared);
  }

  brace(at: number): number {
    this.#text ??= this.#bytes.toString('latin1', this.#start, this.#end);
    const { state, at: after } = readDictRecord(this.#text, at - this.#start, this.#waiting.next);
    const isCutOff = state === 'cut' && this.#isEnding;
    if (state !== 'whole') this.#bad(isCutOff ? 'incomplete' : 'not-a-record');
    // a gradient norm that is not finite is so whatever would have followed
    if (state === 'whole' || (isCutOff && !this.#waiting.next.isFinite(FIELD.grad_norm))) this.#take(at);
    else this.#waiting.steps.skip();
    return this.#start + after;
  }

  marker(name: string, at: number): void {
    const text = (from: number) =>
      this.#bytes.toString('utf8', from, Math.min(this.#end, from + MAX_TEXT_BYTES)).trim();
    switch (name) {
      case '>> ':
        this.#logged(text(at + name.length));
        break;
      case 'Traceback (most recent':
        this.#hasTraceback = true;
        break;
      case 'OVERFLOW!': {
        const said = text(at);
        if (/^OVERFLOW! Rank 0 Skipping step/.test(said)) this.#event('step-skipped', said);
        break;
      }
      case '***** Running training':
        this.#waiting.flush(false);
        this.#preamble = MAX_PREAMBLE_BYTES;
        this.#waiting.steps.begin(
          /\bppo\b/.test(this.#bytes.toString('latin1', Math.max(this.#start, at - MAX_TEXT_BYTES), at)),
        );
        break;
      default: {
        if (this.#tracebacks.isOpen) break;
        const said = text(at);
        if (/^(?:CUDA (?:out of memory\.|error: out of memory)|OutOfMemoryError: )/.test(said)) {
          this.#event('out-of-memory', said);
        }
      }
    }
  }

  /** Nearly all pieces are a bar, or the blanks that clear it. @returns the place after it, -1 when this is another piece */
  #readBar(bytes: Buffer, start: number): number {
    const blank = afterBlanks(bytes, start);
    const isBlank = blank > start && isEnd(bytes[blank]);
    const after = isBlank ? blank : this.#drawn.read(bytes, blank, bytes.length);
    if (after === -1 || after - start > MAX_LINE_BYTES || !isEnd(bytes[after])) return -1;
    if (!isBlank) this.bar(this.#drawn);
    this.#isCleared = isBlank;
    return after;
  }

  #read(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#hasTraceback = false;
    if (bytes[end - 1] === SPACE && afterBlanks(bytes, start) >= end) {
      this.#isCleared = true;
      return;
    }
    const after = scanPiece(bytes, start, end, this);
    this.#isCleared = false;
    this.#text = null;
    const wanted = this.#hasTraceback || this.#tracebacks.isOpen;
    if (after >= end || (!wanted && this.#preamble <= 0)) return;
    const text = bytes.toString('utf8', after, Math.min(end, after + MAX_TEXT_BYTES));
    if (wanted) this.#happened(this.#tracebacks.line(text));
    else this.#state(text);
  }

  /** Words from before the first record: how the run is configured. */
  #state(text: string): void {
    this.#preamble -= text.length;
    if (text.includes('step') || text.includes(' = ')) this.#waiting.steps.line(text);
    if (addStated(text, this.#context)) this.#sink.context({ ...this.#context });
  }

  /** Words of a logger. */
  #logged(text: string): void {
    if (text.startsWith('Gradient norm is not finite')) this.#event('step-skipped', text);
    else if (readV1Record(text, !this.#isEnding, this.#waiting.next)) this.#take(this.#start);
  }

  /** The next record is whole; its brace stands at `at`. */
  #take(at: number): void {
    const kind = kindOf(this.#waiting.next);
    if (kind === null) return;
    const before = Math.max(this.#start, at - MAX_TEXT_BYTES);
    const isFromCallback = at > before && this.#bytes.subarray(before, at).includes(CALLBACK);
    if (this.#waiting.merge(kind, isFromCallback)) return;
    this.#waiting.flush(kind === 'training');
    this.#happened(this.#tracebacks.leave());
    this.#waiting.wait(kind, isFromCallback);
    this.#preamble = 0;
  }

  #give(record: LogRecord, kind: Kind, step: number): void {
    this.#step = step;
    this.#events.record();
    this.#sink.record(record);
    if (kind === 'closing') this.#sink.event({ kind: 'finished', step, text: null });
  }

  #happened(outcome: Outcome | null): void {
    if (outcome !== null) this.#event(outcome.kind, outcome.text);
  }

  #event(kind: RunEventKind, said: string): void {
    this.#waiting.flush(false);
    const event = this.#events.make(kind, this.#step, said);
    if (event !== null) this.#sink.event(event);
  }

  /** A bar is complete long before what ends its piece: that comes with the next one, at the next step. */
  #peek(): void {
    const total = this.#waiting.steps.likelyTotal;
    this.#framer.offer((bytes, start, end) => {
      const isWhole = this.#peeked.read(bytes, start, end) !== -1;
      if (isWhole && (total === null || total === this.#peeked.total)) this.bar(this.#peeked);
      return false;
    });
  }

  /** Whether the unfinished piece is a bar, or ends with a record. */
  #isWhole(bytes: Buffer, start: number, end: number): boolean {
    const after = this.#peeked.read(bytes, start, end);
    if (after === end) return true;
    const last = bytes.toString('latin1', Math.max(start, end - 40), end).trimEnd();
    if (!last.endsWith('}')) return false;
    const text = bytes.toString('latin1', start, end);
    const brace = text.search(RECORD_BRACE);
    return brace !== -1 && readDictRecord(text, brace, this.#waiting.next).state === 'whole';
  }

  #bad(reason: BadReason): void {
    this.#sink.bad(reason, this.#line + this.#newlines + 1);
  }

  #count(): void {
    if (this.#newlines === 0) return;
    this.#line += this.#newlines;
    const count = this.#newlines;
    this.#newlines = 0;
    this.#sink.lines(count);
  }
}

function isEnd(byte: number | undefined): boolean {
  return byte === CR || byte === NEWLINE;
}

function afterBlanks(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] === SPACE) at++;
  return at;
}
