import { readSync, type Stats } from 'node:fs';
import { crc32 } from 'node:zlib';

/** What a look at a file says of its relation to what has been read of it. */
export type Relation = 'same' | 'shorter' | 'rewritten' | 'replaced';

const HEAD_BYTES = 1024;
const TAIL_BYTES = 1024;
/** Up to this size the whole of what has been read is compared at every look: it costs some ten microseconds. */
const SMALL_FILE_BYTES = 64 * 1024;
const COMPARE_BYTES = 64 * 1024;
/** Beyond this a rewritten middle is not looked for: a look must stay short. */
const MAX_COMPARED_BYTES = 64 * 1024 * 1024;

/**
 * Remembers what a file was, to tell an append from everything else that happens to logs.
 *
 * No single sign will do. Inode numbers are given to the next file at once on ext4, so device and inode alone take a new
 * run for the old one. Two runs begin with the same line when their seed is the same, so the head alone does, too; it
 * grows with what has been read, since a file may have been read when it held ten bytes. A file cut to zero that has
 * grown past the old offset has another head or other bytes before the offset. And a file whose time of change moved
 * while its size did not has been written over somewhere: then all of it is compared, by checksum.
 */
export class Identity {
  #device = 0;
  #inode = 0;
  #modifiedMs = 0;
  /** Bytes read so far. */
  offset = 0;
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #checksum = 0;

  /** Begins anew with the file behind `stats`, of which nothing has been read. */
  begin(stats: Stats): void {
    this.#device = stats.dev;
    this.#inode = stats.ino;
    this.#modifiedMs = stats.mtimeMs;
    this.offset = 0;
    this.#head = Buffer.alloc(0);
    this.#tail = Buffer.alloc(0);
    this.#checksum = 0;
  }

  /** Whether nothing about the file has changed since the last look, and all of it has been read. */
  isUntouched(stats: Stats): boolean {
    return this.#isSameFile(stats) && stats.size === this.offset && stats.mtimeMs === this.#modifiedMs;
  }

  /** Whether the file has the device and inode that were seen last. */
  #isSameFile(stats: Stats): boolean {
    return stats.dev === this.#device && stats.ino === this.#inode;
  }

  /** Compares the open file `descriptor` with what was read. Throws what `readSync` throws. */
  compare(descriptor: number, stats: Stats): Relation {
    if (!this.#isSameFile(stats)) return 'replaced';
    if (stats.size < this.offset) return 'shorter';
    const onlyTouched = stats.size === this.offset && stats.mtimeMs !== this.#modifiedMs;
    const same =
      this.offset <= SMALL_FILE_BYTES || (onlyTouched && this.offset <= MAX_COMPARED_BYTES)
        ? this.#wholeIsSame(descriptor)
        : this.#holds(descriptor, this.#head, 0) && this.#holds(descriptor, this.#tail, this.offset - this.#tail.length);
    return same ? 'same' : 'rewritten';
  }

  /** All of the file has been read; `stats` were taken after that. */
  rest(stats: Stats): void {
    this.#modifiedMs = stats.mtimeMs;
  }

  /** Notes bytes that were read at the offset. */
  advance(chunk: Buffer): void {
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, HEAD_BYTES - this.#head.length)]);
    }
    this.#tail =
      chunk.length >= TAIL_BYTES
        ? Buffer.from(chunk.subarray(chunk.length - TAIL_BYTES))
        : Buffer.concat([this.#tail.subarray(Math.max(0, this.#tail.length + chunk.length - TAIL_BYTES)), chunk]);
    this.#checksum = crc32(chunk, this.#checksum);
    this.offset += chunk.length;
  }

  #holds(descriptor: number, expected: Buffer, at: number): boolean {
    const found = comparing.subarray(0, expected.length);
    return readSync(descriptor, found, 0, expected.length, at) === expected.length && found.equals(expected);
  }

  #wholeIsSame(descriptor: number): boolean {
    let checksum = 0;
    for (let at = 0; at < this.offset; ) {
      const wanted = Math.min(COMPARE_BYTES, this.offset - at);
      const read = readSync(descriptor, comparing, 0, wanted, at);
      if (read === 0) return false;
      checksum = crc32(comparing.subarray(0, read), checksum);
      at += read;
    }
    return checksum === this.#checksum;
  }
}

/** Shared by all files: a look is synchronous. */
const comparing = Buffer.allocUnsafeSlow(COMPARE_BYTES);
