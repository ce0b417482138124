import { basename, dirname, relative } from 'node:path';
import { FIELD } from '../model/field.ts';
import type { Join } from '../runs/join.ts';
import type { RecordStore } from '../runs/record-store.ts';
import type { Checkpoint } from '../runs/run.ts';
import type { Source } from './source.ts';

/**
 * The checkpoint in whose folder the log `source` lies, as far as it belongs to the joined run: an older run in the same
 * folder left states whose numbers are other ones. Null for any other source.
 */
function checkpointOf({ path, store, watched }: Source, belongs: boolean): Checkpoint | null {
  const folder = dirname(path);
  const step = /^checkpoint-(\d+)$/.exec(basename(folder))?.[1];
  if (step === undefined || !belongs) return null;
  return { name: relative(watched.folder, folder), step: Number(step), isGood: endsFinite(store) };
}

/** The checkpoints of a run by step, worked out anew where the states are still held. */
export function checkpointsOf(sources: readonly Source[], join: Join): Checkpoint[] {
  for (const source of sources) {
    if (source.store.count > 0) source.checkpoint = checkpointOf(source, join.holdsLastOf(source));
  }
  return sources.flatMap(({ checkpoint }) => checkpoint ?? []).sort((a, b) => a.step - b.step);
}

/** Whether the last record of training has finite numbers, and a loss that is not 0. */
function endsFinite(store: RecordStore): boolean {
  for (let index = store.count - 1; index >= 0; index--) {
    if (store.kind(index) !== 'training') continue;
    const loss = store.get(index, FIELD.loss);
    const norm = store.get(index, FIELD.grad_norm);
    return loss !== 0 && [loss, norm].every((value) => value === undefined || Number.isFinite(value));
  }
  return false;
}
