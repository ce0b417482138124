import { MAX_POWER, POWERS_OF_TEN } from './decimal.ts';
import { loggedNumber } from './json-line.ts';

/** A plain number, or one of the words that Python and numpy print for those that are not finite. */
const NUMBER = /[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)\b/iy;
/** Something that a name introduces: `None`, `True`, `np.float64(`, `tensor(`. */
const NAME = /[A-Za-z_][\w.]*/y;

/** A number or a name that may go on behind the end of the text: `5e`. */
const LAST_WORD = /[-+\w.]+$/y;

const DOUBLE = 0x22;
const SINGLE = 0x27;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const CLOSE = 0x7d;

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Where a dict ended, or why it did not. */
export interface DictEnd {
  /** `cut`: the text ended before the dict did; `broken`: something stands in it that Python does not print. */
  readonly state: 'whole' | 'cut' | 'broken';
  /** Place after the dict, or of what broke it. */
  readonly at: number;
}

/**
 * Reads a dict as Python prints one, `{'loss': 0.5, 'grad_norm': nan, 'lr': np.float64(5e-05)}`, and gives out the values
 * that are numbers or strings that spell one. `None`, truth values and whatever is nested count as absent, as does the
 * last value of a dict that is cut off: it may have had more digits.
 *
 * @param start place of the opening brace
 */
export function readPythonDict(text: string, start: number, onNumber: (name: string, value: number) => void): DictEnd {
  let at = afterBlanks(text, start + 1);
  for (let index = 0; text[at] !== '}'; index++) {
    const afterName = afterString(text, at);
    if (afterName === -1) return stopped(text, at);
    const name = nameOf(text, at, afterName, index);
    at = afterBlanks(text, afterName);
    if (text[at] !== ':') return stopped(text, at);
    at = afterBlanks(text, at + 1);
    let end = readDecimal(text, at);
    let value: number | undefined = decimal;
    if (end === at) {
      end = afterValue(text, at);
      if (end < 0) return stopped(text, ~end);
      value = numberIn(text, at, end);
    }
    at = afterBlanks(text, end);
    if (text[at] !== ',' && text[at] !== '}') return stopped(text, at);
    if (value !== undefined) onNumber(name, value);
    if (text[at] === ',') at = afterBlanks(text, at + 1);
  }
  return { state: 'whole', at: at + 1 };
}

const MAX_NAMES = 64;
/** A name may hold on to the text that it was cut from. */
const MAX_TEXT_LENGTH = 2048;
/** Names of the last dict, in order: the next one has the same, nearly always, and these are strings already. */
const names: string[] = [];

function nameOf(text: string, start: number, end: number, index: number): string {
  const known = names[index];
  if (known !== undefined && known.length === end - start - 2 && text.startsWith(known, start + 1)) return known;
  const name = unquoted(text, start, end);
  if (index < MAX_NAMES && text.length <= MAX_TEXT_LENGTH && !name.includes('\\')) names[index] = name;
  return name;
}

const MAX_DIGITS = 15;
/** What {@link readDecimal} has read. */
let decimal = 0;

/**
 * Reads what nearly all values are: digits, a point, perhaps a power of ten, in quotes or not, few enough for one exact
 * division or multiplication.
 *
 * @returns the place after it, or `start` when it is anything else
 */
function readDecimal(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  const isQuoted = quote === SINGLE || quote === DOUBLE;
  let at = isQuoted ? start + 1 : start;
  const isNegative = text.charCodeAt(at) === MINUS;
  if (isNegative) at++;
  const first = at;
  let mantissa = 0;
  let point = -1;
  let code = text.charCodeAt(at);
  for (; isDigit(code) || (code === POINT && point === -1 && at > first); code = text.charCodeAt(++at)) {
    if (code === POINT) point = at;
    else mantissa = mantissa * 10 + code - ZERO;
  }
  if (at === first || at - first > MAX_DIGITS) return start;
  let power = point === -1 ? 0 : point + 1 - at;
  if (code === LOWER_E) {
    const sign = text.charCodeAt(at + 1);
    const tens = text.charCodeAt(at + 2);
    const ones = text.charCodeAt(at + 3);
    if ((sign !== MINUS && sign !== PLUS) || !isDigit(tens) || !isDigit(ones)) return start;
    const shown = (tens - ZERO) * 10 + ones - ZERO;
    power += sign === MINUS ? -shown : shown;
    at += 4;
    code = text.charCodeAt(at);
  }
  if (isQuoted ? code !== quote : code !== COMMA && code !== CLOSE) return start;
  if (power < -MAX_POWER || power > MAX_POWER) return start;
  const value = power < 0 ? mantissa / (POWERS_OF_TEN[-power] as number) : mantissa * (POWERS_OF_TEN[power] as number);
  decimal = isNegative ? -value : value;
  return isQuoted ? at + 1 : at;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function stopped(text: string, at: number): DictEnd {
  const isUnclosed = (text[at] === "'" || text[at] === '"') && afterString(text, at) === -1;
  const isCut = at >= text.length || isUnclosed || match(LAST_WORD, text, at) === text.length;
  return isCut ? { state: 'cut', at: text.length } : { state: 'broken', at };
}

/** Place after a value, or the complement of the place where it went wrong. */
function afterValue(text: string, at: number): number {
  const first = text[at];
  if (first === undefined) return ~at;
  if (first === "'" || first === '"') {
    const end = afterString(text, at);
    return end === -1 ? ~at : end;
  }
  if (CLOSING[first] !== undefined) return afterNested(text, at);
  const number = match(NUMBER, text, at);
  if (number > at && !/[\w.]/.test(text[number] ?? '')) return number;
  const name = match(NAME, text, at);
  if (name === at) return ~at;
  return text[name] === '(' ? afterNested(text, name) : name;
}

/** Place after the bracket that closes the one at `start`. */
function afterNested(text: string, start: number): number {
  const open: string[] = [];
  for (let at = start; at < text.length; at++) {
    const char = text[at] as string;
    if (CLOSING[char] !== undefined) open.push(CLOSING[char]);
    else if (char === "'" || char === '"') {
      const end = afterString(text, at);
      if (end === -1) return ~text.length;
      at = end - 1;
    } else if (char === '}' || char === ']' || char === ')') {
      if (open.pop() !== char) return ~at;
      if (open.length === 0) return at + 1;
    }
  }
  return ~text.length;
}

function numberIn(text: string, start: number, end: number): number | undefined {
  const first = text[start] as string;
  if (first === "'" || first === '"') return loggedNumber(unquoted(text, start, end));
  if (CLOSING[first] !== undefined) return undefined;
  if (match(NUMBER, text, start) === end) return loggedNumber(text.slice(start, end).replaceAll('_', ''));
  const inner = text.indexOf('(', start) + 1;
  if (inner === 0 || inner > end) return undefined;
  const after = match(NUMBER, text, inner);
  return after > inner && (text[after] === ')' || text[after] === ',')
    ? loggedNumber(text.slice(inner, after))
    : undefined;
}

/** Place after the string that begins at `at`, -1 when none does or it never ends. */
function afterString(text: string, at: number): number {
  const quote = text[at];
  if (quote !== "'" && quote !== '"') return -1;
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++;
    else if (text[end] === quote) return end + 1;
  }
  return -1;
}

function unquoted(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner;
}

function afterBlanks(text: string, at: number): number {
  let after = at;
  while (text[after] === ' ' || text[after] === '\t') after++;
  return after;
}

/** Place after what `pattern`, a sticky one, matches at `at`; `at` when it does not. */
function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
