import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Config } from './config/schema.ts';
import type { Format } from './formats/format.ts';
import { hfConsole } from './formats/hf-console.ts';
import { trainingArgs } from './formats/training-args.ts';
import type { FoundLog } from './tail/discovery.ts';

/** The files that the configuration names for runs in whose folder they do not lie. */
export function outsideLogs({ paths, log, training_args }: Config): FoundLog[] {
  const found = (format: Format) => (named: { run: string; path: string }) => ({
    path: resolve(named.path),
    format,
    folder: folderOf(paths, named.run),
    run: named.run,
  });
  return [...log.map(found(hfConsole)), ...training_args.map(found(trainingArgs))];
}

/** Folder of a run below one of the watched paths, or a watched path that is the run itself; it may not exist yet. */
function folderOf(paths: readonly string[], run: string): string {
  const roots = paths.map((path) => resolve(path));
  const below = roots.map((root) => resolve(root, run));
  const itself = roots.find((root) => basename(root) === run);
  return below.find((folder) => isFolder(folder)) ?? itself ?? below[0] ?? resolve(run);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
