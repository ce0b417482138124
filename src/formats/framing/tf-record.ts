import { maskedCrc32c } from './crc32c.ts';

/** A longer record is skipped and reported once. */
export const MAX_TF_RECORD_BYTES = 16 * 1024 * 1024;

/** u64 length, u32 checksum of the length. */
const HEADER_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** As many bytes of a header may be zeros before its first other one: the length of an empty record. */
const MAX_LEADING_ZEROS = 8;
const ZEROS = Buffer.alloc(16 * 1024);
/** More than this is not kept for reuse. */
const MAX_KEPT_BYTES = 64 * 1024;

/** Called with a buffer and the range of one record's data in it. Valid only during the call. */
export type OnTfRecord = (bytes: Buffer, start: number, end: number) => void;

/**
 * Cuts a stream of bytes into TensorFlow's records: u64 length, u32 checksum of the length, data, u32 checksum of the
 * data, all little-endian, the checksums {@link maskedCrc32c}.
 *
 * A record is given out when it is whole and its checksum holds. When that of the data is wrong, the length still tells
 * where the next record begins; when that of the length is wrong, nothing does, and the rest of the file is not read.
 * Zeros where a record should begin are a hole or space that was set aside: what follows them is looked for.
 */
export class TfRecordFramer {
  readonly #onRecord: OnTfRecord;
  readonly #onBad: (reason: 'bad-checksum' | 'oversize' | 'incomplete') => void;
  /** The unfinished record, or its header. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  /** Bytes that must be there before anything can be said of what is held. */
  #neededBytes = HEADER_BYTES;
  #skipBytes = 0;
  /** What is held was reported as cut off. */
  #isReported = false;
  #place: 'record' | 'zeros' | 'after zeros' | 'lost' = 'record';

  constructor(onRecord: OnTfRecord, onBad: (reason: 'bad-checksum' | 'oversize' | 'incomplete') => void) {
    this.#onRecord = onRecord;
    this.#onBad = onBad;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#place !== 'lost') {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, chunk.length - at);
        this.#skipBytes -= skipped;
        at += skipped;
      } else if (this.#place === 'zeros') {
        at = this.#passZeros(chunk, at);
      } else if (this.#heldBytes > 0) {
        at = this.#fill(chunk, at);
      } else {
        const taken = this.#take(chunk, at, chunk.length);
        at = taken === 0 ? this.#hold(chunk, at, chunk.length) : at + taken;
      }
    }
  }

  /** Nothing more will come: a record that was cut off is reported, once. Should its rest come after all, it is read. */
  end(): void {
    if (this.#isReported || afterZeros(this.#held, 0, this.#heldBytes) === this.#heldBytes) return;
    this.#isReported = true;
    this.#onBad('incomplete');
  }

  /** Deals with what stands at `start`. Returns how many bytes that was, or 0 when more must come first. */
  #take(bytes: Buffer, start: number, end: number): number {
    if (this.#place === 'after zeros') return this.#takeAfterZeros(bytes, start, end);
    if (!this.#has(HEADER_BYTES, start, end)) return 0;
    if (!isHeader(bytes, start)) {
      const isZeros = afterZeros(bytes, start, start + HEADER_BYTES) === start + HEADER_BYTES;
      if (!isZeros) return this.#lose(end - start);
      this.#place = 'zeros';
      return HEADER_BYTES;
    }
    const length = bytes.readUInt32LE(start) + bytes.readUInt32LE(start + 4) * 2 ** 32;
    if (length > MAX_TF_RECORD_BYTES) {
      this.#skipBytes = length + CHECKSUM_BYTES;
      this.#onBad('oversize');
      return HEADER_BYTES;
    }
    const whole = HEADER_BYTES + length + CHECKSUM_BYTES;
    if (!this.#has(whole, start, end)) return 0;
    const data = start + HEADER_BYTES;
    if (maskedCrc32c(bytes, data, data + length) === bytes.readUInt32LE(data + length)) {
      this.#onRecord(bytes, data, data + length);
    } else {
      this.#onBad('bad-checksum');
    }
    return whole;
  }

  /** A header may begin with zeros: its checksum tells where it does. */
  #takeAfterZeros(bytes: Buffer, start: number, end: number): number {
    if (!this.#has(MAX_LEADING_ZEROS + HEADER_BYTES, start, end)) return 0;
    this.#place = 'record';
    for (let zeros = MAX_LEADING_ZEROS; zeros > 0; zeros--) if (isHeader(bytes, start + zeros)) return zeros;
    return isHeader(bytes, start) ? this.#take(bytes, start, end) : this.#lose(end - start);
  }

  #has(bytes: number, start: number, end: number): boolean {
    this.#neededBytes = bytes;
    return end - start >= bytes;
  }

  #lose(bytes: number): number {
    this.#place = 'lost';
    this.#onBad('bad-checksum');
    return bytes;
  }

  #passZeros(chunk: Buffer, start: number): number {
    const at = afterZeros(chunk, start, chunk.length);
    if (at === chunk.length) return at;
    this.#place = 'after zeros';
    this.#hold(ZEROS, 0, MAX_LEADING_ZEROS);
    this.#neededBytes = MAX_LEADING_ZEROS + HEADER_BYTES;
    return at;
  }

  /** Adds to what is held, no more than is needed. Returns the place after what was added. */
  #fill(chunk: Buffer, start: number): number {
    const at = this.#hold(chunk, start, Math.min(chunk.length, start + this.#neededBytes - this.#heldBytes));
    while (this.#heldBytes >= this.#neededBytes) {
      const taken = this.#take(this.#held, 0, this.#heldBytes);
      if (taken === 0) break;
      if (taken === this.#heldBytes) {
        this.#release();
        break;
      }
      this.#held.copyWithin(0, taken, this.#heldBytes);
      this.#heldBytes -= taken;
    }
    return at;
  }

  #hold(chunk: Buffer, start: number, end: number): number {
    const bytes = this.#heldBytes + end - start;
    if (bytes > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(512, bytes * 2));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = bytes;
    return end;
  }

  #release(): void {
    this.#heldBytes = 0;
    this.#isReported = false;
    if (this.#held.length > MAX_KEPT_BYTES) this.#held = Buffer.alloc(0);
  }
}

function isHeader(bytes: Buffer, at: number): boolean {
  return maskedCrc32c(bytes, at, at + 8) === bytes.readUInt32LE(at + 8);
}

function afterZeros(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (end - at >= ZEROS.length && bytes.compare(ZEROS, 0, ZEROS.length, at, at + ZEROS.length) === 0) {
    at += ZEROS.length;
  }
  while (at < end && bytes[at] === 0) at++;
  return at;
}
