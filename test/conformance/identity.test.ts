import { copyFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

for (const isSeen of [true, false]) {
  const when = isSeen ? 'its absence is seen' : 'nobody saw it missing';
  for (const [name, seed, last] of [
    ['other content, longer', 1, 20],
    ['other content, as long', 1, 10],
    ['other content, shorter', 1, 3],
    ['the same first lines and more', 0, 20],
    ['equal content', 0, 10],
    ['fewer of the same lines', 0, 3],
  ] as const) {
    scenario(`removed and made anew, perhaps with its old inode number: ${name}; ${when}`, (world) => {
      world.write('a', lines(1, 10));
      world.start();
      world.remove(world.log('a'));
      world.newTrainer('a');
      if (isSeen) world.settle();
      world.write('a', lines(1, last, { seed }));
      world.expectTruth();
      world.write('a', line(last + 1, { seed }));
      world.expectTruth();
      expect(world.records('a')).toBe(last + 1);
    });
  }
}

scenario('the inode number of one log goes to another one', (world) => {
  world.write('a', lines(1, 10));
  world.write('b', lines(1, 4));
  world.start();
  const { ino } = statSync(world.log('a'));
  world.remove(world.log('a'));
  world.newTrainer('a');
  world.replace(world.log('b'), lines(1, 12));
  world.newTrainer('b');
  world.write('a', lines(1, 11));
  world.expectTruth();
  expect(ino).toBeGreaterThan(0);
});

scenario('two logs with the same first lines, and two that are equal, are two', (world) => {
  world.write('a', lines(1, 10));
  for (const run of ['b', 'c']) {
    world.makeFolder(dirname(world.log(run)));
    copyFileSync(world.log('a'), world.log(run));
  }
  world.start();
  expect(world.runs).toEqual(['a', 'b', 'c']);
  world.write('b', line(11));
  world.expectTruth();
  expect([world.records('a'), world.records('b'), world.records('c')]).toEqual([10, 11, 10]);
});

scenario('a copy of a followed log is another run', (world) => {
  world.write('a', lines(1, 10));
  world.start();
  world.makeFolder(dirname(world.log('b')));
  copyFileSync(world.log('a'), world.log('b'));
  world.touch(world.log('b'));
  world.expectTruth(3_000);
  expect(world.runs).toEqual(['a', 'b']);
});
