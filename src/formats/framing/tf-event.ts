import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { doubleOfFloat32 } from './float32.ts';
import { TextCache } from './text-cache.ts';

/** What an event holds. */
export interface TfEventSink {
  scalar(step: number, tag: string, value: number): void;
  /** UTF-8 text in a range of a buffer that is valid only during the call. */
  text(tag: string, bytes: Buffer, start: number, end: number): void;
}

/** Field numbers of tensorflow `core/util/event.proto`, `core/framework/summary.proto` and `tensor.proto`. */
const EVENT = { step: 2, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8 } as const;
const TENSOR = { dtype: 1, shape: 2, content: 4, floats: 5, doubles: 6, strings: 8 } as const;
const DTYPE = { float: 1, double: 2, string: 7 } as const;

/**
 * Reads TensorBoard's events: the scalars, as plain values or as tensors without dimensions, and the texts. Everything
 * else in them (images, histograms, graphs) is passed over. It makes one protobuf reader for a buffer, not one for a
 * message.
 */
export class TfEventReader {
  #bytes: Buffer = Buffer.alloc(0);
  #reader = new BinaryReader(this.#bytes);
  readonly #tags = new TextCache();
  #value: number | undefined;
  #textStart = 0;
  #textEnd = 0;

  /**
   * Tells `sink` what the event in `bytes` holds.
   *
   * @returns false when it is no event, or not all of it
   */
  read(bytes: Buffer, start: number, end: number, sink: TfEventSink): boolean {
    if (this.#bytes !== bytes) {
      this.#bytes = bytes;
      this.#reader = new BinaryReader(bytes);
    }
    this.#reader.pos = start;
    try {
      this.#event(end, sink);
      return true;
    } catch {
      return false;
    }
  }

  #event(end: number, sink: TfEventSink): void {
    const reader = this.#reader;
    let step = 0;
    let summary = 0;
    let summaryEnd = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === tagOf(EVENT.step, WireType.Varint)) step = this.#int64();
      else if (tag === tagOf(EVENT.summary, WireType.LengthDelimited)) {
        summaryEnd = this.#length(end);
        summary = reader.pos;
        reader.pos = summaryEnd;
      } else this.#skip(tag, end);
    }
    reader.pos = summary;
    while (reader.pos < summaryEnd) {
      const tag = reader.uint32();
      if (tag === tagOf(SUMMARY.value, WireType.LengthDelimited)) {
        this.#summaryValue(step, this.#length(summaryEnd), sink);
      } else this.#skip(tag, summaryEnd);
    }
  }

  #summaryValue(step: number, end: number, sink: TfEventSink): void {
    const reader = this.#reader;
    let name = '';
    this.#value = undefined;
    this.#textStart = this.#textEnd = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === tagOf(VALUE.tag, WireType.LengthDelimited)) {
        const nameEnd = this.#length(end);
        name = this.#tags.read(this.#bytes, reader.pos, nameEnd);
        reader.pos = nameEnd;
      } else if (tag === tagOf(VALUE.simpleValue, WireType.Bit32)) {
        this.#value = doubleOfFloat32(reader.float());
      } else if (tag === tagOf(VALUE.tensor, WireType.LengthDelimited)) {
        this.#tensor(this.#length(end));
      } else this.#skip(tag, end);
    }
    if (reader.pos > end) throw new RangeError('value beyond its end');
    if (this.#value !== undefined) sink.scalar(step, name, this.#value);
    else if (this.#textEnd > this.#textStart) {
      sink.text(name, this.#bytes, this.#textStart, this.#textEnd);
    }
  }

  /** One number, or the first of texts. A tensor of one number in several places is no scalar. */
  #tensor(end: number): void {
    const reader = this.#reader;
    let dtype = 0;
    let isScalar = true;
    let value: number | undefined;
    while (reader.pos < end) {
      const tag = reader.uint32();
      if (tag === tagOf(TENSOR.dtype, WireType.Varint)) dtype = reader.int32();
      else if (tag === tagOf(TENSOR.shape, WireType.LengthDelimited)) {
        const shapeEnd = this.#length(end);
        isScalar = shapeEnd === reader.pos;
        reader.pos = shapeEnd;
      } else if (tag === tagOf(TENSOR.floats, WireType.Bit32)) value = doubleOfFloat32(reader.float());
      else if (tag === tagOf(TENSOR.doubles, WireType.Bit64)) value = reader.double();
      else if (isPackedNumbers(tag)) {
        const numbersEnd = this.#length(end);
        if (numbersEnd - reader.pos === 4) value = doubleOfFloat32(reader.float());
        else if (numbersEnd - reader.pos === 8) value = reader.double();
        reader.pos = numbersEnd;
      } else if (tag === tagOf(TENSOR.strings, WireType.LengthDelimited) && this.#textEnd === 0) {
        this.#textEnd = this.#length(end);
        this.#textStart = reader.pos;
        reader.pos = this.#textEnd;
      } else this.#skip(tag, end);
    }
    if (dtype !== DTYPE.string) this.#textEnd = this.#textStart;
    if (isScalar && (dtype === DTYPE.float || dtype === DTYPE.double)) this.#value = value;
  }

  /** A BigInt is made only of what 28 bits do not hold. */
  #int64(): number {
    const start = this.#reader.pos;
    const low = this.#reader.uint32();
    if (this.#reader.pos - start <= 4) return low;
    this.#reader.pos = start;
    return Number(this.#reader.int64());
  }

  /** Where the message or string that begins here ends. */
  #length(end: number): number {
    const length = this.#reader.uint32();
    const own = this.#reader.pos + length;
    if (own > end) throw new RangeError('message beyond its end');
    return own;
  }

  #skip(tag: number, end: number): void {
    const reader = this.#reader;
    // the time, in every event: skip() would make a view of it
    if ((tag & 7) === WireType.Bit64) reader.pos += 8;
    else reader.skip(tag & 7, tag >>> 3);
    if (reader.pos > end) throw new RangeError('field beyond its end');
  }
}

function tagOf(field: number, type: WireType): number {
  return (field << 3) | type;
}

function isPackedNumbers(tag: number): boolean {
  return (
    tag === tagOf(TENSOR.content, WireType.LengthDelimited) ||
    tag === tagOf(TENSOR.floats, WireType.LengthDelimited) ||
    tag === tagOf(TENSOR.doubles, WireType.LengthDelimited)
  );
}
