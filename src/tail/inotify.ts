import { lstatSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { formatOf } from '../formats/index.ts';
import type { Wake, Waker } from './waker.ts';

export interface InotifyListener {
  /** Events are missing from now on, for example because the system has no more watches to give; once until healed. */
  incomplete(error: Error): void;
  /** Every folder is watched again. */
  complete(): void;
}

/** After so long it is tried again to watch a folder that could not be watched. */
const RETRY_MS = 10_000;
/** Folders that begin to be watched at the same time: what that needs for a moment would never be given back. */
const MAX_OPENING = 8;

/**
 * Wakes by file events (inotify on Linux), through chokidar.
 *
 * Each folder has its own watcher, so that the one of a folder that is gone can be closed, and that of a folder which
 * took its name be opened. The folder tells of the files in it; only where a link leads, a watch of its own is needed:
 * a thousand runs then need a thousand watches and half of the memory. chokidar drops changes that follow one another within 50 ms, the last one of a burst too;
 * so its raw events are listened to as well.
 *
 * Watches are few, and shared with every other program of the user. So a folder that cannot be watched is tried again
 * now and then; as soon as one of them can be, all the others are tried.
 */
export class Inotify implements Waker {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #listener: InotifyListener;
  readonly #retryMs: number;
  /** Folders that cannot be watched; the one that was tried last comes last. */
  readonly #failed = new Map<string, Wake>();
  /** Folders whose watchers are not ready yet, and those whose turn has not come. */
  readonly #opening = new Set<string>();
  readonly #waiting = new Map<string, Wake>();
  #isTold = false;
  #retrying: NodeJS.Timeout | undefined;

  constructor(listener: InotifyListener, retryMs = RETRY_MS) {
    this.#listener = listener;
    this.#retryMs = retryMs;
  }

  watch(folder: string, wake: Wake): void {
    this.#close(folder);
    this.#waiting.set(folder, wake);
    this.#openNext();
  }

  unwatch(folder: string): void {
    this.#close(folder);
    if (this.#failed.delete(folder)) this.#heal();
  }

  isDeaf(folder: string): boolean {
    return this.#failed.has(folder);
  }

  async close(): Promise<void> {
    clearTimeout(this.#retrying);
    this.#waiting.clear();
    const watchers = [...this.#watchers.values()];
    this.#watchers.clear();
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }

  #openNext(): void {
    for (const [folder, wake] of this.#waiting) {
      if (this.#opening.size >= MAX_OPENING) return;
      this.#waiting.delete(folder);
      this.#open(folder, wake);
    }
  }

  /** Another folder may be opened. */
  #opened(folder: string): void {
    if (this.#opening.delete(folder)) this.#openNext();
  }

  #open(folder: string, wake: Wake): void {
    let failed = false;
    this.#opening.add(folder);
    const watcher = watch(folder, {
      depth: 0,
      ignoreInitial: true,
      atomic: false,
      ignored: (path, stats) => path !== folder && (formatOf(basename(path)) === undefined || !isLink(path, stats)),
    });
    watcher.on('all', (_event, path) => wake(path));
    watcher.on('raw', (event, name, details) => {
      const { watchedPath } = details as { watchedPath: string };
      for (const path of changed(event, name, watchedPath, folder)) wake(path);
    });
    watcher.on('ready', () => {
      this.#opened(folder);
      if (!failed && this.#failed.delete(folder)) this.#heal();
      // what happened before the watch was in place has made no event
      wake(folder);
    });
    watcher.on('error', (error) => {
      failed = true;
      this.#opened(folder);
      this.#fail(folder, wake, error as Error);
    });
    this.#watchers.set(folder, watcher);
  }

  #close(folder: string): void {
    this.#waiting.delete(folder);
    void this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
    this.#opened(folder);
  }

  #fail(folder: string, wake: Wake, error: Error): void {
    const isNew = !this.#failed.delete(folder);
    this.#failed.set(folder, wake);
    this.#retrying ??= setTimeout(() => this.#retry(), this.#retryMs);
    if (isNew) wake(folder);
    if (this.#isTold) return;
    this.#isTold = true;
    this.#listener.incomplete(error);
  }

  #retry(): void {
    this.#retrying = setTimeout(() => this.#retry(), this.#retryMs);
    this.#tryNext();
  }

  #tryNext(): void {
    const [next] = this.#failed;
    if (next === undefined) return;
    this.watch(...next);
  }

  /** One folder less cannot be watched. */
  #heal(): void {
    if (this.#failed.size > 0) {
      this.#tryNext();
      return;
    }
    clearTimeout(this.#retrying);
    this.#retrying = undefined;
    this.#isTold = false;
    this.#listener.complete();
  }
}

/** @param stats undefined at the first question, whose answer is not final */
function isLink(path: string, stats: Stats | undefined): boolean {
  return stats === undefined || (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false);
}

/**
 * What a raw event may be about. An event of a watched file or folder itself bears its own name; an event of an entry
 * bears the entry's. Writes to files that are no logs, such as gigabytes of a checkpoint, are left out.
 */
function changed(event: string, name: string | null, watchedPath: string, folder: string): string[] {
  if (name === null) return [watchedPath];
  const isOwn = name === basename(watchedPath);
  if (watchedPath !== folder) return [watchedPath];
  const entry = event === 'rename' || formatOf(name) !== undefined ? [join(folder, name)] : [];
  return isOwn ? [folder, ...entry] : entry;
}
