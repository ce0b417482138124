import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

scenario('history at start is read once', (world) => {
  world.write('a', lines(1, 100));
  world.start();
  world.expectTruth();
  expect(world.records('a')).toBe(100);
  expect(world.watch.liveRecords).toBe(0);
});

scenario('the watched folder comes later than the agent, deep down, with a line in it', (world) => {
  const root = join(world.folder, 'not', 'yet');
  world.start([root]);
  expect(world.watch.tail.missingPaths).toEqual([root]);
  world.write('not/yet/there/a', line(1));
  world.settle();
  expect(world.runs).toEqual(['there/a']);
  expect(world.records('there/a')).toBe(1);
  expect(world.watch.tail.missingPaths).toEqual([]);
});

scenario('the watched path is a log that does not exist yet', (world) => {
  world.start([world.log('a')]);
  world.write('a', line(1));
  world.settle();
  expect(world.runs).toEqual(['a']);
  world.write('a', line(2));
  world.settle();
  expect(world.records('a')).toBe(2);
});

scenario('the watched path is a log that is replaced, removed and made anew', (world) => {
  world.write('a', lines(1, 3));
  world.start([world.log('a')]);
  world.replace(world.log('a'), lines(1, 5, { seed: 1 }));
  world.newTrainer('a');
  world.expectTruth();
  world.remove(world.log('a'));
  world.newTrainer('a');
  world.settle();
  world.write('a', line(1, { seed: 2 }));
  world.expectTruth();
});

scenario('the watched folder is removed and comes back', (world) => {
  world.write('a', lines(1, 3));
  world.start();
  world.remove(world.folder);
  world.newTrainer('a');
  world.settle(2_000);
  world.write('a', lines(1, 2, { seed: 1 }));
  world.write('b', line(1));
  world.expectTruth();
  world.write('b', line(2));
  world.expectTruth();
});

scenario('the watched folder is replaced by another one between two looks', (world) => {
  world.write('a', lines(1, 3));
  world.start();
  world.rename(world.folder, join(world.beside, 'old'));
  world.newTrainer('a');
  world.write('a', lines(1, 4, { seed: 1 }));
  world.write('b', line(1));
  world.expectTruth(3_000);
  world.write('b', line(2));
  world.expectTruth();
});

scenario('the first line follows the creation of its folder at once', (world) => {
  world.start();
  for (const run of ['a', 'x/b', 'x/y/z/c']) world.write(run, line(1));
  world.expectTruth();
  expect(world.runs).toEqual(['a', 'x/b', 'x/y/z/c']);
});

scenario('a burst of fifty new run folders', (world) => {
  world.start();
  for (let run = 0; run < 50; run++) world.write(`sweep/${run}`, line(1, { seed: run }));
  world.expectTruth();
  expect(world.runs).toHaveLength(50);
});

scenario('a folder is made, seen, and gets its log later', (world) => {
  world.start();
  world.makeFolder(join(world.folder, 'a'));
  world.settle();
  expect(world.runs).toEqual([]);
  world.write('a', line(1));
  world.expectTruth();
  expect(world.runs).toEqual(['a']);
});

scenario('what is no log is ignored', async (world) => {
  const inside = join(world.folder, 'odd');
  mkdirSync(join(inside, 'folder', 'trainer_log.jsonl'), { recursive: true });
  mkdirSync(join(inside, 'pipe'));
  execFileSync('mkfifo', [join(inside, 'pipe', 'trainer_log.jsonl')]);
  mkdirSync(join(inside, 'socket'));
  const server = createServer().listen(join(inside, 'socket', 'trainer_log.jsonl'));
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  for (const name of ['trainer_log.jsonl.bak', 'my_trainer_log.jsonl', 'trainer_log.json']) {
    writeFileSync(join(inside, name), line(1));
  }
  world.write('a', line(1));
  world.start();
  expect(world.runs).toEqual(['a']);
  expect(world.watch.problems).toEqual([]);
});

scenario('a log becomes a pipe, and a log again', (world) => {
  world.write('a', lines(1, 2));
  world.start();
  world.remove(world.log('a'));
  world.newTrainer('a');
  execFileSync('mkfifo', [world.log('a')]);
  world.touch(world.log('a'));
  world.settle();
  world.remove(world.log('a'));
  world.write('a', lines(1, 3, { seed: 1 }));
  world.expectTruth();
});

scenario('one log by a hard link, a link to it and a link to its folder counts once', (world) => {
  world.write('b', lines(1, 3));
  for (const run of ['a', 'c']) mkdirSync(join(world.folder, run));
  symlinkSync(world.log('b'), world.log('a'));
  linkSync(world.log('b'), world.log('c'));
  symlinkSync(join(world.folder, 'b'), join(world.folder, 'a-link'));
  world.start();
  expect(world.runs).toEqual(['b']);
  world.write('b', line(4));
  world.settle();
  expect(world.runs).toEqual(['b']);
  expect(world.records('b')).toBe(4);
});

scenario('two watched paths that hold the same run', (world) => {
  world.write('x/a', lines(1, 3));
  world.start([world.folder, join(world.folder, 'x')]);
  expect(world.runs).toEqual(['x/a']);
});

scenario('links in a circle end', (world) => {
  world.write('x/a', line(1));
  symlinkSync(world.folder, join(world.folder, 'x', 'up'));
  symlinkSync('itself', join(world.folder, 'itself'));
  world.start();
  expect(world.runs).toEqual(['x/a']);
});

