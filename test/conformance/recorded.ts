import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { formatOf } from '../../src/formats/index.ts';
import { LogRecord } from '../../src/model/record.ts';
import { strandsOf } from '../../src/pipeline/strands.ts';
import type { WatchedRun } from '../../src/pipeline/watched-run.ts';
import { Join } from '../../src/runs/join.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A step as the run's own `trainer_state.json` has it, found without any code of the agent. */
export interface StateEntry {
  readonly step: number;
  readonly loss: number;
  readonly learning_rate: number;
  readonly grad_norm: number;
}

/** A copy of a recorded run's folder, which is gone after the test. */
export function copyOf(folder: string): string {
  const copy = join(temporaryFolder(), basename(folder));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Folders under `root` in which a run lies, by name. */
export function runsUnder(root: string): string[] {
  if (!existsSync(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .filter((name) => logsOf(join(root, name)).length > 0)
    .sort();
}

/** Paths of the logs in the folder of a run, relative to it. */
export function logsOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && formatOf(entry.name)?.kind === 'log')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** The steps of training in the last state that a run has written; none where there is no state with norms. */
export function stateOf(folder: string): StateEntry[] {
  const states = logsOf(folder).filter((path) => basename(path) === 'trainer_state.json');
  const newest = states.sort((a, b) => ageOf(a) - ageOf(b)).at(-1);
  return newest === undefined ? [] : entriesOf(join(folder, newest));
}

/** The entries of one state file that have a gradient norm. */
export function entriesOf(path: string): StateEntry[] {
  const text = readFileSync(path, 'utf8').replace(/: (NaN|-?Infinity)/g, ': "$1"');
  const history = JSON.parse(text).log_history as Readonly<Record<string, unknown>>[];
  return history
    .filter(({ grad_norm }) => grad_norm !== undefined)
    .map(({ step, loss, learning_rate, grad_norm }) => ({
      step: Number(step),
      loss: Number(loss),
      learning_rate: Number(learning_rate),
      grad_norm: Number(grad_norm),
    }));
}

/** The newest training record of each step, as the sources of a run have it together. */
export function stepsOf(watched: WatchedRun): Map<number, Partial<StateEntry>> {
  const join = new Join(strandsOf(watched.sources));
  const record = new LogRecord();
  const steps = new Map<number, Partial<StateEntry>>();
  for (let index = 0; index < join.count; index++) {
    join.read(index, record);
    if (record.isTraining && record.step !== null) steps.set(record.step, Object.fromEntries(record.entries()));
  }
  return steps;
}

/** The state in the run's folder is the last one, then that of the highest checkpoint. */
function ageOf(path: string): number {
  const checkpoint = /checkpoint-(\d+)\//.exec(path)?.[1];
  return checkpoint === undefined ? Number.POSITIVE_INFINITY : Number(checkpoint);
}
