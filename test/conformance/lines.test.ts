import { expect } from 'vitest';
import { line, lines } from './lines.ts';
import { scenario } from './matrix.ts';

const MIB = 1024 * 1024;

scenario('half a line counts when its newline comes', (world) => {
  world.start();
  const whole = line(2);
  world.write('a', line(1), whole.slice(0, 40));
  world.expectTruth();
  expect(world.records('a')).toBe(1);
  world.write('a', whole.slice(40, -1));
  world.expectTruth();
  expect(world.records('a')).toBe(1);
  world.write('a', '\n');
  world.expectTruth();
  expect(world.records('a')).toBe(2);
});

scenario('many lines in one write, one line in many writes', (world) => {
  world.start();
  world.write('a', lines(1, 500));
  world.expectTruth();
  for (const byte of Buffer.from(lines(501, 503))) {
    world.write('a', Buffer.of(byte));
    world.settle(0);
  }
  world.expectTruth();
  expect(world.records('a')).toBe(503);
});

scenario('every line is seen by itself', (world) => {
  world.write('a', line(0));
  world.start();
  for (let step = 1; step <= 20; step++) {
    world.write('a', line(step));
    world.settle(250);
    expect(world.lastStep('a')).toBe(step);
  }
  expect(world.watch.liveRecords).toBe(20);
});

scenario('an event alone is enough, without any tick', (world) => {
  world.write('a', line(1));
  world.start();
  if (world.options.seenBy === 'poll') return;
  world.write('a', line(2));
  world.waker.deliver();
  world.watch.tail.drain(world.nowMs);
  expect(world.records('a')).toBe(2);
});

scenario('what is written before a watch stands is seen when it does, without any tick', (world) => {
  if (world.options.seenBy === 'poll') return;
  world.write('a', line(1));
  world.watch.tail.tick(world.nowMs);
  world.watch.tail.drain(world.nowMs);
  world.write('a', line(2));
  world.write('b', line(1));
  world.waker.deliver();
  world.watch.tail.drain(world.nowMs);
  expect([world.records('a'), world.records('b')]).toEqual([2, 1]);
});

scenario('line ends of Windows, blank lines, a byte-order mark', (world) => {
  world.start();
  world.write('a', `\uFEFF${line(1)}`, '\n', ' \t\n', '\r\n', line(2).replace('\n', '\r\n'));
  world.expectTruth();
  expect(world.records('a')).toBe(2);
  expect(world.watch.bad).toEqual([]);
});

scenario('a character cut between two reads', (world) => {
  world.start();
  const bytes = Buffer.from(line(1).replace('}', ', "学习率": 0.5, "🙂": 1}'));
  for (let at = 0; at < bytes.length; at += 7) {
    world.write('a', bytes.subarray(at, at + 7));
    world.settle(0);
  }
  world.expectTruth();
  expect([...world.watch.run('a').run.other]).toEqual([
    ['学习率', 0.5],
    ['🙂', 1],
  ]);
});

scenario('bytes that are no UTF-8', (world) => {
  world.start();
  const broken = Buffer.from(line(1).replace('}', ', "x": "?"}'));
  broken[broken.indexOf('?')] = 0xff;
  world.write('a', broken, Buffer.from([0xfe, 0xff, 0x0a]), line(2));
  world.expectTruth();
  expect(world.records('a')).toBe(2);
  expect(world.watch.bad).toEqual(['not-json']);
});

scenario('NULs before a line', (world) => {
  world.start();
  world.write('a', line(1), Buffer.alloc(3));
  world.settle();
  world.write('a', Buffer.alloc(300_000), line(2));
  world.expectTruth();
  expect(world.records('a')).toBe(2);
  expect(world.watch.bad).toEqual([]);
});

scenario('a line above a mebibyte is skipped once, the longest allowed one is read', (world) => {
  world.start();
  const bare = line(2, { padding: 1 }).length - 2;
  world.write('a', line(1), line(2, { padding: MIB - bare }));
  world.expectTruth();
  expect(world.records('a')).toBe(2);
  world.write('a', line(3, { padding: MIB - bare + 1 }), line(4, { padding: 3 * MIB }), line(5));
  world.expectTruth();
  expect(world.records('a')).toBe(3);
  expect(world.watch.bad).toEqual(['oversize', 'oversize']);
});

scenario('a long line without an end, in pieces', (world) => {
  world.start();
  for (let piece = 0; piece < 5; piece++) {
    world.write('a', 'y'.repeat(400_000));
    world.settle(0);
  }
  expect(world.watch.bad).toEqual(['oversize']);
  world.write('a', '\n', line(1));
  world.expectTruth();
  expect(world.watch.bad).toEqual(['oversize']);
});

scenario('a last line without newline is read at the stop, when it is whole', async (world) => {
  world.write('a', line(1), line(2).trimEnd());
  world.write('b', line(1), line(2).slice(0, -10));
  world.start();
  expect([world.records('a'), world.records('b')]).toEqual([1, 1]);
  await world.watch.stop(world.nowMs);
  expect([world.records('a'), world.records('b')]).toEqual([2, 1]);
  expect(world.watch.bad).toEqual(['incomplete']);
});

scenario('lines and logs of the last moment are read at the stop', async (world) => {
  world.write('a', line(1));
  world.start();
  world.write('a', line(2));
  world.write('b', line(1));
  await world.watch.stop(world.nowMs);
  await world.watch.stop(world.nowMs);
  expect([world.records('a'), world.records('b')]).toEqual([2, 1]);
  world.write('a', line(3));
  world.settle();
  expect(world.records('a')).toBe(2);
});
