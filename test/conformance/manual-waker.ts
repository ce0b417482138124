import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Waker } from '../../src/tail/waker.ts';

interface Watch {
  readonly id: string;
  readonly wake: (path: string) => void;
}

/**
 * File events by hand, with the weaknesses of inotify: only entries of a watched folder make events, a watch belongs to
 * the folder that stood under the name when it began, and what happens before it stands, which takes until the next
 * delivery, makes no event.
 */
export class ManualWaker implements Waker {
  readonly #watches = new Map<string, Watch>();
  readonly #ready = new Set<string>();
  #touched: string[] = [];

  watch(folder: string, wake: (path: string) => void): void {
    this.#watches.set(folder, { id: idOf(folder), wake });
    this.#ready.add(folder);
  }

  unwatch(folder: string): void {
    this.#watches.delete(folder);
  }

  isDeaf(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.#watches.clear();
  }

  get watched(): string[] {
    return [...this.#watches.keys()].sort();
  }

  /** Something was done to this path: its event is under way, if it is watched. */
  touched(path: string): void {
    if (this.#ready.has(dirname(path))) return;
    const parent = this.#watches.get(dirname(path));
    if (parent?.id === idOf(dirname(path)) || this.#watches.has(path)) this.#touched.push(path);
  }

  /** Delivers what is under way. Returns false when there was nothing. */
  deliver(): boolean {
    const paths = [...new Set([...this.#touched, ...this.#ready])];
    this.#touched = [];
    this.#ready.clear();
    for (const path of paths) (this.#watches.get(dirname(path)) ?? this.#watches.get(path))?.wake(path);
    return paths.length > 0;
  }
}

function idOf(folder: string): string {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats === undefined ? 'gone' : `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`;
}
