// AssemblyScript. What it does for whom is told in ../formats/framing/flat-lines.ts.
import { BLOCK, cell, fieldsOf, has, number, STEP, setFields } from './block';

/** Bytes of a log that are read at once. */
export const CHUNK_BYTES: i32 = 256 * 1024;
/** Of a key with what stands before and after it; of a pair that stands still. */
export const MAX_PATTERN: i32 = 64;
const MAX_PLACES: i32 = 64;
const MAX_KEYS_IN_LINE: i32 = 32;
const WORD: i32 = 8;

/** The chunk, and the nulls behind it: these are of no line, so that nothing is looked at beyond its end. */
export const chunk: usize = memory.data(256 * 1024 + 256, 16);
/** The pattern of the place that is added next. */
export const pattern: usize = memory.data(64, 16);
/** Where the last call of {@link read} stopped. */
export let stop: usize = 0;

// Places in the shape of the lines: a key, and what stood there in the last line.
const places: usize = memory.data(64 * 192, 16);
const PLACE: usize = 192;
/** Slot in the record, -1 for a key whose value is not wanted. */
const SLOT: usize = 0;
/** Whether the value is a duration such as `"1:02:03"`. */
const IS_DURATION: usize = 4;
const PREFIX_LENGTH: usize = 8;
/** 0 for none. */
const WHOLE_LENGTH: usize = 12;
const SCALE: usize = 16;
/** Value of the last line. */
const VALUE: usize = 24;
/** From the end of the value before to the beginning of its own: `{"loss": ` or `, "loss": `. */
const PREFIX: usize = 32;
/** The prefix and the value of the last line, where it seems to stand still for some lines. */
const WHOLE: usize = 96;

/** The places of the last line, in its order: the next one has the same, nearly always. */
const shape: usize = memory.data(32 * 4, 16);
/** Powers of ten as doubles, and what of them no double holds: from 23 on, and in another one up to 44. */
const powers: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38, 1e39,
  1e40, 1e41, 1e42, 1e43, 1e44,
]);
const powersRest: usize = memory.data<f64>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8388608.0, 16777216.0, -905969664.0,
  -4764729344.0, -13287555072.0, 416880263168.0, 8566849142784.0, -19884624838656.0, 364103705034752.0,
  -5366162204393472.0, 5.442476901295718e16, 5.4424769012957184e17, 3.1366338920820244e18, -4.242063737401796e19,
  4.6123734179787886e20, 2.251190176543966e21, 6.029083362839682e22, -3.037860284270037e23, -6.200086450407783e23,
  -4.488571267807592e25, -1.393721169594141e26, -8.821361405306423e27,
]);
const MAX_POWER: i32 = 44;
const MAX_EXACT_POWER: i32 = 22;
/** Decimal digits that 64 bits always hold. */
const MAX_DIGITS: i32 = 19;
/** Every whole number below it is a double. */
const MAX_EXACT: u64 = 1 << 53;

const QUOTE: u8 = 0x22;
const PLUS: u8 = 0x2b;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const DOT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const COLON: u8 = 0x3a;
const BACKSLASH: u8 = 0x5c;
const LOWER_E: u8 = 0x65;
const CLOSE: u8 = 0x7d;
const SPACE: u8 = 0x20;
const NEWLINE: u8 = 0x0a;
const CR: u8 = 0x0d;
const CASE: u8 = 0x20;

let placesCount: i32 = 0;
/** What the last call of a function below has read. */
let value: f64 = 0;

/**
 * Adds a key, with `length` bytes of {@link pattern} before its value.
 *
 * @returns false when it is too long or one too many
 */
export function addPlace(slot: i32, isDuration: bool, scale: f64, length: i32): bool {
  if (placesCount === MAX_PLACES || length > MAX_PATTERN) return false;
  const place = places + <usize>placesCount * PLACE;
  placesCount++;
  store<i32>(place, slot, SLOT);
  store<bool>(place, isDuration, IS_DURATION);
  store<i32>(place, length, PREFIX_LENGTH);
  store<f64>(place, scale, SCALE);
  memory.copy(place + PREFIX, pattern, <usize>length);
  return true;
}

