import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Discovery, type FoundLog } from './discovery.ts';
import { type ByteSink, CONFIRM_MS, FileFollower, type FollowCounts } from './file-follower.ts';
import { FollowedFile } from './followed-file.ts';
import type { Waker } from './waker.ts';

/** Who takes what the logs hold. */
export interface TailListener {
  /** A log was found. Returns where its bytes go. */
  opened(found: FoundLog): ByteSink;
  /** All that a log holds has been read; called again after every stretch. */
  atEnd(path: string): void;
  /** A log has been gone for so long that it will not come back. */
  gone(path: string): void;
  /** A file or folder cannot be read; called once until it can be read again. */
  problem(path: string, reason: string): void;
  healed(path: string): void;
}

export interface TailOptions {
  /** Watched paths: files, run folders or folders of such at any depth. They need not exist yet. */
  readonly paths: readonly string[];
  /** No events are to be expected: look four times a second. */
  readonly poll: boolean;
  /** A log whose last change is older than this is not read until it changes, in ms. */
  readonly ignoreOlderMs: number;
  readonly waker: Waker;
  readonly listener: TailListener;
}

/** How often {@link Tail.tick} wants to be called. */
export const TICK_MS = 250;

const BYTES_PER_LOOK = 512 * 1024;
/** After so long the event loop gets its turn: scrapes and notifications must not wait for a long log. */
const SLICE_MS = 8;
/** Events that come right after one another are dropped on the way, so a file that was just written is looked at again. */
const AFTERLOOK_MS = 10;
const RESCAN_MS = 2_000;
const RESCAN_POLLING_MS = 1_000;
const GONE_AFTER_MS = 30_000;

