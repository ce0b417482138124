import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { formatOf } from '../../src/formats/index.ts';
import { runView } from '../../src/view/run-view.ts';
import { readCold } from '../support/cold.ts';
import { scenario } from './matrix.ts';
import { logsOf, runsUnder } from './recorded.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

/** Folders of whole run folders; see `recorded.test.ts` for the variable. */
const ROOTS = ['test/fixtures/folders', ...(process.env.NANWATCH_RUNS?.split(':') ?? [])];
/** As many parts are written of each file while the run lasts. */
const PARTS = 60;

/** A write that is to be done when this share of the run is over. */
interface Cue {
  readonly at: number;
  readonly path: string;
  readonly bytes: Buffer;
  /** What the file held is void. */
  readonly anew: boolean;
}

for (const folder of ROOTS.flatMap((root) => runsUnder(root).map((run) => join(root, run)))) {
  scenario(`${folder}, with all of its sources at once`, async (world) => {
    world.start();
    for (const cue of cuesOf(folder)) {
      write(world, join(world.folder, 'a', cue.path), cue);
      // seldom enough for a quick test, at times that have nothing to do with the writes
      if (cue.bytes.length % 7 === 0) world.settle(250);
    }
    world.settle(10_000);
    expect(world.watch.bad).toEqual([]);
    const end = world.nowMs;
    await world.watch.stop(end);
    expect(stateOf(world.watch, end)).toEqual(stateOf(await readCold(world.folder, end), end));
  });
}

/**
 * The writes of a whole run in their order: logs grow, states are written anew when their step is reached, the file cut
 * to nothing first and filled in two writes; before that it held another state.
 */
function cuesOf(folder: string): Cue[] {
  const log = readIfThere(join(folder, 'trainer_log.jsonl'));
  return logsOf(folder)
    .flatMap((path) => {
      const bytes = readFileSync(join(folder, path));
      if (formatOf(basename(path))?.name === 'trainer-state')
        return written(path, bytes, whenOf(log, bytes.toString()));
      return grown(path, bytes);
    })
    .sort((a, b) => a.at - b.at);
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function grown(path: string, bytes: Buffer): Cue[] {
  const size = Math.ceil(bytes.length / PARTS);
  return Array.from({ length: PARTS }, (_, index) => ({
    at: (index + 1) / PARTS,
    path,
    bytes: bytes.subarray(index * size, (index + 1) * size),
    anew: false,
  }));
}

function written(path: string, bytes: Buffer, at: number): Cue[] {
  const half = bytes.length >> 1;
  const cue = { path, at };
  return [
    // as the state of an earlier checkpoint, in the same place
    { ...cue, at: at / 2, bytes: Buffer.from('{"log_history": [], "max_steps": 7}'), anew: true },
    { ...cue, bytes: bytes.subarray(0, half), anew: true },
    { ...cue, at: at + 1e-6, bytes: bytes.subarray(half), anew: false },
  ];
}

/** Share of the log that was written when this state was. */
function whenOf(log: string, state: string): number {
  const step = JSON.parse(state.replaceAll('NaN', '0')).global_step;
  const place = log.lastIndexOf(`"current_steps": ${step},`);
  return place === -1 ? 0.5 : place / log.length;
}

function write(world: World, path: string, { bytes, anew }: Cue): void {
  mkdirSync(dirname(path), { recursive: true });
  if (anew) writeFileSync(path, bytes);
  else appendFileSync(path, bytes);
  world.touch(dirname(path), path);
}

function stateOf(watch: Watch, nowMs: number) {
  const { run, book, incidents } = watch.run('a');
  // when a record arrived is known to the second alone to whoever reads it later
  const { last_record_at: _, sources, seconds_per_step: __, ...view } = runView(watch.run('a'), nowMs);
  return {
    view: { ...view, sources: [...sources].sort((a, b) => (a.path < b.path ? -1 : 1)) },
    tally: run.tally,
    attempts: run.attemptLog.all.map(({ firstStep, lastStep }) => [firstStep, lastStep]),
    opened: [...book.opened].sort(),
    incidents: incidents.map(({ startedAtMs: _, endedAtMs: __, ...rest }) => rest),
  };
}
