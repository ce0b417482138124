import type { LogRecord } from '../../model/record.ts';
import { MAX_POWER, nearestDouble, POWERS_OF_TEN } from './decimal.ts';

/** What a key of a flat line holds, and where it goes. */
export interface FlatKey {
  /** Slot in the record; null for a key whose value is not wanted. */
  readonly slot: number | null;
  /** A number, a number that is scaled by `scale`, or a duration such as `1:02:03`. */
  readonly kind: 'number' | 'duration' | 'ignored';
  readonly scale?: number;
}

/** Bytes to compare with, as words of eight; the last may overlap the one before. */
class Pattern {
  readonly #words = new Float64Array(MAX_PATTERN / WORD + 1);
  #count = 0;
  length = 0;

  /** Takes the bytes from `from` to `to`. Fewer than eight, or more than it has room for, are no pattern. */
  learn(view: DataView, from: number, to: number): void {
    const length = to - from;
    this.length = length >= WORD && length <= MAX_PATTERN ? length : 0;
    this.#count = this.length === 0 ? 0 : Math.ceil(length / WORD);
    for (let index = 0; index < this.#count; index++) {
      this.#words[index] = view.getFloat64(from + Math.min(index * WORD, length - WORD), true);
    }
  }

  forget(): void {
    this.length = 0;
  }

  /** Whether it stands at `at`; nothing beyond `end` is looked at. Words of ASCII are finite numbers, never 0. */
  standsAt(view: DataView, at: number, end: number): boolean {
    const length = this.length;
    if (length === 0 || at + length > end) return false;
    const words = this.#words;
    const last = this.#count - 1;
    for (let index = 0; index < last; index++) {
      if (view.getFloat64(at + index * WORD, true) !== words[index]) return false;
    }
    return view.getFloat64(at + length - WORD, true) === words[last];
  }
}

/** A place in the shape of the lines: a key, and what stood there in the last line. */
class Place {
  /** Slot in the record, -1 for none. */
  readonly slot: number;
  readonly kind: FlatKey['kind'];
  readonly scale: number;
  /** From the end of the value before to the beginning of its own: `{"loss": ` or `, "loss": `. */
  readonly prefix = new Pattern();
  /** The prefix and the value of the last line, where it seems to stand still for some lines. */
  readonly whole = new Pattern();
  /** One number, in an array: a property would make an object of each. */
  readonly value = new Float64Array(1);

  constructor(name: string, { slot, kind, scale = 1 }: FlatKey, isFirst: boolean) {
    this.slot = slot ?? -1;
    this.kind = kind;
    this.scale = scale;
    const text = Buffer.from(`${isFirst ? '{' : ', '}"${name}": `);
    this.prefix.learn(new DataView(text.buffer, text.byteOffset), 0, text.length);
  }
}

