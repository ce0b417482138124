import { basename } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { formatOf } from '../formats/index.ts';
import { isSkippedFolder } from './discovery.ts';
import type { Waker } from './waker.ts';

/** Wakes by file events (inotify on Linux), through chokidar. Watches logs and the folders that may come to hold some. */
export class Inotify implements Waker {
  readonly #watchers: FSWatcher[] = [];
  readonly #onError: (error: Error) => void;

  /** @param onError events may be missing from now on, for example because the system has no more watches to give */
  constructor(onError: (error: Error) => void) {
    this.#onError = onError;
  }

  watch(path: string, wake: (path: string) => void): void {
    const watcher = watch(path, {
      ignoreInitial: true,
      atomic: false,
      ignored: (candidate, stats) =>
        candidate !== path &&
        (stats?.isFile() === true ? formatOf(basename(candidate)) === undefined : isSkippedFolder(candidate)),
    });
    watcher.on('all', (_event, changed) => wake(changed));
    watcher.on('error', (error) => this.#onError(error as Error));
    this.#watchers.push(watcher);
  }

  async close(): Promise<void> {
    await Promise.all(this.#watchers.splice(0).map((watcher) => watcher.close()));
  }
}
