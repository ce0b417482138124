import { resolve } from 'node:path';
import { Discovery, type FoundLog } from './discovery.ts';
import { type ByteSink, CONFIRM_MS, FileFollower, type FollowCounts, type Look } from './file-follower.ts';
import type { FollowedFile } from './followed-file.ts';
import { Logs } from './logs.ts';
import { LookQueue } from './look-queue.ts';
import { type ProblemListener, Problems } from './problems.ts';
import { standing } from './standing.ts';
import type { Waker } from './waker.ts';

/** Who takes what the logs hold. */
export interface TailListener extends ProblemListener {
  /** A log was found. Returns where its bytes go. */
  opened(found: FoundLog): ByteSink;
  /** All that a log holds has been read; called again after every stretch. */
  atEnd(path: string): void;
  /** A log has been gone for so long that it will not come back, or another name is followed for the same file. */
  gone(path: string): void;
}

export interface TailOptions {
  /** Watched paths: files, run folders or folders of such at any depth. They need not exist yet. */
  readonly paths: readonly string[];
  /** Logs that lie outside the folder of their run. */
  readonly outside?: readonly FoundLog[];
  /** No events are to be expected: look four times a second. */
  readonly poll: boolean;
  /** The logs are read to their end once, and not looked at again. */
  readonly once?: boolean;
  /** A log whose last change is older than this is not read until it changes, in ms. */
  readonly ignoreOlderMs: number;
  readonly waker: Waker;
  readonly listener: TailListener;
  /** The time for looks that neither {@link Tail.tick} nor {@link Tail.drain} makes. */
  readonly now?: () => number;
}

/** How often {@link Tail.tick} wants to be called. */
export const TICK_MS = 250;

const BYTES_PER_LOOK = 2 * 1024 * 1024;
const RESCAN_MS = 3_000;
const RESCAN_POLLING_MS = 1_000;
const GONE_AFTER_MS = 30_000;
/** Reading to the end when it stops takes at most so long. */
const FINISH_MS = 5_000;

/** Follows every log under the watched paths. Wakers and ticks say when to look; each file is looked at by its name. */
export class Tail {
  readonly counts: FollowCounts = { bytes: 0, rotations: 0, truncations: 0 };
  readonly #options: TailOptions;
  readonly #now: () => number;
  readonly #discoveries: readonly Discovery[];
  readonly #logs = new Logs();
  readonly #queue: LookQueue;
  readonly #problems: Problems;
  #nextScanMs = 0;
  #isStopped = false;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#problems = new Problems(options.listener);
    this.#queue = new LookQueue((file, nowMs) => this.#lookAt(file, nowMs), this.#now);
    this.#discoveries = [
      ...[...new Set(options.paths.map((path) => resolve(path)))].map((path) => this.#discover(path)),
      ...(options.outside ?? []).map((log) => this.#discover(log.path, log)),
    ];
  }

  /** Failed looks by reason. */
  get errors(): ReadonlyMap<string, number> {
    return this.#problems.counts;
  }

  /** Watched paths that do not exist now. */
  get missingPaths(): string[] {
    return this.#discoveries.map(({ root }) => root).filter((root) => standing(root).kind === 'missing');
  }

  /** Files that are read; those that are too old are not. */
  get filesFollowed(): number {
    return this.#count((file) => file.follower !== null);
  }

  /** Files for which no events come. */
  get filesPolled(): number {
    return this.#count((file) => file.follower !== null && (file.silent || this.#isPolled(file)));
  }

  /** Whether something is waiting to be looked at. */
  get isBusy(): boolean {
    return this.#queue.size > 0;
  }

