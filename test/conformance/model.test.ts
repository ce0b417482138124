import { rmSync } from 'node:fs';
import { describe, it } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { BadDays } from './bad-days.ts';
import { Random } from './random.ts';
import { SEEN_BY, World, WRITER } from './world.ts';

/**
 * Random bad days against a model: after every few of them the agent must know what a full read of the present logs
 * gives. `NANWATCH_MODEL_SEEDS=5000` plays more of them; `NANWATCH_MODEL_SEED=17` plays one again.
 */
const SEEDS = Number(process.env.NANWATCH_MODEL_SEEDS ?? 200);
const ONE = process.env.NANWATCH_MODEL_SEED;
const STEPS = 40;
const SETTLE_MS = 6_000;
const BATCH = 25;

const seeds = ONE === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed + 1) : [Number(ONE)];
const batches = Array.from({ length: Math.ceil(seeds.length / BATCH) }, (_, at) =>
  seeds.slice(at * BATCH, (at + 1) * BATCH),
);

describe('after random bad days the agent knows what a full read gives', () => {
  it.each(batches.map((batch) => [batch[0], batch.at(-1), batch] as const))(
    'seeds %i to %i',
    (_first, _last, batch) => {
      for (const seed of batch) play(seed);
    },
    120_000,
  );
});

function play(seed: number): void {
  const random = new Random(seed);
  const folder = temporaryFolder();
  const world = new World(folder, { seenBy: random.of(SEEN_BY), writer: random.of(WRITER) });
  const days = new BadDays(world, random);
  try {
    world.start();
    for (let step = 0; step < STEPS; step++) {
      days.next();
      if (random.below(5) > 0 && step < STEPS - 1) continue;
      days.done.push('-- is it true?');
      world.expectTruth(SETTLE_MS);
    }
  } catch (error) {
    const { seenBy, writer } = world.options;
    const happened = days.done.map((day) => `  ${day}`).join('\n');
    throw new Error(`seed ${seed} (${seenBy}, writer ${writer}): ${String(error)}\n${happened}`, { cause: error });
  } finally {
    world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
