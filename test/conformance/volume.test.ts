import { expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { line, lines } from './lines.ts';
import { newWorld, scenario } from './matrix.ts';

/** Time that this process has worked: what other programs take of the machine does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const POLLED = { seenBy: 'poll', writer: 'reopens for each line' } as const;

scenario('many lines at once: exact', (world) => {
  world.start();
  world.write('a', lines(1, 30_000));
  world.expectTruth();
  expect(world.records('a')).toBe(30_000);
});

it('the event loop is not held up by a long log, and memory is bounded', async () => {
  const world = newWorld(POLLED);
  for (let block = 0; block < 30; block++) world.write('a', lines(block * 10_000 + 1, (block + 1) * 10_000));
  world.watch.tail.tick(world.nowMs);
  const rss = process.memoryUsage.rss();
  let longestMs = 0;
  let lastMs = cpuMs();
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, cpuMs() - lastMs);
    lastMs = cpuMs();
  }, 1);
  await until('everything is read', () => !world.watch.tail.isBusy && world.records('a') === 300_000, {
    withinMs: 60_000,
    everyMs: 5,
  });
  clearInterval(timer);
  expect(longestMs).toBeLessThan(100);
  expect(process.memoryUsage.rss() - rss).toBeLessThan(150 * 1024 ** 2);
}, 90_000);

it('a busy log does not starve a quiet one', async () => {
  const world = newWorld(POLLED);
  for (let block = 0; block < 10; block++) world.write('a', lines(block * 10_000 + 1, (block + 1) * 10_000));
  world.write('b', line(1));
  world.watch.tail.tick(world.nowMs);
  let recordsOfBusy = 0;
  await until(
    'the quiet one is read',
    () => {
      recordsOfBusy = world.records('a');
      return world.records('b') === 1;
    },
    { everyMs: 0 },
  );
  expect(recordsOfBusy).toBeLessThan(100_000);
  await until('the busy one is read', () => world.records('a') === 100_000);
});

it.each(['events', 'poll'] as const)(
  'a thousand idle logs cost next to nothing, %s',
  (seenBy) => {
    const world = newWorld({ ...POLLED, seenBy });
    for (let run = 0; run < 1_000; run++) world.write(`sweep/${run}`, lines(1, 3, { seed: run }));
    world.start();
    expect(world.watch.tail.filesFollowed).toBe(1_000);
    world.nowMs += 700_000;
    world.settle(10_000);
    const before = process.cpuUsage();
    const minuteMs = 60_000;
    world.settle(minuteMs);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000 / minuteMs).toBeLessThan(0.05);
  },
  60_000,
);