scenario('the second name of a log comes to lead to another file', (world) => {
  world.write('a', lines(1, 3));
  mkdirSync(join(world.folder, 'b'));
  linkSync(world.log('a'), world.log('b'));
  world.start();
  expect(world.runs).toEqual(['a']);
  world.replace(world.log('a'), lines(1, 2, { seed: 1 }));
  world.expectTruth(3_000);
  expect(world.runs).toEqual(['a', 'b']);
});

scenario('the first name of a log goes, the second one stays', (world) => {
  world.write('a', lines(1, 3));
  mkdirSync(join(world.folder, 'b'));
  linkSync(world.log('a'), world.log('b'));
  world.start();
  world.remove(world.log('a'));
  world.expectTruth(3_000);
  expect(world.records('b')).toBe(3);
});

scenario('a log is made a link to another log', (world) => {
  world.write('a', lines(1, 3));
  world.write('b', lines(1, 2, { seed: 1 }));
  world.start();
  expect(world.runs).toEqual(['a', 'b']);
  unlinkSync(world.log('a'));
  symlinkSync(world.log('b'), world.log('a'));
  world.touch(world.log('a'));
  world.settle(3_000);
  expect(world.runs).toEqual(['b']);
  expect(world.records('b')).toBe(2);
});

scenario('a link leads nowhere, then to a log, then to another one', (world) => {
  const outside = (name: string) => join(world.beside, name);
  mkdirSync(join(world.folder, 'a'));
  symlinkSync(outside('one'), world.log('a'));
  world.start();
  expect(world.runs).toEqual([]);
  writeFileSync(outside('one'), lines(1, 3));
  world.settle(3_000);
  expect(world.records('a')).toBe(3);
  writeFileSync(outside('two'), lines(1, 5));
  symlinkSync(outside('two'), outside('link'));
  world.rename(outside('link'), world.log('a'));
  world.settle();
  expect(world.records('a')).toBe(5);
  expect(world.watch.tail.counts.rotations).toBe(1);
});

scenario('a linked folder is swapped for another one', (world) => {
  for (const [name, last] of [
    ['one', 3],
    ['two', 5],
  ] as const) {
    mkdirSync(join(world.beside, name));
    writeFileSync(join(world.beside, name, 'trainer_log.jsonl'), lines(1, last, { seed: last }));
  }
  symlinkSync(join(world.beside, 'one'), join(world.folder, 'latest'));
  world.start();
  expect(world.records('latest')).toBe(3);
  symlinkSync(join(world.beside, 'two'), join(world.beside, 'link'));
  world.rename(join(world.beside, 'link'), join(world.folder, 'latest'));
  world.settle(3_000);
  expect(world.records('latest')).toBe(5);
});

scenario('empty and tiny logs are followed and never taken for one another', (world) => {
  for (const run of ['a', 'b', 'c']) world.write(run, '');
  world.write('d', '{');
  world.start();
  expect(world.runs).toEqual(['a', 'b', 'c', 'd']);
  for (const run of ['a', 'b']) world.write(run, line(1));
  world.write('c', line(1), line(2));
  world.expectTruth();
});

scenario('a run folder is renamed', (world) => {
  world.write('a', lines(1, 3));
  world.start();
  world.settle(10_000);
  world.rename(dirname(world.log('a')), dirname(world.log('b')));
  world.newTrainer('a');
  world.expectTruth(3_000);
  world.write('b', line(4));
  world.expectTruth();
  world.settle(40_000);
  expect(world.runs).toEqual(['b']);
});

scenario('a log that is too old is left alone until it changes', (world) => {
  const old = world.nowMs / 1000 - 8 * 86_400;
  for (const run of ['old', 'older']) world.write(run, lines(1, 3));
  for (const run of ['old', 'older']) utimesSync(world.log(run), old, old);
  world.write('new', line(1));
  world.start(undefined, 7 * 86_400_000);
  expect(world.runs).toEqual(['new']);
  expect(world.watch.tail.filesFollowed).toBe(1);
  world.write('old', line(4));
  world.remove(world.log('older'));
  world.settle();
  expect(world.runs).toEqual(['new', 'old']);
  expect(world.records('old')).toBe(4);
});

scenario('a log is found although its folder never changes its time of change', (world) => {
  world.makeFolder(join(world.folder, 'a'));
  world.start();
  world.settle(3_000);
  const folder = join(world.folder, 'a');
  utimesSync(folder, 1_000_000, 1_000_000);
  world.settle(3_000);
  writeFileSync(world.log('a'), lines(1, 2));
  utimesSync(folder, 1_000_000, 1_000_000);
  world.settle(31_000);
  expect(world.records('a')).toBe(2);
});

scenario('folders with very many files are left out', (world) => {
  world.write('node_modules/a', line(1));
  world.write('b', line(1));
  world.start();
  expect(world.runs).toEqual(['b']);
});

scenario('watches are let go with their folders', (world) => {
  world.write('x/a', line(1));
  world.start();
  const all = [world.folder, join(world.folder, 'x'), join(world.folder, 'x', 'a')];
  if (world.options.seenBy === 'events') expect(world.waker.watched).toEqual(all);
  rmSync(join(world.folder, 'x'), { recursive: true });
  world.settle(3_000);
  expect(world.waker.watched).toEqual(world.options.seenBy === 'events' ? [world.folder] : []);
});
