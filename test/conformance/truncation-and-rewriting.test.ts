import { closeSync, openSync, truncateSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { expect } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

/** More than what is compared as a whole at every look. */
const LARGE = 2_000;

scenario('truncated to shorter', (world) => {
  world.write('a', lines(1, 10));
  world.start();
  world.truncate(world.log('a'), lines(1, 4).length + 20);
  world.expectTruth();
  expect(world.records('a')).toBe(4);
  expect(world.watch.tail.counts.truncations).toBe(1);
});

scenario('truncated to zero', (world) => {
  world.write('a', lines(1, 10));
  world.start();
  world.truncate(world.log('a'), 0);
  world.expectTruth();
  expect(world.records('a')).toBe(0);
  world.write('a', lines(1, 3, { seed: 1 }));
  world.expectTruth();
  expect(world.watch.liveRecords).toBe(3);
});

for (const [size, count] of [
  ['small', 10],
  ['middling', 100],
  ['large', LARGE],
] as const) {
  /** Of a large log the whole is compared only now and then. */
  const proofMs = count === LARGE ? 10_000 : undefined;

  scenario(`truncated and regrown past the offset before anyone looked, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    world.truncate(world.log('a'), 0);
    world.write('a', lines(1, count + 5, { seed: 1 }));
    world.expectTruth();
    expect(world.records('a')).toBe(count + 5);
  });

  scenario(`truncated and regrown to the same size, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    world.truncate(world.log('a'), 0);
    world.write('a', lines(1, count, { seed: 1 }));
    world.expectTruth();
  });

  scenario(`rewritten in place with the same size, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    const content = Buffer.from(lines(1, count));
    const middle = line(Math.floor(count / 2));
    content.write(
      middle.replace(/"loss": [\d.]+/, (found) => '"loss": 0'.padEnd(found.length)),
      content.indexOf(middle),
    );
    world.writeOver(world.log('a'), content);
    world.expectTruth(proofMs);
    expect(world.watch.run('a').run.tally.zeroLoss).toBe(1);
  });

  scenario(`written over in the middle and appended to at once, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    const middle = lines(1, Math.floor(count / 2)).length;
    world.writeOver(world.log('a'), `${line(7, { loss: 0 })}#`, middle);
    world.write('a', line(count + 1));
    world.expectTruth(proofMs);
    expect(world.watch.run('a').run.tally.zeroLoss).toBe(1);
  });

  scenario(`cut back to its first lines and gone on from there, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    world.truncate(world.log('a'), lines(1, count - 5).length);
    world.expectTruth();
    expect(world.records('a')).toBe(count - 5);
    world.write('a', lines(count - 4, count + 3, { seed: 1 }));
    world.expectTruth();
  });

  scenario(`cut back and regrown before anyone looked, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    world.truncate(world.log('a'), lines(1, count - 5).length);
    world.write('a', lines(count - 4, count + 3, { seed: 1 }));
    world.expectTruth();
    expect(world.records('a')).toBe(count + 3);
  });

  scenario(`replaced atomically by the same lines and more, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    world.replace(world.log('a'), lines(1, count + 4));
    world.newTrainer('a');
    world.expectTruth();
    world.write('a', line(count + 5));
    world.expectTruth();
    expect(world.records('a')).toBe(count + 5);
  });

  scenario(`replaced atomically by other content, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    for (const last of [count, count + 10, 3]) {
      world.replace(world.log('a'), lines(1, last, { seed: last }));
      world.newTrainer('a');
      world.expectTruth();
      expect(world.records('a')).toBe(last);
    }
  });

  scenario(`only touched: nothing is read again, ${size}`, (world) => {
    world.write('a', lines(1, count));
    world.start();
    utimesSync(world.log('a'), new Date(), new Date());
    world.touch(world.log('a'));
    world.expectTruth(10_000);
    expect(world.watch.tail.counts).toMatchObject({ bytes: lines(1, count).length, truncations: 0, rotations: 0 });
  });
}

scenario('a half line is rewritten to another one of the same length', (world) => {
  world.write('a', line(1), line(2).slice(0, 60));
  world.start();
  world.writeOver(world.log('a'), line(3).slice(0, 60), line(1).length);
  world.write('a', line(3).slice(60));
  world.expectTruth();
  expect(world.lastStep('a')).toBe(3);
});

scenario('truncated by another process; the writer goes on where it was and leaves a hole of NULs', (world) => {
  world.makeFolder(`${world.folder}/a`);
  const writer = openSync(world.log('a'), 'w');
  writeSync(writer, lines(1, 50));
  world.start();
  for (const isSeen of [true, false]) {
    world.truncate(world.log('a'), 0);
    if (isSeen) world.expectTruth();
    writeSync(writer, lines(51, 52));
    world.touch(world.log('a'));
    world.expectTruth();
    expect(world.records('a')).toBe(2);
  }
  expect(world.watch.bad).toEqual([]);
  closeSync(writer);
});

scenario('a hole of a gigabyte is neither slow nor held in memory', (world) => {
  world.write('a', line(1));
  world.start();
  truncateSync(world.log('a'), 1024 ** 3);
  world.write('a', line(2));
  const memory = process.memoryUsage.rss();
  const before = process.cpuUsage();
  world.settle(0);
  expect(world.lastStep('a')).toBe(2);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000);
  expect(process.memoryUsage.rss() - memory).toBeLessThan(64 * 1024 ** 2);
  world.truncate(world.log('a'), 0);
});

scenario('reads shorter for a moment and is whole again', (world) => {
  const content = lines(1, 10);
  world.write('a', content);
  world.start();
  truncateSync(world.log('a'), 300);
  world.watch.tail.wake(world.log('a'));
  world.watch.tail.drain(world.nowMs);
  world.nowMs += 100;
  writeFileSync(world.log('a'), content);
  world.expectTruth();
  expect(world.watch.tail.counts).toMatchObject({ bytes: content.length, truncations: 0 });
});

scenario('truncated again and again', (world) => {
  world.start();
  for (let seed = 0; seed < 10; seed++) {
    world.write('a', lines(1, 10 + seed, { seed }));
    if (seed % 2 === 0) world.expectTruth();
    world.truncate(world.log('a'), seed % 3 === 0 ? 0 : 500);
    if (seed % 3 === 1) world.expectTruth();
  }
  world.expectTruth();
});