/**
 * Reads flat lines from `start` on into the block, up to one of another shape, one that is not whole, or the last that
 * the block holds. Of the lines of this shape those without a finite step are none.
 *
 * @returns how many
 */
export function read(start: usize): i32 {
  let at = start;
  let line: i32 = 0;
  while (line < BLOCK) {
    const after = readLine(at, line);
    if (after === 0 || !has(fieldsOf(line), STEP) || !isFinite(number(STEP, line))) break;
    at = after;
    line++;
  }
  stop = at;
  return line;
}

/** Returns the place after the newline, or 0 where the line is of another shape. */
function readLine(start: usize, line: i32): usize {
  let at = start;
  let bits: u32 = 0;
  for (let index: i32 = 0; index < MAX_KEYS_IN_LINE; index++) {
    let place: usize = load<u32>(shape + ((<usize>index) << 2));
    const whole = place === 0 ? 0 : load<i32>(place, WHOLE_LENGTH);
    if (whole > 0 && stands(place + WHOLE, whole, at) && isEnd(load<u8>(at + <usize>whole))) {
      const slot = load<i32>(place, SLOT);
      if (slot >= 0) {
        const bit: u32 = 1 << slot;
        if (bits & bit) return 0;
        bits |= bit;
        store<f64>(cell(slot, line), load<f64>(place, VALUE));
      }
      at += <usize>whole;
    } else {
      if (place === 0 || !stands(place + PREFIX, load<i32>(place, PREFIX_LENGTH), at)) {
        place = search(at, index);
        if (place === 0) return 0;
      }
      const slot = load<i32>(place, SLOT);
      const bit: u32 = slot < 0 ? 0 : 1 << slot;
      if (bits & bit) return 0;
      const before = at;
      at += <usize>load<i32>(place, PREFIX_LENGTH);
      if (startsWith(at, 0x6c6c756e, 4)) {
        // null: absent
        at += 4;
        store<i32>(place, 0, WHOLE_LENGTH);
      } else {
        if (slot < 0) at = afterString(at);
        else if (load<bool>(place, IS_DURATION)) at = readDuration(at);
        else at = readNumber(at);
        if (at === 0) return 0;
        if (slot >= 0) {
          value *= load<f64>(place, SCALE);
          store<f64>(cell(slot, line), value);
          bits |= bit;
        }
        learn(place, before, at, slot < 0 || isSame(value, load<f64>(place, VALUE)));
        store<f64>(place, value, VALUE);
      }
    }
    const next = load<u8>(at);
    if (next === CLOSE) {
      if (load<u8>(++at) === CR) at++;
      if (load<u8>(at) !== NEWLINE) return 0;
      setFields(line, bits);
      return at + 1;
    }
    if (next !== COMMA) return 0;
  }
  return 0;
}

/** Whether `length` bytes are the same in both places; of more than eight the last eight may overlap those before. */
function stands(expected: usize, length: i32, at: usize): bool {
  if (length < WORD) return (load<u64>(expected) ^ load<u64>(at)) << ((WORD - length) << 3) === 0;
  const last = <usize>(length - WORD);
  for (let offset: usize = 0; offset < last; offset += WORD) {
    if (load<u64>(expected + offset) !== load<u64>(at + offset)) return false;
  }
  return load<u64>(expected + last) === load<u64>(at + last);
}

function isEnd(byte: u8): bool {
  return byte === COMMA || byte === CLOSE;
}

function isSame(one: f64, other: f64): bool {
  return reinterpret<u64>(one) === reinterpret<u64>(other);
}

/** The place whose prefix stands at `at`, which is from here on that of its position; 0 for none. */
function search(at: usize, index: i32): usize {
  for (let number: i32 = 0; number < placesCount; number++) {
    const place = places + <usize>number * PLACE;
    if (!stands(place + PREFIX, load<i32>(place, PREFIX_LENGTH), at)) continue;
    store<u32>(shape + ((<usize>index) << 2), <u32>place);
    return place;
  }
  return 0;
}

