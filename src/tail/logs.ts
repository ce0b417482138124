import { realpathSync } from 'node:fs';
import type { FoundLog } from './discovery.ts';
import { FollowedFile, fileId } from './followed-file.ts';
import { standing } from './standing.ts';

/**
 * The logs in the hands of the tail. A file that two names lead to, by a hard or symbolic link, is followed by one of
 * them; the other name waits, since it may come to lead to another file.
 */
export class Logs {
  readonly #files = new Map<string, FollowedFile>();
  readonly #aliases = new Map<string, FoundLog>();

  get(path: string): FollowedFile | undefined {
    return this.#files.get(path);
  }

  get all(): Iterable<FollowedFile> {
    return this.#files.values();
  }

  /** Those that lie in a folder. */
  in(folder: string): FollowedFile[] {
    const inside: FollowedFile[] = [];
    this.#files.forEach((file) => {
      if (file.folder === folder) inside.push(file);
    });
    return inside;
  }

  /** Takes a log. Returns null when it is known or nothing to follow now. */
  add(found: FoundLog): FollowedFile | null {
    if (this.#files.has(found.path)) return null;
    this.#aliases.delete(found.path);
    const now = standing(found.path);
    if (now.kind !== 'file' && now.kind !== 'error') return null;
    if (this.#twinOf(found.path) !== null) {
      this.#aliases.set(found.path, found);
      return null;
    }
    const file = new FollowedFile(found, now.kind === 'file' ? now.stats : null);
    this.#files.set(found.path, file);
    return file;
  }

  delete(file: FollowedFile): void {
    this.#files.delete(file.found.path);
  }

  /** Finds names that have come to lead to the same file, and such that no longer do. */
  sweep(): { readonly added: FollowedFile[]; readonly dropped: FollowedFile[] } {
    const dropped = this.#duplicates();
    for (const file of dropped) {
      this.delete(file);
      this.#aliases.set(file.found.path, file.found);
    }
    const added = [...this.#aliases.values()].flatMap((found) => this.add(found) ?? []);
    return { added, dropped };
  }

  /** Of each two names of one file, that which is a link, else the later one; a name that waits takes the better place. */
  #duplicates(): FollowedFile[] {
    const dropped = new Set<FollowedFile>();
    const seen = new Set<string>();
    for (const file of this.#files.values()) {
      if (seen.has(file.lastSeenAs)) {
        const twin = this.#twinOf(file.found.path);
        if (twin !== null && !dropped.has(twin)) dropped.add(worseOf(twin, file));
      }
      seen.add(file.lastSeenAs);
    }
    for (const { path } of this.#aliases.values()) {
      const twin = this.#twinOf(path);
      if (twin !== null && isReal(path) && !isReal(twin.found.path)) dropped.add(twin);
    }
    return [...dropped];
  }

  /** Another name that is followed and leads to the same file now. */
  #twinOf(path: string): FollowedFile | null {
    const mine = standing(path);
    if (mine.kind !== 'file') return null;
    const id = fileId(mine.stats);
    for (const other of this.#files.values()) {
      if (other.found.path === path || other.lastSeenAs !== id) continue;
      const its = standing(other.found.path);
      if (its.kind === 'file' && fileId(its.stats) === id) return other;
    }
    return null;
  }
}

function worseOf(earlier: FollowedFile, later: FollowedFile): FollowedFile {
  return isReal(later.found.path) && !isReal(earlier.found.path) ? earlier : later;
}

function isReal(path: string): boolean {
  try {
    return realpathSync(path) === path;
  } catch {
    return false;
  }
}
