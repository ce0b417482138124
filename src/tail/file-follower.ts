import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { readBuffer } from '../assembly.ts';
import { Identity } from './identity.ts';
import { failure } from './standing.ts';

/** Takes what a file holds. */
export interface ByteSink {
  /** @param arrivedMs when the file was last written, as far as its clock can be believed */
  push(chunk: Buffer, arrivedMs: number): void;
  /** All that was pushed is void: the file is read again from its first byte. */
  restart(): void;
}

/** What a look found. */
export type Look =
  /** Nothing new. */
  | { readonly kind: 'idle' }
  /** Bytes were read, which were written at `writtenMs` or before; `more` when the budget ended before the file did. */
  | { readonly kind: 'read'; readonly more: boolean; readonly writtenMs: number }
  /** Other content stands there: the next look reads it from its first byte. */
  | { readonly kind: 'restarted' }
  /** The file reads shorter than before: it must be looked at again in {@link CONFIRM_MS} to be believed. */
  | { readonly kind: 'doubtful' }
  /** No file of this name. */
  | { readonly kind: 'missing' }
  /** The look failed; it may be tried again. */
  | { readonly kind: 'error'; readonly reason: string };

/** Counts of all files together. */
export interface FollowCounts {
  bytes: number;
  rotations: number;
  truncations: number;
}

/** Network file systems show an old size for a moment: a file is believed to be shorter when it still is after this. */
export const CONFIRM_MS = 200;

const NEWLINE = 0x0a;
const chunk = readBuffer();

/**
 * Follows one file by its name. It holds no descriptor between looks: each look opens what stands under the name now,
 * compares it with what was read, and reads on or begins again. So a file that was moved away or deleted is let go at
 * once, whatever its old writer still adds to it; thousands of files need one descriptor; and there is no state to go
 * stale. A look is synchronous and costs some ten microseconds.
 */
export class FileFollower {
  readonly path: string;
  readonly identity: Identity;
  readonly #sink: ByteSink;
  readonly #counts: FollowCounts;
  #begun = false;
  #shorterSinceMs: number | null = null;

  /** @param isReadOnce whether it was rewritten later does not matter */
  constructor(path: string, sink: ByteSink, counts: FollowCounts, isReadOnce = false) {
    this.path = path;
    this.identity = new Identity(isReadOnce ? 0 : undefined);
    this.#sink = sink;
    this.#counts = counts;
  }

  /** Reads what is new, at most about `budget` bytes. Throws only what the sink throws. */
  look(nowMs: number, budget: number): Look {
    let descriptor: number | undefined;
    try {
      const named = statSync(this.path);
      if (!named.isFile()) return { kind: 'missing' };
      if (this.#begun && this.identity.isUntouched(named, nowMs)) {
        this.#shorterSinceMs = null;
        return { kind: 'idle' };
      }
      // a name may have become a pipe since: never wait for its writer
      descriptor = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return { kind: 'missing' };
      return this.#settle(descriptor, stats, nowMs) ?? this.#read(descriptor, budget, stats, nowMs);
    } catch (error) {
      return failure(error);
    } finally {
      if (descriptor !== undefined) closeQuietly(descriptor);
    }
  }

  /** Decides whether to read on: then null. */
  #settle(descriptor: number, stats: Stats, nowMs: number): Look | null {
    if (!this.#begun) {
      this.#begun = true;
      this.identity.begin(stats, nowMs);
      return null;
    }
    const relation = this.identity.compare(descriptor, stats, nowMs);
    if (relation === 'shorter') {
      this.#shorterSinceMs ??= nowMs;
      if (nowMs - this.#shorterSinceMs < CONFIRM_MS) return { kind: 'doubtful' };
    }
    this.#shorterSinceMs = null;
    if (relation === 'same') return null;
    if (relation === 'replaced') this.#counts.rotations++;
    else this.#counts.truncations++;
    this.identity.begin(stats, nowMs);
    this.#sink.restart();
    return { kind: 'restarted' };
  }

  #read(descriptor: number, budget: number, stats: Stats, nowMs: number): Look {
    const arrivedMs = Math.min(stats.mtimeMs, nowMs);
    for (let bytes = 0; bytes < budget; ) {
      const read = readSync(descriptor, chunk, 0, chunk.length, this.identity.offset);
      if (read === 0) {
        this.identity.rest(stats);
        return bytes === 0 ? { kind: 'idle' } : { kind: 'read', more: false, writtenMs: arrivedMs };
      }
      const part = chunk.subarray(0, read < chunk.length ? read : wholeLines(chunk));
      this.identity.advance(part);
      this.#counts.bytes += part.length;
      bytes += part.length;
      this.#sink.push(part, arrivedMs);
    }
    return { kind: 'read', more: true, writtenMs: arrivedMs };
  }
}

/** Length of the lines in a full chunk that end in it: the next one is read again from its beginning. */
function wholeLines(chunk: Buffer): number {
  return chunk.lastIndexOf(NEWLINE) + 1 || chunk.length;
}

/** Nothing was written, so nothing is lost when a network file system fails to close. */
function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {}
}
