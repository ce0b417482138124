import { MAX_LINE_BYTES } from '../format.ts';
import { afterNuls, Held } from './held.ts';
import type { OnLine } from './lines.ts';

const NUL = 0x00;
const NEWLINE = 0x0a;
const CR = 0x0d;

/** Where {@link PieceFramer} puts what it finds. */
export interface PieceSink {
  /**
   * A piece begins in the chunk; where it ends is not known. Whoever sees that by its content and has taken it returns the
   * place of the carriage return or newline after it, else -1: that saves looking for it.
   */
  readonly onBegin: (bytes: Buffer, start: number) => number;
  /** One piece, without what ended it. */
  readonly onPiece: OnLine;
  /** A newline has ended a line. Comes after the line's last piece. */
  readonly onNewline: () => void;
  /** A piece was longer than `MAX_LINE_BYTES`. */
  readonly onOversize: () => void;
}

/**
 * Cuts a console into pieces that end with a newline or a carriage return: a progress bar redraws itself with the
 * latter, for hours, so that what lies between two newlines has no bound. Empty pieces are not given out. A piece longer
 * than `MAX_LINE_BYTES` is skipped up to its end and reported once; NULs before a piece are dropped as they come.
 */
export class PieceFramer {
  readonly #sink: PieceSink;
  /** The unfinished piece. */
  readonly #held = new Held();
  #skipping = false;

  constructor(sink: PieceSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let newline = -1;
    let back = -1;
    for (let at = 0; at < chunk.length; ) {
      const isBegin = this.#held.length === 0 && !this.#skipping;
      let end = isBegin ? this.#sink.onBegin(chunk, at) : -1;
      if (end === -1) {
        if (newline < at) newline = placeOf(chunk, NEWLINE, at);
        if (back < at) back = placeOf(chunk, CR, at);
        end = Math.min(newline, back);
        if (isBegin && chunk[at] === NUL) at = afterNuls(chunk, at, end);
        if (end === chunk.length) {
          this.#hold(chunk, at, end);
          return;
        }
        this.#finish(chunk, at, end);
      }
      if (chunk[end] === NEWLINE) this.#sink.onNewline();
      at = end + 1;
    }
  }

  /** Shows the unfinished piece, if there is one. When `take` returns true it counts as given out. */
  offer(take: (bytes: Buffer, start: number, end: number) => boolean): void {
    if (this.#held.length > 0 && take(this.#held.bytes, 0, this.#held.length)) this.#held.length = 0;
  }

  /** Gives out the unfinished piece, if there is one. */
  end(): void {
    const bytes = this.#held.length;
    this.#held.length = 0;
    this.#skipping = false;
    if (bytes > 0) this.#sink.onPiece(this.#held.bytes, 0, bytes);
  }

  #finish(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping) {
      this.#skipping = false;
    } else if (this.#held.length > 0) {
      this.#hold(chunk, start, end);
      if (this.#skipping) this.#skipping = false;
      else this.#sink.onPiece(this.#held.bytes, 0, this.#held.length);
      this.#held.length = 0;
    } else if (end - start > MAX_LINE_BYTES) {
      this.#sink.onOversize();
    } else if (end > start) {
      this.#sink.onPiece(chunk, start, end);
    }
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    if (this.#skipping || this.#held.add(chunk, start, end)) return;
    this.#skipping = true;
    this.#sink.onOversize();
  }
}

/** Place of the next `byte`, the length of the chunk when there is none. */
function placeOf(chunk: Buffer, byte: number, from: number): number {
  const place = chunk.indexOf(byte, from);
  return place === -1 ? chunk.length : place;
}