/** Remembers key and value where the value stands still and both fit. */
function learn(place: usize, from: usize, to: usize, standsStill: bool): void {
  const length = <i32>(to - from);
  const fits = standsStill && length <= MAX_PATTERN;
  store<i32>(place, fits ? length : 0, WHOLE_LENGTH);
  if (fits) memory.copy(place + WHOLE, from, <usize>length);
}

/**
 * JSON's grammar of numbers, with Python's words for those that are not finite. Returns the place after it, or 0 also
 * where the nearest double is not certain.
 */
function readNumber(start: usize): usize {
  let at = start;
  const isNegative = load<u8>(at) === MINUS;
  if (isNegative) at++;
  const begin = at;
  at = readDigits(at, 0);
  let digits = <i32>(at - begin);
  if (digits === 0) return isNegative && load<u8>(at) !== 0x49 ? 0 : readWord(start);
  if (digits > 1 && load<u8>(begin) === ZERO) return 0;
  let exponent: i32 = 0;
  if (load<u8>(at) === DOT) {
    const point = ++at;
    at = readDigits(at, mantissa);
    if (at === point) return 0;
    exponent = <i32>(point - at);
    digits -= exponent;
  }
  if (digits > MAX_DIGITS) return 0;
  if ((load<u8>(at) | CASE) === LOWER_E) {
    const sign = load<u8>(++at);
    if (sign === MINUS || sign === PLUS) at++;
    const first = at;
    let power: i32 = 0;
    for (let digit = load<u8>(at) - ZERO; digit <= 9; digit = load<u8>(++at) - ZERO) {
      power = min(power * 10 + <i32>digit, 9999);
    }
    if (at === first) return 0;
    exponent += sign === MINUS ? -power : power;
  }
  const nearest = nearestDouble(mantissa, exponent);
  if (isNaN(nearest)) return 0;
  value = isNegative ? -nearest : nearest;
  return at;
}

/** Digits so far, as one number. Of more than {@link MAX_DIGITS} it means nothing. */
let mantissa: u64 = 0;

/** Goes on with `before` in {@link mantissa}. Returns the place after the digits. */
function readDigits(start: usize, before: u64): usize {
  let at = start;
  mantissa = before;
  for (;;) {
    const word = load<u64>(at);
    const odd = notDigits(word);
    if (odd === 0) {
      mantissa = mantissa * 100000000 + eightDigits(word);
      at += 8;
      continue;
    }
    const count = ctz(odd) >> 3;
    if (count === 0) return at;
    mantissa = mantissa * <u64>load<f64>(powers + ((<usize>count) << 3)) + eightDigits(word << (64 - (count << 3)));
    return at + <usize>count;
  }
}

/** Bits in each byte that is no digit, none in others. */
function notDigits(word: u64): u64 {
  const digits = word ^ 0x3030303030303030;
  return ((digits + 0x0606060606060606) | digits) & 0xf0f0f0f0f0f0f0f0;
}

