import type { Stats } from 'node:fs';
import { standing } from './standing.ts';

/** Who wants to know which folders there are. */
export interface FolderListener {
  /** A folder whose entries matter stands under this path: a new one, or one in the place of another. */
  folder(path: string): void;
  folderGone(path: string): void;
  /** A path that could not be looked at can be now. Called at every look. */
  healthy(path: string): void;
  /** Whether it is a log that is followed already: it need not be reported again. */
  isFollowed(path: string): boolean;
}

/** What tells folders apart. */
export type FolderStats = Pick<Stats, 'ino' | 'dev' | 'birthtimeMs'>;

/** What is known of a folder that was listed. */
export interface Folder {
  /** As it was when it was taken in. */
  readonly stats: FolderStats;
  /** Time of change when it was last listed; NaN before. */
  changedMs: number;
  /** Clocks of file systems are coarse: after a change it is listed once more. */
  again: boolean;
  /** It is looked at again at this time, when nothing says so before. */
  visitMs: number;
  /** It is listed at this time whatever its time of change says. */
  relistMs: number;
  /** Links in it that may lead to a log or a folder. */
  links: string[];
}

/** The folders that were found, each once, however many paths lead to it. */
export class Folders {
  readonly #byPath = new Map<string, Folder>();
  readonly #pathById = new Map<string, string>();
  readonly #listener: FolderListener;

  constructor(listener: FolderListener) {
    this.#listener = listener;
  }

  get(path: string): Folder | undefined {
    return this.#byPath.get(path);
  }

  get paths(): string[] {
    return [...this.#byPath.keys()];
  }

  /** Takes a folder in. Returns false when it is known, by this path or by another one that still leads to it. */
  enter(path: string, stats: Stats): boolean {
    if (this.#byPath.has(path)) return false;
    const id = idOf(stats);
    const other = this.#pathById.get(id);
    if (other !== undefined) {
      const now = standing(other);
      if (now.kind === 'folder' && isSameFolder(now.stats, stats)) return false;
      this.forget(other);
    }
    const { ino, dev, birthtimeMs } = stats;
    this.#byPath.set(path, {
      stats: { ino, dev, birthtimeMs },
      changedMs: Number.NaN,
      again: false,
      visitMs: 0,
      relistMs: 0,
      links: [],
    });
    this.#pathById.set(id, path);
    this.#listener.folder(path);
    return true;
  }

  forget(path: string): void {
    const folder = this.#byPath.get(path);
    if (folder === undefined) return;
    this.#byPath.delete(path);
    this.#pathById.delete(idOf(folder.stats));
    this.#listener.folderGone(path);
  }
}

/** Inode numbers are given to the next folder at once; the time of birth tells the two apart where there is one. */
export function isSameFolder(one: FolderStats, other: FolderStats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.birthtimeMs === other.birthtimeMs;
}

function idOf({ dev, ino, birthtimeMs }: FolderStats): string {
  return `${dev}:${ino}:${birthtimeMs}`;
}
