import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Format } from '../formats/format.ts';
import { formatOf } from '../formats/index.ts';

/** A log and the run that it belongs to. */
export interface FoundLog {
  /** Absolute. */
  readonly path: string;
  readonly format: Format;
  /** Absolute path of the run's folder. */
  readonly folder: string;
  /** The folder relative to the watched path; its own name when it is the watched path itself. */
  readonly run: string;
}

/** Folders without logs of a run, and with very many files. */
const SKIPPED = new Set(['node_modules', '.git', '__pycache__']);

/** A folder changed this recently may change again within the same tick of its clock. */
const CLOCK_TICK_MS = 100;

/** Whether nothing under this folder is looked at. */
export function isSkippedFolder(path: string): boolean {
  return SKIPPED.has(basename(path));
}

/**
 * Finds the logs under one watched path, at any depth, and those that come later.
 *
 * A folder is listed again only when its time of change has moved, so that looking at a thousand run folders again costs
 * a thousand stats and nothing more. Links are followed by name; a folder that is reached twice is listed once, so that
 * links in a circle end.
 */
export class Discovery {
  readonly root: string;
  readonly #onLog: (found: FoundLog) => void;
  readonly #onError: (path: string, reason: string) => void;
  /** listed folders: time of change, and device:inode */
  readonly #folders = new Map<string, { changedMs: number; readonly id: string }>();
  readonly #listed = new Set<string>();

  /**
   * @param onLog called for every log at least once; a log may be reported again when its folder changes
   * @param onError a folder that cannot be read; called at each attempt
   */
  constructor(root: string, onLog: (found: FoundLog) => void, onError: (path: string, reason: string) => void) {
    this.root = resolve(root);
    this.#onLog = onLog;
    this.#onError = onError;
  }

  /** Looks at what has changed since the last call. Returns false when the watched path does not exist. */
  scan(nowMs: number): boolean {
    const root = this.#stat(this.root);
    if (root === null) return false;
    if (root.isFile()) this.#report(this.root);
    else if (root.isDirectory() && !this.#folders.has(this.root)) this.#enter(this.root, `${root.dev}:${root.ino}`);
    for (const folder of this.#folders.keys()) this.#visit(folder, nowMs);
    return true;
  }

  #visit(folder: string, nowMs: number): void {
    const known = this.#folders.get(folder);
    const stats = this.#stat(folder);
    if (known === undefined) return;
    if (stats === null || !stats.isDirectory() || `${stats.dev}:${stats.ino}` !== known.id) {
      // gone, or another folder of the same name, which its parent's listing or the next scan enters
      this.#folders.delete(folder);
      this.#listed.delete(known.id);
      if (stats?.isDirectory()) this.#enter(folder, `${stats.dev}:${stats.ino}`);
      return;
    }
    if (stats.mtimeMs === known.changedMs) return;
    known.changedMs = nowMs - stats.mtimeMs < CLOCK_TICK_MS ? 0 : stats.mtimeMs;
    this.#list(folder);
  }

  #list(folder: string): void {
    let entries: import('node:fs').Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      this.#fail(folder, error);
      return;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isFile()) this.#report(path);
      else if (entry.isDirectory() || entry.isSymbolicLink()) this.#follow(path);
    }
  }

  #follow(path: string): void {
    if (isSkippedFolder(path) || this.#folders.has(path)) return;
    const stats = this.#stat(path);
    if (stats?.isDirectory()) this.#enter(path, `${stats.dev}:${stats.ino}`);
    else if (stats?.isFile()) this.#report(path);
  }

  /** The folder is listed by the scan that is going on, or by the next one. */
  #enter(folder: string, id: string): void {
    if (this.#listed.has(id)) return;
    this.#listed.add(id);
    this.#folders.set(folder, { changedMs: 0, id });
  }

  #report(path: string): void {
    const found = this.logAt(path);
    if (found !== null) this.#onLog(found);
  }

  /** The log that a file of this path would be, or null when it is none. */
  logAt(path: string): FoundLog | null {
    const format = formatOf(basename(path));
    if (format === undefined) return null;
    const folder = dirname(path);
    const inside = path === this.root ? '' : relative(this.root, folder);
    return { path, format, folder, run: inside === '' ? basename(folder) || folder : inside.split(sep).join('/') };
  }

  #stat(path: string) {
    try {
      return statSync(path);
    } catch (error) {
      this.#fail(path, error);
      return null;
    }
  }

  #fail(path: string, error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#onError(path, code);
  }
}
