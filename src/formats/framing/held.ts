import { MAX_LINE_BYTES } from '../format.ts';

const NO_BYTES = Buffer.alloc(0);
const NUL = 0x00;
/** Gigabytes of NULs are compared in blocks, not looked at one by one. */
const NULS = Buffer.alloc(16 * 1024);

/** The unfinished end of a stream, at most `MAX_LINE_BYTES` of it. Its memory grows by doubling and is kept for reuse. */
export class Held {
  bytes = NO_BYTES;
  length = 0;

  /** Adds bytes of `chunk`. Returns false when they are too many: then nothing is held any more. */
  add(chunk: Buffer, start: number, end: number): boolean {
    const needed = this.length + end - start;
    if (needed > MAX_LINE_BYTES) {
      this.bytes = NO_BYTES;
      this.length = 0;
      return false;
    }
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(MAX_LINE_BYTES, Math.max(512, needed * 2)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    chunk.copy(this.bytes, this.length, start, end);
    this.length = needed;
    return true;
  }
}

/** The place after the NULs that stand at `start`, not beyond `end`. */
export function afterNuls(chunk: Buffer, start: number, end: number): number {
  let at = start;
  while (end - at >= NULS.length && chunk.compare(NULS, 0, NULS.length, at, at + NULS.length) === 0) at += NULS.length;
  while (at < end && chunk[at] === NUL) at++;
  return at;
}
