import { closeSync, openSync } from 'node:fs';
import { relative } from 'node:path';
import { line, lines } from './lines.ts';
import { World } from './world.ts';

/** A program that runs out of descriptors while it follows logs, and says what came of it. Its argument is a folder. */
const world = new World(process.argv[2] ?? '', { seenBy: 'poll', writer: 'reopens for each line' });
world.write('a', lines(1, 3));
world.start();
const records = () => world.runs.map((run) => world.records(run));
const before = records();

world.write('a', line(4));
world.write('b', line(1));
const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {}
world.settle();
const during = records();
const problems = world.watch.problems.map((problem) => {
  const [path = '', reason = ''] = problem.split(' ');
  return `${relative(world.folder, path).replace('/trainer_log.jsonl', '') || 'runs'} ${reason}`;
});

for (const descriptor of taken) closeSync(descriptor);
world.settle(12_000);
const { bytes } = world.watch.tail.counts;
process.stdout.write(JSON.stringify({ before, during, problems: problems.sort(), after: records(), bytes }));
