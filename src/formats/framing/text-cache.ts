const SLOTS = 256;
/** Longer texts are decoded each time. */
const MAX_BYTES = 100;

/**
 * Decodes short texts that come over and over, such as the tags of a log, without making a string of the same bytes again.
 * Each text has one slot, which another one may take from it.
 */
export class TextCache {
  readonly #bytes: (Uint8Array | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #texts: string[] = new Array(SLOTS).fill('');

  /** The UTF-8 text in a range of `bytes`. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0 || length > MAX_BYTES) return bytes.toString('utf8', start, end);
    const middle = bytes[start + (length >>> 1)] as number;
    const slot = (length * 7 + (bytes[start] as number) + middle * 3 + (bytes[end - 1] as number) * 31) % SLOTS;
    const known = this.#bytes[slot];
    if (known !== undefined && known.length === length && isAt(known, bytes, start)) return this.#texts[slot] as string;
    const text = bytes.toString('utf8', start, end);
    this.#bytes[slot] = new Uint8Array(bytes.subarray(start, end));
    this.#texts[slot] = text;
    return text;
  }
}

function isAt(known: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let place = 0; place < known.length; place++) if (known[place] !== bytes[start + place]) return false;
  return true;
}