/** The number that eight digits spell, the first in the lowest byte; bytes of 0 count as zeros. */
function eightDigits(word: u64): u64 {
  const digits = word & 0x0f0f0f0f0f0f0f0f;
  const pairs = digits * 10 + (digits >> 8);
  // (100 + 10**6 * 2**32) and (1 + 10**4 * 2**32): the sum of the products has the number in its upper half
  const high = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const low = ((pairs >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (high + low) >> 32;
}

/**
 * The double nearest to `digits * 10 ** exponent`: what `Number` makes of such a decimal.
 *
 * Powers of ten up to 22 are exact in a double, so one division or multiplication of an exact mantissa rounds once and
 * is right (Clinger, "How to read floating point numbers accurately", 1990). A longer mantissa, which is what Python
 * writes more often than not, and a higher power are carried in two doubles (Dekker 1971), and the answer is given only
 * when the part that was left over cannot tip the rounding.
 *
 * @returns NaN when it is too close to call or out of reach
 */
function nearestDouble(digits: u64, exponent: i32): f64 {
  if (digits === 0) return 0;
  const sum = <f64>digits;
  if (exponent >= 0) {
    if (exponent === 0) return sum;
    return digits < MAX_EXACT && exponent <= MAX_EXACT_POWER ? sum * load<f64>(powers + ((<usize>exponent) << 3)) : NaN;
  }
  if (exponent < -MAX_POWER) return NaN;
  const at = (<usize>-exponent) << 3;
  const power = load<f64>(powers + at);
  const quotient = sum / power;
  if (digits < MAX_EXACT && exponent >= -MAX_EXACT_POWER) return quotient;
  // digits = sum + rest, exactly
  const rest = <f64>(<i64>(digits - <u64>sum)) - quotient * load<f64>(powersRest + at);
  const back = quotient * power;
  return certain(quotient, (sum - back - productError(quotient, power, back) + rest) / power);
}

/** Far more than the rounding errors can add up to, far less than half a unit in the last place. */
const DOUBT: f64 = 1.0 / <f64>(1 << 40);

/** `number + rest` as a double, or NaN when a slightly other `rest` would round to another one. */
function certain(number: f64, rest: f64): f64 {
  const nearest = number + rest * (1 - DOUBT);
  return nearest === number + rest * (1 + DOUBT) ? nearest : NaN;
}

/** Veltkamp's constant: splits a double into two halves of 26 bits. */
const SPLIT: f64 = <f64>((1 << 27) + 1);

/** What `product`, the rounded product of `a` and `b`, lacks. Exact. */
function productError(a: f64, b: f64, product: f64): f64 {
  const a1 = SPLIT * a;
  const aHigh = a1 - (a1 - a);
  const aLow = a - aHigh;
  const b1 = SPLIT * b;
  const bHigh = b1 - (b1 - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** `NaN`, `Infinity` or `-Infinity`. */
function readWord(at: usize): usize {
  if (startsWith(at, 0x4e614e, 3)) {
    value = NaN;
    return at + 3;
  }
  const isNegative = load<u8>(at) === MINUS;
  const begin = isNegative ? at + 1 : at;
  if (load<u64>(begin) !== 0x7974696e69666e49) return 0;
  value = isNegative ? -Infinity : Infinity;
  return begin + 8;
}

/** Whether `length` bytes, four at most, stand there; the first in the lowest byte of `text`. */
function startsWith(at: usize, text: u32, length: i32): bool {
  return (load<u32>(at) ^ text) << (32 - (length << 3)) === 0;
}

/** `"H:MM:SS"` or `"N days, H:MM:SS"`; any other text is of another shape. */
function readDuration(start: usize): usize {
  if (load<u8>(start) !== QUOTE) return 0;
  let at = readWhole(start + 1);
  if (at === 0) return 0;
  let days: u64 = 0;
  // ' day'
  if (startsWith(at, 0x79616420, 4)) {
    days = mantissa;
    at += 4;
    if (load<u8>(at) === 0x73) at++;
    if (load<u8>(at) !== COMMA || load<u8>(at, 1) !== SPACE) return 0;
    at = readWhole(at + 2);
    if (at === 0) return 0;
  }
  if (!isSixty(at) || !isSixty(at + 3) || load<u8>(at, 6) !== QUOTE) return 0;
  value = <f64>(days * 86400 + mantissa * 3600 + sixty(at) * 60 + sixty(at + 3));
  return at + 7;
}

/** One to six digits, in {@link mantissa}. */
function readWhole(start: usize): usize {
  const at = readDigits(start, 0);
  const digits = at - start;
  return digits >= 1 && digits <= 6 ? at : 0;
}

/** A colon, then 00 to 59. */
function isSixty(at: usize): bool {
  return load<u8>(at) === COLON && load<u8>(at, 1) - ZERO < 6 && load<u8>(at, 2) - ZERO <= 9;
}

function sixty(at: usize): u64 {
  return <u64>(load<u8>(at, 1) - ZERO) * 10 + <u64>(load<u8>(at, 2) - ZERO);
}

/** A string without escapes, of whatever content. */
function afterString(start: usize): usize {
  if (load<u8>(start) !== QUOTE) return 0;
  let at = start + 1;
  for (let byte = load<u8>(at); byte !== QUOTE; byte = load<u8>(++at)) {
    if (byte === BACKSLASH || byte < SPACE) return 0;
  }
  return at + 1;
}
