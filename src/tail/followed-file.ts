import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import type { FoundLog } from './discovery.ts';
import type { FileFollower } from './file-follower.ts';

/** Looks without an event in between that find news, until a file is taken to be one for which none come. */
const MISSED_EVENTS = 2;
/** Time between looks at a file for which no events come: written lately, quiet, long quiet. */
const POLL_MS = [250, 1_000, 5_000] as const;
/** The safety net beneath the events, in the same three cases. */
const SAFETY_MS = [2_000, 5_000, 10_000] as const;
const QUIET_AFTER_MS = 60_000;
const LONG_QUIET_AFTER_MS = 600_000;
const MAX_BACKOFF_MS = 5_000;

/** A log in the hands of the tail: when to look at it next. */
export class FollowedFile {
  readonly found: FoundLog;
  /** In which it lies. */
  readonly folder: string;
  /** Null while the file is left alone because it is too old, or before the first look. */
  follower: FileFollower | null = null;
  nextLookMs = 0;
  /** The next look is made by the clock, where an event was to be expected. */
  polled = false;
  wasAtEnd = false;
  readonly #foundAs: string;
  #lastWrittenMs: number;
  #missedEvents = 0;
  #missingSinceMs: number | null = null;
  #failures = 0;

  /** @param stats null when they could not be had */
  constructor(found: FoundLog, stats: Stats | null) {
    this.found = found;
    this.folder = dirname(found.path);
    this.#foundAs = stats === null ? '' : fileId(stats);
    this.#lastWrittenMs = stats?.mtimeMs ?? 0;
  }

  /** No events come for it, as on many network and FUSE file systems. Ends with the first event. */
  get silent(): boolean {
    return this.#missedEvents >= MISSED_EVENTS;
  }

  /** Device and inode of the file that was under this name when it was looked at last. */
  get lastSeenAs(): string {
    const identity = this.follower?.identity;
    return identity === undefined || identity.ino === 0 ? this.#foundAs : fileId(identity);
  }

  /** An event said that it may have changed. */
  announced(): void {
    this.#missedEvents = 0;
    this.polled = false;
  }

  /** A look found something new, written at `writtenMs`. */
  hasNews(writtenMs: number): void {
    if (this.polled && this.wasAtEnd) this.#missedEvents++;
    this.polled = false;
    this.wasAtEnd = false;
    this.#lastWrittenMs = writtenMs;
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
    const quietMs = nowMs - this.#lastWrittenMs;
    const how = quietMs > LONG_QUIET_AFTER_MS ? 2 : quietMs > QUIET_AFTER_MS ? 1 : 0;
    this.nextLookMs = nowMs + (polling || this.silent ? POLL_MS : SAFETY_MS)[how];
  }
}

/** Tells the files that exist at one moment apart. */
export function fileId({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}