  /** Finds new logs and looks at what is due. To be called every {@link TICK_MS}. */
  tick(nowMs: number): void {
    if (this.#isStopped) return;
    if (nowMs >= this.#nextScanMs) this.#scan(nowMs);
    for (const file of this.#logs.all) {
      if (nowMs < file.nextLookMs) continue;
      file.polled = !this.#isPolled(file);
      this.#queue.add(file);
    }
  }

  /** Something of this path may have changed; a folder stands for the logs in it. */
  wake(path: string): void {
    if (this.#isStopped) return;
    const file = this.#logs.get(path);
    if (file !== undefined) {
      file.announced();
      this.#queue.add(file);
      return;
    }
    for (const discovery of this.#discoveries) discovery.notice(path, this.#now());
    for (const inside of this.#logs.in(path)) this.#queue.add(inside);
  }

  /** Looks at everything that is waiting now, without giving way: for one-time reading and for tests. */
  drain(nowMs: number): void {
    this.#queue.drain(nowMs);
  }

  /** Looks at everything once more and stops for good. Idempotent. */
  async stop(nowMs: number): Promise<void> {
    if (this.#isStopped) return;
    this.#scan(nowMs);
    this.#isStopped = true;
    await this.#options.waker.close();
    for (const file of this.#logs.all) this.#queue.add(file);
    await this.#queue.finish(FINISH_MS);
  }

  #discover(path: string, outside?: FoundLog): Discovery {
    return new Discovery(
      outside ?? path,
      (found) => this.#take(this.#logs.add(found)),
      (failed, reason) => this.#problems.failed(failed, reason),
      {
        folder: (folder) => this.#watch(folder),
        folderGone: (folder) => this.#options.waker.unwatch(folder),
        healthy: (healed) => this.#problems.healthy(healed),
        isFollowed: (path) => this.#logs.get(path) !== undefined,
      },
    );
  }

  /** A folder is often filled right after it was made, so the next scan comes soon. */
  #watch(folder: string): void {
    this.#nextScanMs = 0;
    this.#options.waker.watch(folder, (path) => this.wake(path));
  }

  #scan(nowMs: number): void {
    this.#nextScanMs = nowMs + (this.#options.poll || this.filesPolled > 0 ? RESCAN_POLLING_MS : RESCAN_MS);
    let isComplete = true;
    for (const discovery of this.#discoveries) isComplete = discovery.scan(nowMs) && isComplete;
    if (!isComplete) this.#nextScanMs = nowMs + TICK_MS;
    const { added, dropped } = this.#logs.sweep();
    for (const file of dropped) this.#drop(file);
    for (const file of added) this.#take(file);
  }

  /** Opened before anything is read, so that it is known which logs a run has. */
  #take(file: FollowedFile | null): void {
    if (file === null) return;
    this.#open(file, this.#now());
    this.#queue.add(file);
  }

  #lookAt(file: FollowedFile, nowMs: number): void {
    const { path } = file.found;
    const look = this.#open(file, nowMs) ?? file.follower?.look(nowMs, BYTES_PER_LOOK) ?? { kind: 'idle' };
    if (look.kind === 'error') {
      this.#problems.failed(path, look.reason);
      if (file.follower !== null) this.#options.listener.atEnd(path);
      file.backOff(nowMs);
      return;
    }
    this.#problems.healthy(path);
    if (look.kind === 'missing') this.#missing(file, nowMs);
    else this.#found(file, look, nowMs);
  }

  /** A log that is too old is left alone, by every look anew, until it changes. Returns null for one that is open. */
  #open(file: FollowedFile, nowMs: number): Look | null {
    if (file.follower !== null) return null;
    const now = standing(file.found.path);
    if (now.kind === 'missing' || now.kind === 'error') return now;
    if (now.kind !== 'file') return { kind: 'missing' };
    if (nowMs - now.stats.mtimeMs > this.#options.ignoreOlderMs) return { kind: 'idle' };
    file.follower = new FileFollower(
      file.found.path,
      this.#options.listener.opened(file.found),
      this.counts,
      this.#options.once,
    );
    return null;
  }

  #found(file: FollowedFile, look: Exclude<Look, { kind: 'missing' | 'error' }>, nowMs: number): void {
    file.present();
    if (look.kind === 'doubtful') {
      file.nextLookMs = nowMs + CONFIRM_MS;
      return;
    }
    // a log that is caught up with may have been written long ago
    if (look.kind !== 'idle') file.hasNews(look.kind === 'read' && !file.wasAtEnd ? look.writtenMs : nowMs);
    if (look.kind === 'restarted') this.#lookBeside(file, nowMs);
    if (look.kind === 'restarted' || (look.kind === 'read' && look.more)) {
      this.#queue.add(file);
      return;
    }
    if (!file.wasAtEnd && file.follower !== null) this.#options.listener.atEnd(file.found.path);
    file.wasAtEnd = true;
    file.rest(nowMs, this.#isPolled(file));
  }

  /** What stood in a file may have moved to another one in its folder: these are looked at before it is read. */
  #lookBeside(file: FollowedFile, nowMs: number): void {
    for (const discovery of this.#discoveries) discovery.notice(file.folder, nowMs);
    if (file.found.format.chain === undefined) return;
    for (const beside of this.#logs.in(file.folder)) if (beside !== file) this.#queue.add(beside);
  }

  #missing(file: FollowedFile, nowMs: number): void {
    file.rest(nowMs, true);
    if (file.follower !== null) this.#options.listener.atEnd(file.found.path);
    if (file.missingForMs(nowMs) < GONE_AFTER_MS) return;
    this.#logs.delete(file);
    this.#drop(file);
  }

  #drop(file: FollowedFile): void {
    this.#queue.delete(file);
    if (file.follower !== null) this.#options.listener.gone(file.found.path);
  }

  #isPolled({ folder }: FollowedFile): boolean {
    return this.#options.poll || this.#options.waker.isDeaf(folder);
  }

  #count(isCounted: (file: FollowedFile) => boolean): number {
    let count = 0;
    for (const file of this.#logs.all) if (isCounted(file)) count++;
    return count;
  }
}
