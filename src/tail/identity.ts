import { readSync, type Stats } from 'node:fs';
import type Zlib from 'node:zlib';

/** What a look at a file says of its relation to what has been read of it. */
export type Relation = 'same' | 'shorter' | 'rewritten' | 'replaced';

const NO_BYTES = Buffer.alloc(0);
const HEAD_BYTES = 1024;
const TAIL_BYTES = 1024;
/** Up to this size the whole of what has been read is compared at every look: it costs some ten microseconds. */
const SMALL_FILE_BYTES = 64 * 1024;
const COMPARE_BYTES = 64 * 1024;
/** Beyond this a rewritten middle is not looked for: a look must stay short. */
const MAX_COMPARED_BYTES = 64 * 1024 * 1024;
/** Loaded when it is first needed: a file that is read once needs none. */
const crc32: typeof Zlib.crc32 = (...of) => process.getBuiltinModule('node:zlib').crc32(...of);
/** The whole of a larger file is compared at most so often, and the less often the larger it is. */
const PROOF_INTERVAL_MS = 2_000;
const PROOF_BYTES_PER_MS = 4 * 1024;

/**
 * Remembers what a file was, to tell an append from everything else that happens to logs.
 *
 * No single sign will do. Inode numbers are given to the next file at once on ext4, so device and inode alone take a new
 * run for the old one. Two runs begin with the same line when their seed is the same, so the head alone does, too; it
 * grows with what has been read, since a file may have been read when it held ten bytes. A file cut to zero that has
 * grown past the old offset has another head or other bytes before the offset. And a file that changed while its size
 * did not has been written over somewhere: then all of it is compared, by checksum.
 *
 * Clocks of file systems are coarse (milliseconds at best, seconds at worst), and a large file can be written over and
 * appended to at once. So after every change there comes one more comparison of the whole, a little later: until then
 * the file counts as unproven.
 */
export class Identity {
  readonly #maxComparedBytes: number;
  dev = 0;
  ino = 0;
  #modifiedMs = Number.NaN;
  #changedMs = Number.NaN;
  /** Bytes read so far. */
  offset = 0;
  #head = NO_BYTES;
  /** The bytes before the offset, as far as they were read since the file is no longer small. */
  #tail = NO_BYTES;
  #checksum = 0;
  #unproven = false;
  #proofDueMs = 0;

  /** @param maxComparedBytes files that are larger are not compared whole; 0 for one that is read only once */
  constructor(maxComparedBytes = MAX_COMPARED_BYTES) {
    this.#maxComparedBytes = maxComparedBytes;
  }

  /** Begins anew with the file behind `stats`, of which nothing has been read. */
  begin(stats: Stats, nowMs: number): void {
    this.dev = stats.dev;
    this.ino = stats.ino;
    this.#modifiedMs = Number.NaN;
    this.#changedMs = Number.NaN;
    this.offset = 0;
    this.#head = NO_BYTES;
    this.#tail = NO_BYTES;
    this.#checksum = 0;
    this.#unproven = false;
    this.#proofDueMs = nowMs + PROOF_INTERVAL_MS;
  }

  /** Whether nothing about the file has changed since the last look, all of it has been read, and no proof is due. */
  isUntouched(stats: Stats, nowMs: number): boolean {
    if (this.#unproven && nowMs >= this.#proofDueMs) return false;
    return this.#isSameFile(stats) && stats.size === this.offset && !this.#isTouched(stats);
  }

  /** Compares the open file `descriptor` with what was read. Throws what `readSync` throws. */
  compare(descriptor: number, stats: Stats, nowMs: number): Relation {
    if (!this.#isSameFile(stats)) return 'replaced';
    if (stats.size < this.offset) {
      const expected = this.#head.subarray(0, stats.size);
      return this.#holds(descriptor, expected, 0) ? 'shorter' : 'rewritten';
    }
    if (stats.size === this.offset) this.#unproven = true;
    const due = this.offset <= SMALL_FILE_BYTES || (this.#unproven && nowMs >= this.#proofDueMs);
    const same =
      due && this.offset <= this.#maxComparedBytes
        ? this.#proves(descriptor, nowMs)
        : this.#holds(descriptor, this.#head, 0) &&
          this.#holds(descriptor, this.#tail, this.offset - this.#tail.length);
    return same ? 'same' : 'rewritten';
  }

  /** All of the file has been read; `stats` were taken before that, so that what happened meanwhile is seen next time. */
  rest(stats: Stats): void {
    if (this.#isTouched(stats)) this.#unproven = true;
    this.#modifiedMs = stats.mtimeMs;
    this.#changedMs = stats.ctimeMs;
  }

  /** Notes bytes that were read at the offset. */
  advance(chunk: Buffer): void {
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD_BYTES - this.#head.length)]);
    }
    if (this.offset + chunk.length > SMALL_FILE_BYTES) this.#tail = this.#tailWith(chunk);
    if (this.offset < this.#maxComparedBytes) this.#checksum = crc32(chunk, this.#checksum);
    this.offset += chunk.length;
    this.#unproven = true;
  }

  #tailWith(chunk: Buffer) {
    if (chunk.length >= TAIL_BYTES) return Buffer.from(chunk.subarray(chunk.length - TAIL_BYTES));
    return Buffer.concat([this.#tail.subarray(Math.max(0, this.#tail.length + chunk.length - TAIL_BYTES)), chunk]);
  }

  #isSameFile(stats: Stats): boolean {
    return stats.dev === this.dev && stats.ino === this.ino;
  }

  #isTouched(stats: Stats): boolean {
    return stats.mtimeMs !== this.#modifiedMs || stats.ctimeMs !== this.#changedMs;
  }

  #holds(descriptor: number, expected: Buffer, at: number): boolean {
    const found = comparing.subarray(0, expected.length);
    return readSync(descriptor, found, 0, expected.length, at) === expected.length && found.equals(expected);
  }

  #proves(descriptor: number, nowMs: number): boolean {
    let checksum = 0;
    for (let at = 0; at < this.offset; ) {
      const wanted = Math.min(COMPARE_BYTES, this.offset - at);
      const read = readSync(descriptor, comparing, 0, wanted, at);
      if (read === 0) return false;
      checksum = crc32(comparing.subarray(0, read), checksum);
      at += read;
    }
    this.#unproven = false;
    this.#proofDueMs = nowMs + Math.max(PROOF_INTERVAL_MS, this.offset / PROOF_BYTES_PER_MS);
    return checksum === this.#checksum;
  }
}

/** Shared by all files: a look is synchronous. */
const comparing = Buffer.allocUnsafeSlow(COMPARE_BYTES);
