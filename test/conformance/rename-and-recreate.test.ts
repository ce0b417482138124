import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

scenario('moved away and made anew: a new run in the same place', (world) => {
  world.write('a', lines(1, 10));
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.old`);
  world.newTrainer('a');
  world.write('a', lines(1, 3, { seed: 1 }));
  world.expectTruth();
  expect(world.records('a')).toBe(3);
  expect(world.watch.tail.counts.rotations).toBe(1);
});

scenario('moved and made anew between two looks, already longer than the old one', (world) => {
  world.write('a', lines(1, 5));
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.old`);
  world.newTrainer('a');
  world.write('a', lines(1, 50, { seed: 1 }));
  world.expectTruth();
  expect(world.records('a')).toBe(50);
});

scenario('moved and made anew with the same first lines', (world) => {
  world.write('a', lines(1, 5));
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.old`);
  world.newTrainer('a');
  world.write('a', lines(1, 5));
  world.expectTruth();
  world.write('a', line(6));
  world.expectTruth();
  expect(world.records('a')).toBe(6);
});

scenario('the half line of the old log is not joined to the new one', (world) => {
  world.write('a', line(1), line(2).slice(0, 50));
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.old`);
  world.newTrainer('a');
  world.write('a', line(1, { seed: 1 }));
  world.expectTruth();
  expect(world.watch.bad).toEqual([]);
});

scenario('the old writer still adds to the moved log', (world) => {
  world.write('a', line(1));
  const old = openSync(world.log('a'), 'a');
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.old`);
  world.newTrainer('a');
  world.write('a', line(1, { seed: 1 }));
  world.settle();
  for (let step = 2; step < 9; step++) {
    writeSync(old, line(step));
    world.touch(world.log('a'));
  }
  world.expectTruth();
  expect(world.records('a')).toBe(1);
  closeSync(old);
});

scenario('the writer does not notice that its log was moved', (world) => {
  world.write('a', lines(1, 3));
  world.start();
  world.rename(world.log('a'), `${world.log('a')}.old`);
  world.settle();
  world.write('a', line(4));
  world.newTrainer('a');
  world.write('a', line(5));
  world.expectTruth();
});

scenario('moved away and back: nothing twice', (world) => {
  world.write('a', lines(1, 5));
  world.start();
  world.rename(world.log('a'), join(world.beside, 'away'));
  world.settle();
  appendFileSync(join(world.beside, 'away'), line(6));
  world.settle();
  world.rename(join(world.beside, 'away'), world.log('a'));
  world.expectTruth();
  expect(world.records('a')).toBe(6);
  expect(world.watch.tail.counts.bytes).toBe(lines(1, 6).length);
});

scenario('gone for good: the run goes after a grace time, not before', (world) => {
  world.write('a', lines(1, 5));
  world.write('b', line(1));
  world.start();
  world.remove(world.log('a'));
  world.settle(20_000);
  expect(world.runs).toEqual(['a', 'b']);
  world.settle(20_000);
  expect(world.runs).toEqual(['b']);
  expect(world.watch.goneLogs).toEqual([world.log('a')]);
  expect(world.watch.tail.filesFollowed).toBe(1);
});

scenario('a long quiet run is deleted: it goes after the grace time, too', (world) => {
  world.write('a', lines(1, 5));
  world.start();
  world.nowMs += 3_600_000;
  world.settle();
  world.remove(dirname(world.log('a')));
  world.settle(41_000);
  expect(world.runs).toEqual([]);
});

scenario('gone for good, and then there again', (world) => {
  world.write('a', lines(1, 5));
  world.start();
  world.rename(world.log('a'), join(world.beside, 'away'));
  world.newTrainer('a');
  world.settle(40_000);
  expect(world.runs).toEqual([]);
  world.rename(join(world.beside, 'away'), world.log('a'));
  world.expectTruth();
  world.write('a', line(6));
  world.expectTruth();
  expect(world.records('a')).toBe(6);
});

scenario('a run folder is deleted and made anew between two looks', (world) => {
  world.write('x/a', lines(1, 5));
  world.start();
  world.remove(join(world.folder, 'x'));
  world.newTrainer('x/a');
  world.write('x/a', lines(1, 7, { seed: 1 }));
  world.write('x/b', line(1));
  world.expectTruth(3_000);
  world.write('x/a', line(8, { seed: 1 }));
  world.write('x/b', line(2));
  world.expectTruth();
});

scenario('a run folder is moved away and another one into its place', (world) => {
  world.write('a', lines(1, 5));
  world.write('b', lines(1, 7, { seed: 1 }));
  world.start();
  world.rename(join(world.folder, 'a'), join(world.folder, 'c'));
  world.rename(join(world.folder, 'b'), join(world.folder, 'a'));
  for (const run of ['a', 'b']) world.newTrainer(run);
  world.expectTruth(3_000);
  expect([world.records('a'), world.records('c')]).toEqual([7, 5]);
  world.write('a', line(8, { seed: 1 }));
  world.write('c', line(6));
  world.expectTruth();
});

scenario('two logs change their places', (world) => {
  world.write('a', lines(1, 5));
  world.write('b', lines(1, 7, { seed: 1 }));
  world.start();
  world.rename(world.log('a'), join(world.beside, 'away'));
  world.rename(world.log('b'), world.log('a'));
  world.rename(join(world.beside, 'away'), world.log('b'));
  world.expectTruth();
  expect([world.records('a'), world.records('b')]).toEqual([7, 5]);
});

scenario('rotated thrice in a burst', (world) => {
  world.write('a', lines(1, 5));
  world.start();
  for (let seed = 1; seed <= 3; seed++) {
    world.rename(world.log('a'), `${world.log('a')}.${seed}`);
    world.newTrainer('a');
    world.write('a', lines(1, seed, { seed }));
  }
  world.expectTruth();
  expect(world.records('a')).toBe(3);
});
