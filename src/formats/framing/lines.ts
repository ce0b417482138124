import { MAX_LINE_BYTES } from '../format.ts';

const NEWLINE = 0x0a;
const NUL = 0x00;
/** Gigabytes of NULs are compared in blocks, not looked at one by one. */
const NULS = Buffer.alloc(16 * 1024);

/** Takes a line that begins at `start` and returns the place of its newline; -1 when it would rather be given the line. */
export type OnLineStart = (bytes: Buffer, start: number) => number;

/** Called with a buffer and the range of one line in it, newline excluded. Valid only during the call. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void;

/**
 * Cuts a stream of bytes into lines.
 *
 * Logs come in pieces that end anywhere, in the middle of a character too; a writer that died leaves half a line, and
 * one that kept its offset over a truncation leaves a hole of NULs, gigabytes of it if the log was long. So a line is
 * given out only when its newline is there, NULs before a line are dropped as they come, and no more than
 * `MAX_LINE_BYTES` is ever held: a longer line is skipped up to its newline and reported once.
 */
export class LineFramer {
  readonly #onLine: OnLine;
  readonly #onOversize: () => void;
  readonly #onLineStart: OnLineStart | undefined;
  /** The unfinished line; grows by doubling, is kept for reuse. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  #skipping = false;
  /** The last line was given out before its newline came. */
  #isAhead = false;
  /** Bytes of the unfinished line that were not taken by {@link settle}. */
  #refusedBytes = 0;

  /** @param onLineStart spares a second look at each byte of lines that tell themselves where they end */
  constructor(onLine: OnLine, onOversize: () => void, onLineStart?: OnLineStart) {
    this.#onLine = onLine;
    this.#onOversize = onOversize;
    this.#onLineStart = onLineStart;
  }

  push(chunk: Buffer): void {
    let at = this.#isAhead && chunk[0] === NEWLINE ? 1 : 0;
    if (chunk.length > 0) this.#isAhead = false;
    while (at < chunk.length) {
      if (this.#onLineStart !== undefined && this.#heldBytes === 0 && !this.#skipping) {
        const taken = this.#onLineStart(chunk, at);
        if (taken !== -1) {
          at = taken + 1;
          continue;
        }
      }
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline === -1 ? chunk.length : newline;
      if (this.#heldBytes === 0 && !this.#skipping) at = afterNuls(chunk, at, end);
      if (newline === -1) this.#hold(chunk, at, end);
      else this.#finish(chunk, at, end);
      at = end + 1;
    }
  }

  /**
   * Offers the unfinished line, if there is one that was not offered before. When it is taken, its newline, should it
   * still come, counts for nothing; else it waits for its rest.
   *
   * @param take returns whether the line is whole
   */
  settle(take: (bytes: Buffer, start: number, end: number) => boolean): void {
    const bytes = this.#heldBytes;
    if (bytes === 0 || bytes === this.#refusedBytes) return;
    this.#isAhead = take(this.#held, 0, bytes);
    this.#refusedBytes = this.#isAhead ? 0 : bytes;
    if (this.#isAhead) this.#heldBytes = 0;
  }

  /** Gives out the unfinished line, if there is one. */
  end(): void {
    const bytes = this.#heldBytes;
    this.#heldBytes = 0;
    this.#skipping = false;
    if (bytes > 0) this.#onLine(this.#held, 0, bytes);
  }

  #finish(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping) {
      this.#skipping = false;
    } else if (this.#heldBytes === 0) {
      if (end - start > MAX_LINE_BYTES) this.#onOversize();
      else this.#onLine(chunk, start, end);
    } else {
      this.#hold(chunk, start, end);
      if (this.#skipping) this.#skipping = false;
      else this.#onLine(this.#held, 0, this.#heldBytes);
      this.#heldBytes = 0;
    }
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping) return;
    const needed = this.#heldBytes + end - start;
    if (needed > MAX_LINE_BYTES) {
      this.#skipping = true;
      this.#heldBytes = 0;
      this.#held = Buffer.alloc(0);
      this.#onOversize();
      return;
    }
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.min(MAX_LINE_BYTES, Math.max(512, needed * 2)));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = needed;
  }
}

function afterNuls(chunk: Buffer, start: number, end: number): number {
  let at = start;
  while (end - at >= NULS.length && chunk.compare(NULS, 0, NULS.length, at, at + NULS.length) === 0) at += NULS.length;
  while (at < end && chunk[at] === NUL) at++;
  return at;
}
