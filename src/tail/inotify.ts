import { lstatSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { formatOf } from '../formats/index.ts';
import type { Waker } from './waker.ts';

/**
 * Wakes by file events (inotify on Linux), through chokidar.
 *
 * Each folder has its own watcher, so that the one of a folder that is gone can be closed, and that of a folder which
 * took its name be opened. The folder tells of the files in it; only where a link leads, a watch of its own is needed:
 * a thousand runs then need a thousand watches and half of the memory. chokidar drops changes that follow one another within 50 ms, the last one of a burst too;
 * so its raw events are listened to as well.
 */
export class Inotify implements Waker {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onError: (error: Error) => void;
  readonly #told = new Set<string>();

  /**
   * @param onError events may be missing from now on, for example because the system has no more watches to give;
   * called once for each kind of error
   */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  watch(folder: string, wake: (path: string) => void): void {
    this.unwatch(folder);
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
    // what happened before the watch was in place has made no event
    watcher.on('ready', () => wake(folder));
    watcher.on('error', (error) => this.#tell(error as NodeJS.ErrnoException));
    this.#watchers.set(folder, watcher);
  }

  unwatch(folder: string): void {
    void this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  async close(): Promise<void> {
    const watchers = [...this.#watchers.values()];
    this.#watchers.clear();
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }

  #tell(error: NodeJS.ErrnoException): void {
    const kind = error.code ?? error.message;
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#onError(error);
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
