/** Where a JSON document stands after some of its bytes. */
export type DocumentPlace = 'before' | 'inside' | 'whole' | 'no object';

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const UPPER_I = 0x49;
const UPPER_N = 0x4e;
const LOWER_A = 0x61;
/** Deeper is no document that a trainer writes; the parser would spend seconds on ten million brackets. */
const MAX_DEPTH = 500;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Tells where one JSON object ends in a stream of bytes, by brackets and strings alone: whether it is one in truth is for
 * the parser to say. It keeps no bytes.
 */
export class JsonDocumentScanner {
  #place: DocumentPlace = 'before';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #seen = 0;

  get place(): DocumentPlace {
    return this.#place;
  }

  /** Goes on through a chunk. Returns the place after the object's last byte, or the chunk's length. */
  scan(chunk: Uint8Array): number {
    let at = this.#place === 'before' ? this.#findStart(chunk) : 0;
    if (this.#place !== 'inside') return at;
    let depth = this.#depth;
    let isInString = this.#isInString;
    if (this.#isEscaped && at < chunk.length) {
      this.#isEscaped = false;
      at++;
    }
    for (; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === QUOTE) isInString = !isInString;
      else if (isInString) {
        if (byte !== BACKSLASH) continue;
        at++;
        this.#isEscaped = at === chunk.length;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > MAX_DEPTH) return this.#refuse(chunk);
      } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) {
        this.#place = 'whole';
        return at + 1;
      }
    }
    this.#depth = depth;
    this.#isInString = isInString;
    return chunk.length;
  }

  #findStart(chunk: Uint8Array): number {
    let at = 0;
    for (; at < chunk.length; at++, this.#seen++) {
      const byte = chunk[at] as number;
      if (byte === OPEN_BRACE) {
        this.#place = 'inside';
        break;
      }
      if (isBlank(byte) || BYTE_ORDER_MARK[this.#seen] === byte) continue;
      return this.#refuse(chunk);
    }
    return at;
  }

  #refuse(chunk: Uint8Array): number {
    this.#place = 'no object';
    return chunk.length;
  }
}

/** Whether a byte is white space in JSON. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** What `NaN` becomes; no text that anybody logs. */
export const NAN_STAND_IN = '\x7f';
const DELETE = 0x7f;
const NAN = Buffer.from('NaN');
const INFINITY = Buffer.from('Infinity');
/** Which every parser of JSON reads as infinite. */
const INFINITY_BYTES = Buffer.from('1e999999');

/**
 * Makes JSON of what Python's `json.dump` wrote, in place: the bare words `NaN` and `Infinity` give way to as many bytes.
 * A pattern for strings and words, which is enough for a line, takes seconds for the history of a long run.
 */
export function replaceNonFinite(bytes: Buffer): void {
  if (!bytes.includes(NAN) && !bytes.includes(INFINITY)) return;
  let isInString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isInString = !isInString;
    else if (isInString) {
      if (byte === BACKSLASH) at++;
    } else if (byte === UPPER_N && bytes[at + 1] === LOWER_A && bytes[at + 2] === UPPER_N) {
      bytes[at] = QUOTE;
      bytes[at + 1] = DELETE;
      bytes[at + 2] = QUOTE;
      at += 2;
    } else if (byte === UPPER_I && bytes.subarray(at, at + INFINITY.length).equals(INFINITY)) {
      INFINITY_BYTES.copy(bytes, at);
    }
  }
}
