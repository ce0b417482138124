import { type FSWatcher as FolderWatcher, lstatSync, readdirSync, watch as watchFolder } from 'node:fs';
import { basename, join } from 'node:path';
import { type FSWatcher as LinkWatcher, watch as watchLink } from 'chokidar';
import { formatOf } from '../formats/index.ts';
import { failure } from './standing.ts';
import type { Wake, Waker } from './waker.ts';

export interface InotifyListener {
  /** Events are missing from now on, for example because the system has no more watches to give; once until healed. */
  incomplete(error: Error): void;
  /** Every folder is watched again. */
  complete(): void;
}

/** A folder that is watched. */
interface Watched {
  readonly watcher: FolderWatcher;
  readonly wake: Wake;
}

/** After so long it is tried again to watch a folder that could not be watched. */
const RETRY_MS = 10_000;

/**
 * Wakes by file events (inotify on Linux).
 *
 * A folder tells of the files in it, so a thousand runs need a thousand watches; the system's own, since all that is
 * asked of them is a name, and chokidar's books of each take 12 KiB. What a link leads to lies elsewhere, may be replaced
 * there, and the link may come to lead to something else: that is followed by chokidar, for each link that is named like
 * a log.
 *
 * Watches are few, and shared with every other program of the user. So a folder that cannot be watched is tried again
 * now and then; as soon as one of them can be, all the others are tried.
 */
export class Inotify implements Waker {
  readonly #folders = new Map<string, Watched>();
  /** By folder, then by path of the link; only folders that have some. */
  readonly #links = new Map<string, Map<string, LinkWatcher>>();
  readonly #listener: InotifyListener;
  readonly #retryMs: number;
  /** Folders that cannot be watched; the one that was tried last comes last. */
  readonly #failed = new Map<string, Wake>();
  #isTold = false;
  #retrying: NodeJS.Timeout | undefined;

  constructor(listener: InotifyListener, retryMs = RETRY_MS) {
    this.#listener = listener;
    this.#retryMs = retryMs;
  }

  watch(folder: string, wake: Wake): void {
    this.#close(folder);
    let watcher: FolderWatcher;
    try {
      watcher = watchFolder(folder, (event, name) => this.#heard(folder, event, name));
    } catch (error) {
      // of a folder that is gone, the one above it tells
      if (failure(error).kind === 'error') this.#fail(folder, wake, error as Error);
      return;
    }
    watcher.on('error', (error) => this.#fail(folder, wake, error));
    this.#folders.set(folder, { watcher, wake });
    let missing = 1;
    let failed = false;
    const ready = (error?: Error) => {
      failed ||= error !== undefined;
      if (--missing !== 0 || this.#folders.get(folder)?.watcher !== watcher) return;
      if (!failed && this.#failed.delete(folder)) this.#heal();
      // what happened before the watches were in place has made no event
      wake(folder);
    };
    for (const name of linksIn(folder)) {
      missing++;
      this.#watchLink(folder, join(folder, name), ready);
    }
    setImmediate(ready);
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
    for (const folder of [...this.#folders.keys()]) this.#close(folder);
  }

  #wake(folder: string, path: string): void {
    this.#folders.get(folder)?.wake(path);
  }

  /** An event of the folder itself bears its own name; an event of an entry bears the entry's. */
  #heard(folder: string, event: string, name: string | null): void {
    if (name === null || name === basename(folder)) this.#wake(folder, folder);
    if (name === null) return;
    const isLog = formatOf(name) !== undefined;
    const entry = join(folder, name);
    if (isLog && event === 'rename') this.#relink(folder, entry);
    // writes to files that are no logs, such as gigabytes of a checkpoint, are left out
    if (isLog || event === 'rename') this.#wake(folder, entry);
  }

  /** An entry that is named like a log came, went or was replaced: what was a link may be none, or lead elsewhere. */
  #relink(folder: string, path: string): void {
    const known = this.#links.get(folder)?.get(path);
    if (known !== undefined) this.#closeLink(folder, path, known);
    if (isLink(path)) this.#watchLink(folder, path, () => this.#wake(folder, path));
  }

  /** chokidar drops changes that follow one another within 50 ms, the last one of a burst too: hence its raw events. */
  #watchLink(folder: string, path: string, ready: (error?: Error) => void): void {
    const watcher = watchLink(path, {
      depth: 0,
      ignoreInitial: true,
      atomic: false,
      ignored: (_, stats) => stats?.isDirectory() ?? false,
    });
    const wake = () => this.#wake(folder, path);
    watcher.on('all', wake).on('raw', wake);
    watcher.on('ready', () => ready());
    watcher.on('error', (error) => {
      this.#fail(folder, this.#folders.get(folder)?.wake ?? wake, error as Error);
      ready(error as Error);
    });
    const links = this.#links.get(folder) ?? new Map<string, LinkWatcher>();
    this.#links.set(folder, links.set(path, watcher));
  }

  #closeLink(folder: string, path: string, watcher: LinkWatcher): void {
    void watcher.close();
    const links = this.#links.get(folder);
    links?.delete(path);
    if (links?.size === 0) this.#links.delete(folder);
  }

  #close(folder: string): void {
    this.#folders.get(folder)?.watcher.close();
    this.#folders.delete(folder);
    for (const [path, watcher] of this.#links.get(folder) ?? []) this.#closeLink(folder, path, watcher);
  }

  #fail(folder: string, wake: Wake, error: Error): void {
    const isNew = !this.#failed.delete(folder);
    this.#failed.set(folder, wake);
    this.#retrying ??= setTimeout(() => this.#retry(), this.#retryMs);
    // not within the call that asked for the watch
    if (isNew) setImmediate(() => this.#failed.has(folder) && wake(folder));
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
    if (next !== undefined) this.watch(...next);
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

/** What cannot be looked at is none: whoever reads the log tells of that. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    failure(error);
    return false;
  }
}

/** Names of the links in a folder that are named like logs. */
function linksIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isSymbolicLink() && formatOf(entry.name) !== undefined)
      .map(({ name }) => name);
  } catch (error) {
    // whoever lists the folder tells of that
    failure(error);
    return [];
  }
}
