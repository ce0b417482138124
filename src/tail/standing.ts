import { type Stats, statSync } from 'node:fs';

/** What stands under a name now, links followed. */
export type Standing =
  | { readonly kind: 'file' | 'folder' | 'other'; readonly stats: Stats }
  | { readonly kind: 'missing' }
  | { readonly kind: 'error'; readonly reason: string };

/** Looks at a name. Never throws. */
export function standing(path: string): Standing {
  try {
    const stats = statSync(path);
    return { kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other', stats };
  } catch (error) {
    return failure(error);
  }
}

/**
 * What a failed call of the file system says of the name.
 *
 * @throws the error itself when the file system has no part in it
 */
export function failure(error: unknown): Extract<Standing, { kind: 'missing' | 'error' }> {
  if (!(error instanceof Error) || !('syscall' in error)) throw error;
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'missing' } : { kind: 'error', reason: code };
}