/** Follows every log under the watched paths. Wakers and ticks say when to look; each file is looked at by its name. */
export class Tail {
  readonly counts: FollowCounts = { bytes: 0, rotations: 0, truncations: 0 };
  readonly errors = new Map<string, number>();
  readonly #options: TailOptions;
  readonly #discoveries: readonly Discovery[];
  readonly #watched = new Set<string>();
  readonly #files = new Map<string, FollowedFile>();
  readonly #queue = new Set<FollowedFile>();
  readonly #hot = new Set<FollowedFile>();
  readonly #problems = new Set<string>();
  #afterlook: NodeJS.Timeout | undefined;
  #draining: NodeJS.Immediate | undefined;
  #nextScanMs = 0;
  #stopped = false;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#discoveries = [...new Set(options.paths.map((path) => resolve(path)))].map(
      (path) =>
        new Discovery(
          path,
          (found) => this.#found(found),
          (failed, reason) => this.#failed(failed, reason),
        ),
    );
  }

  /** Watched paths that do not exist now. */
  get missingPaths(): string[] {
    return this.#discoveries.map(({ root }) => root).filter((root) => !exists(root));
  }

  get filesFollowed(): number {
    return this.#files.size;
  }

  /** Files for which no events come. */
  get filesPolled(): number {
    let polled = 0;
    for (const file of this.#files.values()) if (this.#options.poll || file.silent) polled++;
    return polled;
  }

  /** Finds new logs and looks at what is due. To be called every {@link TICK_MS}. */
  tick(nowMs: number): void {
    if (nowMs >= this.#nextScanMs) {
      this.#nextScanMs = nowMs + (this.#options.poll ? RESCAN_POLLING_MS : RESCAN_MS);
      this.#scan(nowMs);
    }
    for (const file of this.#files.values()) {
      if (nowMs < file.nextLookMs) continue;
      file.polled = true;
      this.#queue.add(file);
    }
    this.#schedule();
  }

  /** Something of this path may have changed. */
  wake(path: string): void {
    if (this.#stopped) return;
    const file = this.#files.get(path);
    if (file === undefined) {
      this.#nextScanMs = 0;
      for (const { root, logAt } of this.#discoveries.map((one) => ({ root: one.root, logAt: one.logAt(path) }))) {
        if (logAt !== null && (path === root || path.startsWith(`${root}/`)) && exists(path)) this.#found(logAt);
      }
    } else {
      file.announced();
      this.#queue.add(file);
    }
    this.#schedule();
  }

  /** Looks at everything that is waiting now, without giving way: for one-time reading and for tests. */
  drain(nowMs: number): void {
    while (this.#queue.size > 0) this.#lookAtNext(nowMs);
  }

  /** Whether something is waiting to be looked at. */
  get isBusy(): boolean {
    return this.#queue.size > 0;
  }

  /** Looks at every log once more and stops for good. Idempotent. */
  async stop(nowMs: number): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#afterlook);
    clearImmediate(this.#draining);
    await this.#options.waker.close();
    for (const file of this.#files.values()) this.#queue.add(file);
    this.drain(nowMs);
  }

  #scan(nowMs: number): void {
    for (const discovery of this.#discoveries) {
      const { root } = discovery;
      if (!discovery.scan(nowMs)) {
        this.#watched.delete(root);
        continue;
      }
      this.#heal(root);
      if (this.#watched.has(root)) continue;
      this.#watched.add(root);
      this.#options.waker.watch(root, (path) => this.wake(path));
    }
  }

  #found(found: FoundLog): void {
    if (this.#files.has(found.path) || this.#stopped) return;
    const stats = statOrNull(found.path);
    if (stats === null || !stats.isFile()) return;
    for (const other of this.#files.values()) if (other.isSameFileAs(stats)) return;
    const file = new FollowedFile(found, stats);
    this.#files.set(found.path, file);
    this.#queue.add(file);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#draining !== undefined || this.#queue.size === 0 || this.#stopped) return;
    this.#draining = setImmediate(() => {
      this.#draining = undefined;
      const until = performance.now() + SLICE_MS;
      while (this.#queue.size > 0 && performance.now() < until) this.#lookAtNext(Date.now());
      this.#schedule();
    });
  }

  #lookAtNext(nowMs: number): void {
    const [file] = this.#queue;
    if (file === undefined) return;
    this.#queue.delete(file);
    const { path } = file.found;
    if (file.follower === null) {
      if (file.isOlderThan(this.#options.ignoreOlderMs, nowMs)) return file.rest(nowMs, this.#options.poll);
      file.follower = new FileFollower(path, this.#options.listener.opened(file.found), this.counts);
    }
    const look = file.follower.look(nowMs, BYTES_PER_LOOK);
    if (look.kind === 'error') {
      this.#failed(path, look.reason);
      return file.backOff(nowMs);
    }
    this.#heal(path);
    if (look.kind === 'missing') return this.#missing(file, nowMs);
    file.present();
    if (look.kind === 'doubtful') file.nextLookMs = nowMs + CONFIRM_MS;
    else if (look.kind === 'read' && look.more) this.#queue.add(file);
    else this.#atEnd(file, look.kind === 'read', nowMs);
  }

  #atEnd(file: FollowedFile, hasRead: boolean, nowMs: number): void {
    if (hasRead) {
      file.hasRead(nowMs);
      this.#lookAgainSoon(file);
    }
    if (hasRead || !file.wasAtEnd) this.#options.listener.atEnd(file.found.path);
    file.wasAtEnd = true;
    file.rest(nowMs, this.#options.poll);
  }

  #lookAgainSoon(file: FollowedFile): void {
    if (this.#stopped) return;
    this.#hot.add(file);
    this.#afterlook ??= setTimeout(() => {
      this.#afterlook = undefined;
      for (const hot of this.#hot) this.#queue.add(hot);
      this.#hot.clear();
      this.#schedule();
    }, AFTERLOOK_MS);
  }

  #missing(file: FollowedFile, nowMs: number): void {
    file.rest(nowMs, true);
    if (file.missingForMs(nowMs) < GONE_AFTER_MS) return;
    this.#files.delete(file.found.path);
    this.#hot.delete(file);
    if (file.follower !== null) this.#options.listener.gone(file.found.path);
  }

  #failed(path: string, reason: string): void {
    this.errors.set(reason, (this.errors.get(reason) ?? 0) + 1);
    if (this.#problems.has(path)) return;
    this.#problems.add(path);
    this.#options.listener.problem(path, reason);
  }

  #heal(path: string): void {
    if (this.#problems.delete(path)) this.#options.listener.healed(path);
  }
}

function statOrNull(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function exists(path: string): boolean {
  try {
    return statOrNull(path) !== null;
  } catch {
    return false;
  }
}
