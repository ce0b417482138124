import { type Dirent, readdirSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Format } from '../formats/format.ts';
import { formatOf } from '../formats/index.ts';
import { type FolderListener, Folders, isSameFolder } from './folders.ts';
import { failure, type Standing, standing } from './standing.ts';

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
/** Some file systems never change a folder's time of change, so it is listed so often all the same. */
const RELIST_MS = 30_000;
/** A folder in which nothing has come or gone for so long is looked at less often than in every scan. */
const QUIET_AFTER_MS = 600_000;
const QUIET_VISIT_MS = 10_000;
const NOBODY: FolderListener = { folder() {}, folderGone() {}, healthy() {}, isFollowed: () => false };

/**
 * Finds the logs under one watched path, at any depth, and those that come later.
 *
 * A folder is listed again only when its time of change has moved, so that looking at a thousand run folders again costs
 * a thousand stats and little more, less often where nothing has happened for long. Links are followed by name, after everything that is no link, and looked at in every
 * scan, since what they lead to comes and goes unseen; a folder that is reached twice is listed once, so that links in a
 * circle end.
 */
export class Discovery {
  readonly root: string;
  readonly #outside: FoundLog | null;
  readonly #onLog: (found: FoundLog) => void;
  readonly #onError: (path: string, reason: string) => void;
  readonly #listener: FolderListener;
  readonly #folders: Folders;
  /** Folders that hold a log of their own. */
  readonly #runFolders = new Set<string>();
  readonly #unlisted: string[] = [];
  readonly #unfollowed: string[] = [];
  /** The folder in which the watched path is a file. */
  #beside: Stats | null = null;

  /**
   * @param root a watched path, or a log that lies outside the folder of its run
   * @param onLog called for every log at least once; a log may be reported again when its folder changes
   * @param onError a folder or link that cannot be looked at; called at each attempt
   */
  constructor(
    root: string | FoundLog,
    onLog: (found: FoundLog) => void,
    onError: (path: string, reason: string) => void,
    listener: FolderListener = NOBODY,
  ) {
    this.root = resolve(typeof root === 'string' ? root : root.path);
    this.#outside = typeof root === 'string' ? null : root;
    this.#onLog = onLog;
    this.#onError = onError;
    this.#listener = listener;
    this.#folders = new Folders(listener);
  }

