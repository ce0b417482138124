import type { LogRecord } from '../../model/record.ts';
import { nearestDouble } from './decimal.ts';

/** What a key of a flat line holds, and where it goes. */
export interface FlatKey {
  /** Slot in the record; null for a key whose value is not wanted. */
  readonly slot: number | null;
  /** A number, a number that is scaled by `scale`, or a duration such as `1:02:03`. */
  readonly kind: 'number' | 'duration' | 'ignored';
  readonly scale?: number;
}

interface CompiledKey extends FlatKey {
  /** `"name": ` */
  readonly pattern: Uint8Array;
  /** The same, four bytes a word (little-endian); the last word reaches back so as to end with the pattern. */
  readonly words: Uint32Array;
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_E = 0x45;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const CR = 0x0d;

/** Digits that a double holds whatever they are, and those beyond that are still taken. */
const HIGH_DIGITS = 15;
const LOW_DIGITS = 4;

const NULL = Buffer.from('null');
const NAN = Buffer.from('NaN');
const INFINITY = Buffer.from('Infinity');
const DAYS = [Buffer.from(' day, '), Buffer.from(' days, ')];

/**
 * Reads lines of the one shape that nearly all lines have: `{"key": value, "key": value}` as Python's `json.dumps` writes
 * it, known keys only, each once, with numbers, null, `NaN`, `Infinity` and plain strings. It goes over the bytes once
 * and makes no string of them, which is ten times faster than to decode and parse them.
 *
 * Whatever is not exactly of this shape it does not read: the tolerant parser does. Both give the same record wherever
 * this one reads (`test/property/flat-line.test.ts`).
 */
export class FlatLineReader {
  readonly #keys: readonly CompiledKey[];
  /** Keys as they stood in the last line: the next one has the same, nearly always. */
  readonly #order: CompiledKey[] = [];
  #value = 0.5;
  /** Over the buffer of the last line. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** @param keys by name; names are ASCII */
  constructor(keys: ReadonlyMap<string, FlatKey>) {
    this.#keys = [...keys].map(([name, key]) => {
      const pattern = Buffer.from(`"${name}": `);
      return { ...key, pattern, words: wordsOf(pattern) };
    });
  }

  /**
   * Fills `record` from the line in `bytes`.
   *
   * @returns false when the line is of another shape; `record` then holds anything
   */
  read(bytes: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    let last = end - 1;
    while (last > start && (bytes[last] === CR || bytes[last] === SPACE)) last--;
    if (bytes[start] !== OPEN || bytes[last] !== CLOSE) return false;
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    record.clear();
    let at = start + 1;
    for (let place = 0; ; place++) {
      const key = this.#keyAt(bytes, at, place);
      if (key === null || (key.slot !== null && record.has(key.slot))) return false;
      at = this.#readValue(bytes, at + key.pattern.length, key, record);
      if (at === -1 || at > last) return false;
      if (at === last) return true;
      if (bytes[at] !== COMMA || bytes[at + 1] !== SPACE) return false;
      at += 2;
    }
  }

  #keyAt(bytes: Uint8Array, at: number, place: number): CompiledKey | null {
    const expected = this.#order[place];
    if (expected !== undefined && this.#isAt(bytes, at, expected)) return expected;
    for (const key of this.#keys) {
      if (!startsWith(bytes, at, key.pattern)) continue;
      this.#order[place] = key;
      return key;
    }
    return null;
  }

  /** Compares a word at a time. */
  #isAt(bytes: Uint8Array, at: number, { pattern, words }: CompiledKey): boolean {
    if (at + pattern.length > bytes.length) return false;
    const view = this.#view;
    const start = bytes.byteOffset + at;
    const last = words.length - 1;
    for (let place = 0; place < last; place++)
      if (view.getUint32(start + place * 4, true) !== words[place]) return false;
    return view.getUint32(start + pattern.length - 4, true) === words[last];
  }

  /** Returns the place after the value, or -1. */
  #readValue(bytes: Uint8Array, at: number, key: CompiledKey, record: LogRecord): number {
    if (startsWith(bytes, at, NULL)) return at + NULL.length;
    if (key.slot === null) return bytes[at] === QUOTE ? afterString(bytes, at + 1) : -1;
    if (key.kind === 'duration') return this.#readDuration(bytes, at, key.slot, record);
    const after = this.#readNumber(bytes, at);
    if (after !== -1) record.set(key.slot, key.scale === undefined ? this.#value : this.#value * key.scale);
    return after;
  }

  /** `"H:MM:SS"` or `"N days, H:MM:SS"`; any other text is of another shape. */
  #readDuration(bytes: Uint8Array, start: number, slot: number, record: LogRecord): number {
    if (bytes[start] !== QUOTE) return -1;
    let at = this.#readWhole(bytes, start + 1);
    let days = 0;
    for (const words of DAYS) {
      if (at === -1 || !startsWith(bytes, at, words)) continue;
      days = this.#value;
      at = this.#readWhole(bytes, at + words.length);
      break;
    }
    if (at === -1 || !isSixty(bytes, at) || !isSixty(bytes, at + 3) || bytes[at + 6] !== QUOTE) return -1;
    const minutes = digitAt(bytes, at + 1) * 10 + digitAt(bytes, at + 2);
    const seconds = digitAt(bytes, at + 4) * 10 + digitAt(bytes, at + 5);
    record.set(slot, days * 86_400 + this.#value * 3600 + minutes * 60 + seconds);
    return at + 7;
  }

  /** One to six digits. */
  #readWhole(bytes: Uint8Array, start: number): number {
    let value = 0;
    let at = start;
    for (let digit = digitAt(bytes, at); digit <= 9; digit = digitAt(bytes, ++at)) value = value * 10 + digit;
    this.#value = value;
    return at > start && at - start <= 6 ? at : -1;
  }

  /** JSON's grammar of numbers, and Python's words for the others. */
  #readNumber(bytes: Uint8Array, start: number): number {
    const negative = bytes[start] === MINUS;
    let at = negative ? start + 1 : start;
    const first = digitAt(bytes, at);
    if (first > 9) return this.#readWord(bytes, start, at, negative);

    let high = 0;
    let low = 0;
    let digits = 0;
    let digit = first;
    let point = -1;
    for (;;) {
      if (digits < HIGH_DIGITS) high = high * 10 + digit;
      else low = low * 10 + digit;
      // zeros before the first other digit count for nothing
      if (digits > 0 || digit > 0) digits++;
      digit = digitAt(bytes, ++at);
      if (digit <= 9) {
        // JSON has no number that begins with 0 and another digit
        if (first === 0 && point === -1) return -1;
        continue;
      }
      if (bytes[at] !== DOT || point !== -1) break;
      point = ++at;
      digit = digitAt(bytes, at);
      if (digit > 9) return -1;
    }
    let exponent = point === -1 ? 0 : point - at;
    if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
      const down = bytes[++at] === MINUS;
      if (down || bytes[at] === PLUS) at++;
      digit = digitAt(bytes, at);
      if (digit > 9) return -1;
      let power = 0;
      for (; digit <= 9; digit = digitAt(bytes, ++at)) power = Math.min(power * 10 + digit, 9999);
      exponent += down ? -power : power;
    }
    const shift = digits > HIGH_DIGITS ? digits - HIGH_DIGITS : 0;
    const value = shift > LOW_DIGITS ? Number.NaN : nearestDouble(high, low, shift, exponent);
    if (!Number.isNaN(value)) this.#value = negative ? -value : value;
    else this.#value = Number((bytes as Buffer).toString('latin1', start, at));
    return at;
  }

  #readWord(bytes: Uint8Array, start: number, at: number, negative: boolean): number {
    if (startsWith(bytes, at, INFINITY)) {
      this.#value = negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      return at + INFINITY.length;
    }
    if (!startsWith(bytes, start, NAN)) return -1;
    this.#value = Number.NaN;
    return start + NAN.length;
  }
}

function wordsOf(pattern: Buffer): Uint32Array {
  const count = Math.ceil(pattern.length / 4);
  return Uint32Array.from({ length: count }, (_, place) =>
    pattern.readUInt32LE(Math.min(place * 4, pattern.length - 4)),
  );
}

/** 0 to 9, or more for anything that is no digit. */
function digitAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) - ZERO) >>> 0;
}

/** A colon, then 00 to 59. */
function isSixty(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === COLON && digitAt(bytes, at + 1) < 6 && digitAt(bytes, at + 2) <= 9;
}

function afterString(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH || (bytes[at] as number) < SPACE) return -1;
  }
  return -1;
}

function startsWith(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let place = 0; place < pattern.length; place++) if (bytes[at + place] !== pattern[place]) return false;
  return true;
}
