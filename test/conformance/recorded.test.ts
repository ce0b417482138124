import { readFileSync, renameSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/formats/index.ts';
import type { WatchedRun } from '../../src/pipeline/watched-run.ts';
import { readCold } from '../support/cold.ts';
import { copyOf, entriesOf, logsOf, runsUnder, type StateEntry, stateOf, stepsOf } from './recorded.ts';

/** Names one more folder of run folders to go through: `NANWATCH_RUNS=../shared/runs vitest run recorded`. */
const MORE = process.env.NANWATCH_RUNS?.split(':') ?? [];

describe.each(['test/fixtures/folders', ...MORE])('the runs of %s', (root) => {
  const runs = runsUnder(resolve(root));
  it('are there', () => expect(runs).not.toEqual([]));

  it.each(runs)('%s: gradient norms are those of its state, whichever source they came from', async (name) => {
    const folder = copyOf(join(resolve(root), name));
    const truth = stateOf(folder);
    const whole = await readRun(folder);
    for (const { step, grad_norm } of truth) {
      expect(whole.get(step)?.grad_norm, `step ${step}`).toBe(grad_norm);
    }
    for (const path of logsOf(folder)) {
      const aside = join(folder, '..', 'aside');
      renameSync(join(folder, path), aside);
      if (logsOf(folder).length > 0) await expectNorms(folder, truth, `without ${path}`);
      renameSync(aside, join(folder, path));
    }
  });
});

async function readRun(folder: string) {
  const watch = await readCold(folder);
  expect(watch.bad).toEqual([]);
  expect([...watch.pipeline.runs.keys()]).toEqual([basename(folder)]);
  return stepsOf(watch.run(basename(folder)));
}

/** Every norm must be there that a source has which is left, in the precision of the most exact one of these. */
async function expectNorms(folder: string, truth: readonly StateEntry[], how: string): Promise<void> {
  const watch = await readCold(folder);
  const watched = watch.run(basename(folder));
  const steps = stepsOf(watched);
  const exact = exactSteps(folder, truth);
  const hasEvents = logsOf(folder).some((path) => formatOf(basename(path))?.name === 'tensorboard');
  const printed = printedSteps(watched);
  for (const { step, grad_norm } of truth) {
    const found = steps.get(step)?.grad_norm;
    const where = `${how}: step ${step}`;
    if (exact.has(step)) expect(found, where).toBe(grad_norm);
    else if (hasEvents) expect(Math.fround(found ?? Number.NEGATIVE_INFINITY), where).toBe(Math.fround(grad_norm));
    else if (printed.has(step)) expectPrinted(found, grad_norm, where);
    else expect(found, where).toBeUndefined();
  }
}

/** Steps that a state which is left has of this run, not of an older one in its place. */
function exactSteps(folder: string, truth: readonly StateEntry[]): Set<number> {
  const known = new Map(truth.map((entry) => [entry.step, entry]));
  const logs = logsOf(folder);
  const others = logs.filter((path) =>
    ['trainer-state', 'swift-logging'].includes(formatOf(basename(path))?.name ?? ''),
  );
  const steps = new Set<number>();
  for (const path of others) {
    for (const entry of entriesOf(join(folder, path))) {
      if (isDeepStrictEqual(known.get(entry.step), entry)) steps.add(entry.step);
    }
  }
  return steps;
}

function printedSteps({ sources }: WatchedRun): Set<number> {
  const text = sources
    .filter(({ format }) => format.name === 'hf-console')
    .map(({ path }) => readFileSync(path, 'utf8'));
  const steps = new Set<number>();
  for (const { store, format } of sources) {
    if (format.name !== 'hf-console' || !text.join('').includes('grad_norm')) continue;
    for (let index = 0; index < store.count; index++) steps.add(store.get(index, 0) ?? Number.NaN);
  }
  return steps;
}

/** Consoles of transformers 5 print four digits. */
function expectPrinted(found: number | undefined, grad_norm: number, where: string): void {
  if (Number.isFinite(grad_norm)) expect(Math.abs((found ?? Number.NaN) / grad_norm - 1), where).toBeLessThan(6e-4);
  else expect(found, where).toBe(grad_norm);
}