  /** Looks at what has changed since the last call. Returns false when the watched path does not exist. */
  scan(nowMs: number): boolean {
    for (const path of this.#folders.paths) {
      if (path === this.root || nowMs >= (this.#folders.get(path)?.visitMs ?? 0)) this.#visit(path, nowMs);
    }
    const root = this.#look(this.root);
    if (root.kind === 'file') this.#report(this.root);
    this.#reportPieces();
    this.#enter(this.root, root);
    this.#watchBeside(root);
    for (const path of this.#folders.paths) this.#unfollowed.push(...(this.#folders.get(path)?.links ?? []));
    this.#work(nowMs);
    return root.kind !== 'missing';
  }

  /** Looks at one path that may have changed: a folder that is known, or something new in one. */
  notice(path: string, nowMs: number): void {
    if (this.#folders.get(path) !== undefined) this.#visit(path, nowMs);
    else if (path === this.root || this.#folders.get(dirname(path)) !== undefined) this.#unfollowed.push(path);
    this.#work(nowMs);
  }

  /** The log that a file of this path would be, or null when it is none. */
  logAt(path: string): FoundLog | null {
    if (this.#outside !== null) return this.#isPiece(path) ? { ...this.#outside, path } : null;
    const format = formatOf(basename(path));
    if (format === undefined) return null;
    const folder = this.#runFolderOf(dirname(path), format);
    const inside = path === this.root || this.#beside !== null ? '' : relative(this.root, folder);
    return { path, format, folder, run: inside === '' ? basename(folder) || folder : inside.split(sep).join('/') };
  }

  /** The run's folder is never above the watched path. */
  #runFolderOf(folder: string, format: Format): string {
    const above = format.runFolder?.(folder) ?? folder;
    if (!isWithin(above, this.root)) return folder;
    if (above !== folder || format.runFolder === undefined) return above;
    // event files at any depth belong to the run above them, where there is one
    for (let at = folder; isWithin(at, this.root); at = dirname(at)) {
      if (this.#runFolders.has(at)) return at;
      if (at === dirname(at)) break;
    }
    return folder;
  }

  /** The other pieces of a watched path that is a rotated log. */
  #reportPieces(): void {
    const format = this.#outside?.format ?? formatOf(basename(this.root));
    if (this.#beside === null || format?.chain === undefined) return;
    const folder = dirname(this.root);
    for (const { name } of this.#entriesOf(folder) ?? []) {
      const path = join(folder, name);
      if (path !== this.root && this.#isPiece(path)) this.#report(path);
    }
  }

  #isPiece(path: string): boolean {
    if (path === this.root) return true;
    const format = this.#outside?.format ?? formatOf(basename(this.root));
    if (format?.chain === undefined || dirname(path) !== dirname(this.root)) return false;
    const isMatching = this.#outside !== null || format.matches(basename(path));
    return isMatching && format.chain(basename(path)).of === format.chain(basename(this.root)).of;
  }

  /** Lists what is to be listed; links come last. */
  #work(nowMs: number): void {
    for (;;) {
      let path = this.#unlisted.shift();
      for (; path !== undefined; path = this.#unlisted.shift()) this.#list(path, nowMs);
      const link = this.#unfollowed.shift();
      if (link === undefined) return;
      this.#follow(link);
    }
  }

  #visit(path: string, nowMs: number): void {
    const folder = this.#folders.get(path);
    const now = this.#look(path);
    if (folder === undefined) return;
    if (now.kind === 'error') {
      folder.again = true;
    } else if (now.kind !== 'folder' || !isSameFolder(now.stats, folder.stats)) {
      // gone, or another one of the same name
      this.#folders.forget(path);
      this.#enter(path, now);
    } else if (now.stats.mtimeMs !== folder.changedMs || folder.again || nowMs >= folder.relistMs) {
      this.#unlisted.push(path);
    } else if (nowMs - folder.changedMs > QUIET_AFTER_MS) {
      folder.visitMs = nowMs + QUIET_VISIT_MS;
    }
  }

  #list(path: string, nowMs: number): void {
    const folder = this.#folders.get(path);
    const before = this.#look(path);
    if (folder === undefined || before.kind !== 'folder') return;
    const entries = this.#entriesOf(path);
    if (entries === null) return;
    folder.again = before.stats.mtimeMs !== folder.changedMs;
    folder.changedMs = before.stats.mtimeMs;
    folder.relistMs = nowMs + RELIST_MS;
    folder.links = [];
    if (entries.some(({ name }) => isOwnLog(formatOf(name), path))) this.#runFolders.add(path);
    for (const entry of entries) {
      const inside = join(path, entry.name);
      if (entry.isSymbolicLink()) folder.links.push(inside);
      else if (entry.isDirectory()) this.#follow(inside);
      else if (entry.isFile()) this.#report(inside);
      if (isCompressedPiece(entry.name)) this.#onError(inside, 'compressed');
    }
    this.#unfollowed.push(...folder.links);
  }

  #entriesOf(path: string): Dirent[] | null {
    try {
      const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
      this.#listener.healthy(path);
      return entries;
    } catch (error) {
      const failed = failure(error);
      if (failed.kind === 'error') this.#onError(path, failed.reason);
      return null;
    }
  }

  /** Takes in what an entry leads to; a folder that is known may have been replaced together with the one above. */
  #follow(path: string): void {
    if (SKIPPED.has(basename(path))) return;
    const found = this.#look(path);
    const known = this.#folders.get(path);
    if (known !== undefined && found.kind === 'folder' && !isSameFolder(found.stats, known.stats)) {
      this.#folders.forget(path);
    }
    this.#enter(path, found);
    if (found.kind !== 'file') return;
    const folder = this.#folders.get(dirname(path));
    if (formatOf(basename(path)) !== undefined) this.#report(path);
    else if (folder !== undefined) folder.links = folder.links.filter((link) => link !== path);
  }

  #enter(path: string, found: Standing): void {
    if (found.kind === 'folder' && this.#folders.enter(path, found.stats)) this.#unlisted.push(path);
  }

  /** Changes of the name of a watched path that is a file, or is to be one, are seen in its folder. */
  #watchBeside(root: Standing): void {
    const isFile = root.kind === 'file' || (root.kind === 'missing' && formatOf(basename(this.root)) !== undefined);
    const folder = dirname(this.root);
    const beside = isFile ? standing(folder) : root;
    const now = isFile && beside.kind === 'folder' ? beside.stats : null;
    const before = this.#beside;
    this.#beside = now;
    if (now !== null && before !== null && isSameFolder(now, before)) return;
    if (before !== null) this.#listener.folderGone(folder);
    if (now !== null) this.#listener.folder(folder);
  }

  #report(path: string): void {
    if (this.#listener.isFollowed(path)) return;
    const found = this.logAt(path);
    if (found === null) return;
    if (found.format.kind === 'log') this.#runFolders.add(found.folder);
    // what configures is of interest beside a log only, and where it lies, not elsewhere through a link
    else if (!this.#runFolders.has(found.folder)) return;
    else if (!isInTree(path, this.root)) {
      this.#onError(path, 'outside');
      return;
    }
    this.#onLog(found);
  }

  /** A file may still be unreadable, and a folder be closed to listing, when it can be looked at. */
  #look(path: string): Standing {
    const found = standing(path);
    if (found.kind === 'error') this.#onError(path, found.reason);
    else if (found.kind === 'missing' || found.kind === 'other') this.#listener.healthy(path);
    return found;
  }
}

function isOwnLog(format: Format | undefined, folder: string): boolean {
  return format?.kind === 'log' && (format.runFolder?.(folder) ?? folder) === folder;
}

/** Rotation compresses old pieces of a console log: their numbers are missing, which is said. */
function isCompressedPiece(name: string): boolean {
  const piece = /^(.+)\.(?:gz|bz2|xz|zst)$/.exec(name)?.[1];
  const log = piece === undefined ? undefined : formatOf(piece)?.chain?.(piece).of;
  return log !== undefined && log !== '' && log !== piece;
}

function isWithin(path: string, root: string): boolean {
  const inside = relative(root, path);
  return inside === '' || !(inside === '..' || inside.startsWith(`..${sep}`));
}

/** Whether the file itself lies in the watched tree, whatever links lead to it. */
function isInTree(path: string, root: string): boolean {
  try {
    return isWithin(realpathSync(path), realpathSync(root));
  } catch {
    return true;
  }
}
