import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { FORMATS, formatOf } from '../formats/index.ts';
import { STANDARD_INPUT } from '../standard-input.ts';
import { UsageError } from './exit.ts';

/**
 * Refuses paths that can never hold a log, before anything starts.
 *
 * @param mayBeMissing a path that does not exist is waited for
 * @throws UsageError naming the path and the cure
 */
export function checkPaths(paths: readonly string[], mayBeMissing: boolean): void {
  for (const path of paths) {
    if (path === STANDARD_INPUT && mayBeMissing) continue;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (mayBeMissing) continue;
      throw new UsageError(`${path} does not exist. Name a run folder, a folder of run folders, or a log.`);
    }
    if (!stats.isFile() && !stats.isDirectory()) {
      throw new UsageError(
        `${path} is neither a file nor a folder. Name a run folder, a folder of run folders, or a log.`,
      );
    }
    if (stats.isFile() && formatOf(basename(path)) === undefined) {
      const known = FORMATS.map(({ name }) => name).join(', ');
      throw new UsageError(
        `${path} is not named like a log that nanwatch reads (formats: ${known}). Name its folder, or trainer_log.jsonl.`,
      );
    }
  }
}
