import { describe, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { SEEN_BY, World, type WorldOptions, WRITER } from './world.ts';

const COMBINATIONS: readonly WorldOptions[] = SEEN_BY.flatMap((seenBy) => WRITER.map((writer) => ({ seenBy, writer })));

/** A scenario, under every way of seeing and of writing. */
export function scenario(name: string, play: (world: World) => void | Promise<void>): void {
  describe(name, () => {
    it.each(COMBINATIONS)('$seenBy, writer $writer', async (options) => {
      await play(newWorld(options));
    });
  });
}

/** A world that is gone after the test. */
export function newWorld(options: WorldOptions): World {
  const world = new World(temporaryFolder(), options);
  onTestFinished(() => world.close());
  return world;
}
