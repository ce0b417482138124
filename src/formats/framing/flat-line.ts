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

/** A mantissa below it takes another digit and is still exact in a double. */
const MAX_HIGH = 9e14;
/** Digits beyond that which are still taken. */
const MAX_SHIFT = 4;
/** As many digits before the point never make more than {@link MAX_HIGH}. */
const MAX_WHOLE_DIGITS = 14;

const NULL = Buffer.from('null');
/** Python's words for numbers that are not finite. */
const WORDS: readonly (readonly [Uint8Array, number])[] = [
  [Buffer.from('NaN'), Number.NaN],
  [Buffer.from('Infinity'), Number.POSITIVE_INFINITY],
  [Buffer.from('-Infinity'), Number.NEGATIVE_INFINITY],
];
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
  #whole = 0;

  /** @param keys by name; names are ASCII */
  constructor(keys: ReadonlyMap<string, FlatKey>) {
    this.#keys = [...keys].map(([name, key]) => ({ ...key, pattern: new Uint8Array(Buffer.from(`"${name}": `)) }));
  }

  /**
   * Fills `record` from the line in `bytes`. One long function, since this is where a long log spends its time: numbers
   * stay in registers, which halves the cost.
   *
   * @returns false when the line is of another shape; `record` then holds anything
   */
  read(bytes: Uint8Array, start: number, end: number, record: LogRecord): boolean {
    let last = end - 1;
    while (last > start && (bytes[last] === CR || bytes[last] === SPACE)) last--;
    if (bytes[start] !== OPEN || bytes[last] !== CLOSE) return false;
    record.clear();
    let at = start + 1;
    for (let place = 0; ; place++) {
      let key = this.#order[place];
      if (key === undefined || !startsWith(bytes, at, key.pattern)) {
        key = this.#search(bytes, at, place);
        if (key === undefined) return false;
      }
      const { slot } = key;
      if (slot !== null && record.has(slot)) return false;
      at += key.pattern.length;
      const begin = at;
      const negative = bytes[at] === MINUS;
      if (negative) at++;
      let digit = (bytes[at] as number) - ZERO;
      if (key.kind === 'number' && slot !== null && digit >= 0 && digit <= 9) {
        // JSON's grammar of numbers: a whole part without zeros before it, ...
        let high = digit;
        const isZero = digit === 0;
        for (digit = (bytes[++at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
          high = high * 10 + digit;
        }
        const wholeDigits = at - begin;
        if (isZero && wholeDigits > (negative ? 2 : 1)) return false;
        // ... digits after a point, ...
        let low = 0;
        let shift = wholeDigits > MAX_WHOLE_DIGITS ? MAX_SHIFT + 1 : 0;
        let exponent = 0;
        if (bytes[at] === DOT) {
          const point = ++at;
          for (digit = (bytes[at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
            if (high < MAX_HIGH) high = high * 10 + digit;
            else {
              low = low * 10 + digit;
              shift++;
            }
          }
          if (at === point) return false;
          exponent = point - at;
        }
        // ... a power of ten
        if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
          const down = bytes[++at] === MINUS;
          if (down || bytes[at] === PLUS) at++;
          const first = at;
          let power = 0;
          for (digit = (bytes[at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
            power = Math.min(power * 10 + digit, 9999);
          }
          if (at === first) return false;
          exponent += down ? -power : power;
        }
        let value = shift > MAX_SHIFT ? Number.NaN : nearestDouble(high, low, shift, exponent);
        if (Number.isNaN(value)) value = Number((bytes as Buffer).toString('latin1', begin, at));
        else if (negative) value = -value;
        record.set(slot, key.scale === undefined ? value : value * key.scale);
      } else {
        at = this.#readOther(bytes, begin, key, record);
        if (at === -1) return false;
      }
      if (at >= last) return at === last;
      if (bytes[at] !== COMMA || bytes[at + 1] !== SPACE) return false;
      at += 2;
    }
  }

  #search(bytes: Uint8Array, at: number, place: number): CompiledKey | undefined {
    const key = this.#keys.find(({ pattern }) => startsWith(bytes, at, pattern));
    if (key !== undefined) this.#order[place] = key;
    return key;
  }

  /** Whatever is not a number of digits. Returns the place after it, or -1. */
  #readOther(bytes: Uint8Array, at: number, { slot, kind }: CompiledKey, record: LogRecord): number {
    if (startsWith(bytes, at, NULL)) return at + NULL.length;
    if (slot === null) return bytes[at] === QUOTE ? afterString(bytes, at + 1) : -1;
    if (kind === 'duration') return this.#readDuration(bytes, at, slot, record);
    for (const [word, value] of WORDS) {
      if (!startsWith(bytes, at, word)) continue;
      record.set(slot, value);
      return at + word.length;
    }
    return -1;
  }

  /** `"H:MM:SS"` or `"N days, H:MM:SS"`; any other text is of another shape. */
  #readDuration(bytes: Uint8Array, start: number, slot: number, record: LogRecord): number {
    if (bytes[start] !== QUOTE) return -1;
    let at = this.#readWhole(bytes, start + 1);
    let days = 0;
    for (const words of DAYS) {
      if (at === -1 || !startsWith(bytes, at, words)) continue;
      days = this.#whole;
      at = this.#readWhole(bytes, at + words.length);
      break;
    }
    if (at === -1 || !isSixty(bytes, at) || !isSixty(bytes, at + 3) || bytes[at + 6] !== QUOTE) return -1;
    const minutes = digitAt(bytes, at + 1) * 10 + digitAt(bytes, at + 2);
    const seconds = digitAt(bytes, at + 4) * 10 + digitAt(bytes, at + 5);
    record.set(slot, days * 86_400 + this.#whole * 3600 + minutes * 60 + seconds);
    return at + 7;
  }

  /** One to six digits. */
  #readWhole(bytes: Uint8Array, start: number): number {
    let value = 0;
    let at = start;
    for (let digit = digitAt(bytes, at); digit <= 9; digit = digitAt(bytes, ++at)) value = value * 10 + digit;
    this.#whole = value;
    return at > start && at - start <= 6 ? at : -1;
  }
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
