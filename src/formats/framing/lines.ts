import { MAX_LINE_BYTES } from '../format.ts';
import { afterNuls, Held } from './held.ts';

const NEWLINE = 0x0a;

/** Takes what whole lines it can from `start` on, where one begins. Returns the place after the last newline of them. */
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
  /** The unfinished line. */
  readonly #held = new Held();
  #skipping = false;
  /** The last line was given out before its newline came. */
  #isAhead = false;
  /** Bytes of the unfinished line that were not taken by {@link settle}. */
  #refusedBytes = 0;

  /** @param onLineStart is asked first: it spares a second look at each byte of lines that tell themselves where they end */
  constructor(onLine: OnLine, onOversize: () => void, onLineStart?: OnLineStart) {
    this.#onLine = onLine;
    this.#onOversize = onOversize;
    this.#onLineStart = onLineStart;
  }

  push(chunk: Buffer): void {
    let at = this.#isAhead && chunk[0] === NEWLINE ? 1 : 0;
    if (chunk.length > 0) this.#isAhead = false;
    while (at < chunk.length) {
      if (this.#onLineStart !== undefined && this.#held.length === 0 && !this.#skipping) {
        const after = this.#onLineStart(chunk, at);
        if (after > at) {
          at = after;
          continue;
        }
      }
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline === -1 ? chunk.length : newline;
      if (this.#held.length === 0 && !this.#skipping) at = afterNuls(chunk, at, end);
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
    const bytes = this.#held.length;
    if (bytes === 0 || bytes === this.#refusedBytes) return;
    this.#isAhead = take(this.#held.bytes, 0, bytes);
    this.#refusedBytes = this.#isAhead ? 0 : bytes;
    if (this.#isAhead) this.#held.length = 0;
  }

  /** Gives out the unfinished line, if there is one. */
  end(): void {
    const bytes = this.#held.length;
    this.#held.length = 0;
    this.#skipping = false;
    if (bytes > 0) this.#onLine(this.#held.bytes, 0, bytes);
  }

  #finish(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping) {
      this.#skipping = false;
    } else if (this.#held.length === 0) {
      if (end - start > MAX_LINE_BYTES) this.#onOversize();
      else this.#onLine(chunk, start, end);
    } else {
      this.#hold(chunk, start, end);
      if (this.#skipping) this.#skipping = false;
      else this.#onLine(this.#held.bytes, 0, this.#held.length);
      this.#held.length = 0;
    }
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping || this.#held.add(chunk, start, end)) return;
    this.#skipping = true;
    this.#onOversize();
  }
}