const WORD = 8;
const MAX_PATTERN = 64;
const NO_BYTES = Buffer.alloc(0);
/** Of a mantissa that is longer than a double: see {@link nearestDouble}. */
const parts = new Float64Array(2);

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
const CLOSE = 0x7d;
const SPACE = 0x20;

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
  readonly #first: readonly Place[];
  readonly #later: readonly Place[];
  /** Keys as they stood in the last line: the next one has the same, nearly always. */
  readonly #shape: Place[] = [];
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = new DataView(NO_BYTES.buffer, 0, 0);
  #whole = 0;

  /** @param keys by name; names are ASCII */
  constructor(keys: ReadonlyMap<string, FlatKey>) {
    this.#first = [...keys].map(([name, key]) => new Place(name, key, true));
    this.#later = [...keys].map(([name, key]) => new Place(name, key, false));
  }

  /**
   * Fills `record` from the line that begins at `start`. One long function, since this is where a long log spends its
   * time: numbers stay in registers, which halves the cost.
   *
   * @param end what stands from there on is not of the line, whatever it is
   * @returns the place after the line's closing brace, or -1 when it is of another shape; `record` then holds anything
   */
  read(bytes: Uint8Array, start: number, end: number, record: LogRecord): number {
    if (bytes !== this.#bytes) this.#turnTo(bytes);
    const view = this.#view;
    record.clear();
    const { values } = record;
    let present = 0;
    let at = start;
    for (let index = 0; ; index++) {
      let place = this.#shape[index];
      if (place?.whole.standsAt(view, at, end)) {
        const after = at + place.whole.length;
        const next = bytes[after];
        if (next === COMMA || next === CLOSE) {
          if (place.slot >= 0) {
            const bit = 1 << place.slot;
            if ((present & bit) !== 0) return -1;
            present |= bit;
            values[place.slot] = place.value[0] as number;
          }
          if (next === CLOSE) {
            record.declare(present);
            return after < end ? after + 1 : -1;
          }
          at = after;
          continue;
        }
      }
      if (!place?.prefix.standsAt(view, at, end)) {
        place = this.#search(at, end, index);
        if (place === undefined) return -1;
      }
      const { slot } = place;
      if (slot >= 0 && (present & (1 << slot)) !== 0) return -1;
      const first = at;
      at += place.prefix.length;
      const begin = at;
      const negative = bytes[at] === MINUS;
      if (negative) at++;
      let digit = (bytes[at] as number) - ZERO;
      if (place.kind === 'number' && digit >= 0 && digit <= 9) {
        // JSON's grammar of numbers: a whole part without zeros before it, ...
        let high = digit;
        const isZero = digit === 0;
        const four = at + 5 <= end ? fourDigits(view.getInt32(at + 1, true)) : -1;
        if (four >= 0) {
          high = high * 1e4 + four;
          at += 4;
        }
        for (digit = (bytes[++at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
          high = high * 10 + digit;
        }
        const wholeDigits = at - begin;
        if (isZero && wholeDigits > (negative ? 2 : 1)) return -1;
        // ... digits after a point, four at a time while there is room for them, ...
        let low = 0;
        let shift = wholeDigits > MAX_WHOLE_DIGITS ? MAX_SHIFT + 1 : 0;
        let exponent = 0;
        if (bytes[at] === DOT) {
          const point = ++at;
          while (high < MAX_HIGH / 1e4 && at + 4 <= end) {
            const four = fourDigits(view.getInt32(at, true));
            if (four < 0) break;
            high = high * 1e4 + four;
            at += 4;
          }
          for (digit = (bytes[at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
            if (high < MAX_HIGH) high = high * 10 + digit;
            else {
              low = low * 10 + digit;
              shift++;
            }
          }
          if (at === point) return -1;
          exponent = point - at;
        }
        // ... a power of ten
        if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
          const down = bytes[++at] === MINUS;
          if (down || bytes[at] === PLUS) at++;
          const digits = at;
          let power = 0;
          for (digit = (bytes[at] as number) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++at] as number) - ZERO) {
            power = Math.min(power * 10 + digit, 9999);
          }
          if (at === digits) return -1;
          exponent += down ? -power : power;
        }
        let value = Number.NaN;
        if (shift > 0) {
          if (shift <= MAX_SHIFT) {
            parts[0] = high;
            parts[1] = low;
            value = nearestDouble(parts, shift, exponent);
          }
        } else if (exponent < 0 && exponent >= -MAX_POWER) value = high / (POWERS_OF_TEN[-exponent] as number);
        else if (exponent === 0) value = high;
        if (Number.isNaN(value)) value = Number((bytes as Buffer).toString('latin1', begin, at));
        else if (negative) value = -value;
        value *= place.scale;
        values[slot] = value;
        present |= 1 << slot;
        if (value === place.value[0]) place.whole.learn(view, first, at);
        else place.whole.forget();
        place.value[0] = value;
      } else {
        at = this.#readOther(bytes, begin, place, record);
        if (at === -1) return -1;
        if (slot === -1 || record.has(slot)) place.whole.learn(view, first, at);
        else place.whole.forget();
        place.value[0] = record.number(slot);
        present |= record.present;
      }
      if (bytes[at] === CLOSE) {
        record.declare(present);
        return at < end ? at + 1 : -1;
      }
    }
  }

  #turnTo(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #search(at: number, last: number, index: number): Place | undefined {
    const places = index === 0 ? this.#first : this.#later;
    const found = places.find(({ prefix }) => prefix.standsAt(this.#view, at, last));
    if (found !== undefined) this.#shape[index] = found;
    return found;
  }

  /** Whatever is not a number of digits. Returns the place after it, or -1. */
  #readOther(bytes: Uint8Array, at: number, { slot, kind }: Place, record: LogRecord): number {
    if (startsWith(bytes, at, NULL)) return at + NULL.length;
    if (slot === -1) return bytes[at] === QUOTE ? afterString(bytes, at + 1) : -1;
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

/** The number that four digits spell, the first in the lowest byte; negative when they are no digits. */
function fourDigits(word: number): number {
  const digits = word ^ 0x30303030;
  if ((((digits + 0x06060606) | digits) & 0xf0f0f0f0) !== 0) return -1;
  const pairs = (digits & 0x000f000f) * 10 + ((digits >>> 8) & 0x000f000f);
  return (pairs & 0xff) * 100 + (pairs >>> 16);
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
