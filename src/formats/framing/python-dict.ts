import { loggedNumber } from './json-line.ts';

/** A plain number, or one of the words that Python and numpy print for those that are not finite. */
const NUMBER = /[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|inf(?:inity)?)\b/iy;
/** Something that a name introduces: `None`, `True`, `np.float64(`, `tensor(`. */
const NAME = /[A-Za-z_][\w.]*/y;

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
 * that are numbers or strings that spell one. `None`, truth values and whatever is nested count as absent.
 *
 * @param start place of the opening brace
 */
export function readPythonDict(text: string, start: number, onNumber: (name: string, value: number) => void): DictEnd {
  let at = afterBlanks(text, start + 1);
  while (text[at] !== '}') {
    const afterName = afterString(text, at);
    if (afterName === -1) return stopped(text, at);
    const name = unquoted(text, at, afterName);
    at = afterBlanks(text, afterName);
    if (text[at] !== ':') return stopped(text, at);
    at = afterBlanks(text, at + 1);
    const end = afterValue(text, at);
    if (end < 0) return stopped(text, ~end);
    const value = numberIn(text, at, end);
    if (value !== undefined) onNumber(name, value);
    at = afterBlanks(text, end);
    if (text[at] === ',') at = afterBlanks(text, at + 1);
    else if (text[at] !== '}') return stopped(text, at);
  }
  return { state: 'whole', at: at + 1 };
}

function stopped(text: string, at: number): DictEnd {
  const isCut = at >= text.length || (afterString(text, at) === -1 && (text[at] === "'" || text[at] === '"'));
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
