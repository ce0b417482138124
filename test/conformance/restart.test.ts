import { expect } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

scenario('stopped, lines, started: as if it had never stopped', async (world) => {
  world.write('a', lines(1, 10));
  world.start();
  await world.watch.stop(world.nowMs);
  world.write('a', lines(11, 15));
  world.start();
  world.expectTruth();
  expect(world.records('a')).toBe(15);
});

scenario('killed in the middle of a line', (world) => {
  world.start();
  world.write('a', line(1), line(2).slice(0, 30));
  world.settle();
  world.start();
  world.write('a', line(2).slice(30));
  world.expectTruth();
  expect(world.records('a')).toBe(2);
});

scenario('killed at any moment of a long read', (world) => {
  world.write('a', lines(1, 20_000));
  world.start();
  world.start();
  world.write('a', lines(20_001, 20_010));
  world.expectTruth();
  expect(world.records('a')).toBe(20_010);
});

scenario('rotated, truncated and removed while it was down', (world) => {
  for (const run of ['a', 'b', 'c']) world.write(run, lines(1, 10));
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.1`);
  world.newTrainer('a');
  world.write('a', lines(1, 2, { seed: 1 }));
  world.truncate(world.log('b'), 0);
  world.write('b', lines(1, 30, { seed: 1 }));
  world.remove(world.log('c'));
  world.start();
  world.expectTruth();
  expect(world.runs).toEqual(['a', 'b']);
});
