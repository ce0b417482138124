import { Bar } from './bar.ts';

const ESCAPE = 0x1b;
const QUOTE = 0x27;
const BAR = 0x7c;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST = 0x5b;
const CLOSE = 0x7d;
const PERCENT = 0x25;
const SPACE = 0x20;

/** What may be of interest in a piece of a console. */
export interface FindingSink {
  /** A bar that bears no name, as that of the training. */
  bar(bar: Bar): void;
  /** An opening brace with the first key of a record behind it. @returns the place to go on from */
  brace(at: number): number;
  /** One of {@link MARKERS} begins here. */
  marker(name: string, at: number): void;
}

/** Words that are looked for anywhere, by their first byte. */
const MARKERS = [
  '>> ',
  '***** Running training',
  'OVERFLOW!',
  'CUDA ',
  'OutOfMemoryError',
  'Traceback (most recent',
] as const;

/** What the first key of a record's dict may be; a name that ends with `_` stands for all that begin with it. */
const FIRST_KEYS = ['loss', 'eval_', 'train_', 'grad_norm', 'learning_rate', 'epoch', 'step', 'reward'];

/** Where the dict of a record begins, in text. */
export const RECORD_BRACE = new RegExp(
  `\\{'(?:${FIRST_KEYS.map((key) => (key.endsWith('_') ? key : `${key}'`)).join('|')})`,
);

const NOTHING = 0;
const PERCENT_BAR = 1;
const BRACE = 2;
const MARKER = 3;

/** What a byte may begin. Bytes that begin nothing are most of them, and cost a look at this table. */
const BEGINS = new Uint8Array(256);
BEGINS[PERCENT] = PERCENT_BAR;
BEGINS['{'.charCodeAt(0)] = BRACE;
for (const marker of MARKERS) BEGINS[marker.charCodeAt(0)] = MARKER;

const MARKER_BYTES = MARKERS.map((name) => ({ name, bytes: new Uint8Array(Buffer.from(name)) }));
const KEY_BYTES = FIRST_KEYS.map((key) => new Uint8Array(Buffer.from(key.endsWith('_') ? key : `${key}'`)));

const bar = new Bar();

/**
 * Goes over one piece of a console and gives out what may be of interest, in order. Bytes are compared, not decoded:
 * nearly all pieces are bars or words of libraries.
 *
 * @returns place after the last bar or dict: what stands behind it is text
 */
export function scanPiece(bytes: Buffer, start: number, end: number, sink: FindingSink): number {
  let text = start;
  for (let at = start; ; ) {
    while (at < end && BEGINS[bytes[at] as number] === NOTHING) at++;
    if (at >= end) break;
    const begins = BEGINS[bytes[at] as number];
    if (begins === PERCENT_BAR) {
      const begin = bytes[at + 1] === BAR ? beginOfPercentage(bytes, text, at) : -1;
      const after = begin === -1 ? -1 : bar.read(bytes, begin, end);
      if (after === -1) at++;
      else {
        if (isBlank(bytes, text, begin)) sink.bar(bar);
        at = after;
        text = after;
      }
    } else if (begins === BRACE) {
      if (!isRecordBrace(bytes, start, at, end)) at++;
      else {
        at = Math.max(at + 1, sink.brace(at));
        text = at;
      }
    } else {
      for (const { name, bytes: marker } of MARKER_BYTES) {
        if (bytes[at] === marker[0] && startsWith(bytes, at, end, marker)) sink.marker(name, at);
      }
      at++;
    }
  }
  return text;
}

function beginOfPercentage(bytes: Buffer, start: number, percent: number): number {
  let at = percent;
  while (at > start && (bytes[at - 1] as number) >= 0x30 && (bytes[at - 1] as number) <= 0x39) at--;
  return at === percent ? -1 : at;
}

/** Only blanks and what moves a cursor. */
function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === SPACE) continue;
    if (byte !== ESCAPE || bytes[at + 1] !== 0x5b) return false;
    at += 2;
    while (at < end && (bytes[at] as number) < 0x40) at++;
  }
  return true;
}

/** A dict in a dict or in a list is none: some scripts print their whole history at the end. */
function isRecordBrace(bytes: Buffer, start: number, at: number, end: number): boolean {
  if (bytes[at + 1] !== QUOTE || !KEY_BYTES.some((key) => startsWith(bytes, at + 2, end, key))) return false;
  let before = at - 1;
  while (before >= start && bytes[before] === SPACE) before--;
  if (before < start) return true;
  const outer = bytes[before];
  if (outer === LIST) return false;
  const inner = before > start ? bytes[before - 1] : undefined;
  return !(outer === COLON && inner === QUOTE) && !(outer === COMMA && inner === CLOSE);
}

function startsWith(bytes: Buffer, at: number, end: number, word: Uint8Array): boolean {
  if (at + word.length > end) return false;
  for (let place = 0; place < word.length; place++) if (bytes[at + place] !== word[place]) return false;
  return true;
}
