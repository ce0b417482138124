import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { Identity } from './identity.ts';

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
  /** Bytes were read; `more` when the budget ended before the file did. */
  | { readonly kind: 'read'; readonly bytes: number; readonly more: boolean }
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

const CHUNK_BYTES = 256 * 1024;
const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);

/**
 * Follows one file by its name. It holds no descriptor between looks: each look opens what stands under the name now,
 * compares it with what was read, and reads on or begins again. So a file that was moved away or deleted is let go at
 * once, whatever its old writer still adds to it; thousands of files need one descriptor; and there is no state to go
 * stale. A look is synchronous and costs some ten microseconds.
 */
export class FileFollower {
  readonly path: string;
  readonly #sink: ByteSink;
  readonly #counts: FollowCounts;
  readonly #identity = new Identity();
  #begun = false;
  #shorterSinceMs: number | null = null;

  constructor(path: string, sink: ByteSink, counts: FollowCounts) {
    this.path = path;
    this.#sink = sink;
    this.#counts = counts;
  }

  /** Reads what is new, at most about `budget` bytes. Never throws. */
  look(nowMs: number, budget: number): Look {
    let descriptor: number | undefined;
    try {
      const named = statSync(this.path);
      if (!named.isFile()) return { kind: 'missing' };
      if (this.#begun && this.#identity.isUntouched(named)) {
        this.#shorterSinceMs = null;
        return { kind: 'idle' };
      }
      // a name may have become a pipe since: never wait for its writer
      descriptor = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      const stats = fstatSync(descriptor);
      if (!stats.isFile()) return { kind: 'missing' };
      if (!this.#settle(descriptor, stats, nowMs)) return { kind: 'doubtful' };
      return this.#read(descriptor, budget, Math.min(stats.mtimeMs, nowMs));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
      if (!(error instanceof Error) || !('syscall' in error)) throw error;
      return { kind: 'error', reason: code };
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** Decides whether to read on or to begin again. False when that cannot be said yet. */
  #settle(descriptor: number, stats: Stats, nowMs: number): boolean {
    if (!this.#begun) {
      this.#begun = true;
      this.#identity.begin(stats);
      return true;
    }
    const relation = this.#identity.compare(descriptor, stats);
    if (relation === 'shorter') {
      this.#shorterSinceMs ??= nowMs;
      if (nowMs - this.#shorterSinceMs < CONFIRM_MS) return false;
    }
    this.#shorterSinceMs = null;
    if (relation === 'same') return true;
    if (relation === 'replaced') this.#counts.rotations++;
    else this.#counts.truncations++;
    this.#identity.begin(stats);
    this.#sink.restart();
    return true;
  }

  #read(descriptor: number, budget: number, arrivedMs: number): Look {
    let bytes = 0;
    while (bytes < budget) {
      const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, this.#identity.offset);
      if (read === 0) {
        this.#identity.rest(fstatSync(descriptor));
        return bytes === 0 ? { kind: 'idle' } : { kind: 'read', bytes, more: false };
      }
      const part = chunk.subarray(0, read);
      this.#identity.advance(part);
      this.#counts.bytes += read;
      bytes += read;
      this.#sink.push(part, arrivedMs);
    }
    return { kind: 'read', bytes, more: true };
  }
}
