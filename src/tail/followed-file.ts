import { type Stats, statSync } from 'node:fs';
import type { FoundLog } from './discovery.ts';
import type { FileFollower } from './file-follower.ts';

/** Looks without an event in between that find new bytes, until a file is taken to be one for which none come. */
const MISSED_EVENTS = 2;
/** Time between looks at a file for which no events come: written lately, quiet, long quiet. */
const POLL_MS = [250, 1_000, 5_000] as const;
/** Safety net beneath the events. */
const SAFETY_MS = 2_000;
const QUIET_AFTER_MS = 60_000;
const LONG_QUIET_AFTER_MS = 600_000;
const MAX_BACKOFF_MS = 30_000;

/** A log in the hands of the tail: when to look at it next. */
export class FollowedFile {
  readonly found: FoundLog;
  /** Null while the file is left alone because it is too old. */
  follower: FileFollower | null = null;
  nextLookMs = 0;
  /** The next look is made by the clock, not by an event. */
  polled = false;
  wasAtEnd = false;
  readonly #device: number;
  readonly #inode: number;
  #lastReadMs: number;
  #missedEvents = 0;
  #missingSinceMs: number | null = null;
  #failures = 0;

  constructor(found: FoundLog, stats: Stats) {
    this.found = found;
    this.#device = stats.dev;
    this.#inode = stats.ino;
    this.#lastReadMs = stats.mtimeMs;
  }

  /** No events come for it, as on many network and FUSE file systems. Ends with the first event. */
  get silent(): boolean {
    return this.#missedEvents >= MISSED_EVENTS;
  }

  /** Whether `stats` are of this very file, reached by another name while this one still leads to it. */
  isSameFileAs(stats: Stats): boolean {
    if (stats.ino !== this.#inode || stats.dev !== this.#device) return false;
    const mine = statSync(this.found.path, { throwIfNoEntry: false });
    return mine?.ino === stats.ino && mine.dev === stats.dev;
  }

  isOlderThan(limitMs: number, nowMs: number): boolean {
    const stats = statSync(this.found.path, { throwIfNoEntry: false });
    return stats !== undefined && nowMs - stats.mtimeMs > limitMs;
  }

  /** An event said that it may have changed. */
  announced(): void {
    this.#missedEvents = 0;
    this.polled = false;
  }

  hasRead(nowMs: number): void {
    if (this.polled && this.wasAtEnd) this.#missedEvents++;
    this.#lastReadMs = nowMs;
  }

  present(): void {
    this.#missingSinceMs = null;
    this.#failures = 0;
  }

  missingForMs(nowMs: number): number {
    this.#missingSinceMs ??= nowMs;
    return nowMs - this.#missingSinceMs;
  }

  backOff(nowMs: number): void {
    this.nextLookMs = nowMs + Math.min(MAX_BACKOFF_MS, POLL_MS[0] * 2 ** this.#failures++);
  }

  /** Nothing more to read now: the next look is due when an event comes, or after a while. */
  rest(nowMs: number, polling: boolean): void {
    this.polled = false;
    const quietMs = nowMs - this.#lastReadMs;
    const slow = quietMs > LONG_QUIET_AFTER_MS ? POLL_MS[2] : quietMs > QUIET_AFTER_MS ? POLL_MS[1] : POLL_MS[0];
    this.nextLookMs = nowMs + (polling || this.silent ? slow : Math.max(slow, SAFETY_MS));
  }
}
