import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inotify } from '../../src/tail/inotify.ts';
import { TICK_MS } from '../../src/tail/tail.ts';
import { until } from '../support/until.ts';
import { line, lines } from './lines.ts';
import { Watch } from './watch.ts';

/**
 * A program that runs out of what inotify has to give while it follows logs, gets it back, and says what came of it. Its
 * arguments are a folder and the limit of its user namespace, in which it is the superuser.
 */
const [folder = '', limit = ''] = process.argv.slice(2);
const allow = (count: number) => writeFileSync(`/proc/sys/user/${limit}`, String(count));
const log = (run: string) => join(folder, run, 'trainer_log.jsonl');
const write = (run: string, text: string) => {
  mkdirSync(join(folder, run), { recursive: true });
  appendFileSync(log(run), text);
};

allow(0);
for (const run of ['a', 'b', 'c']) write(run, lines(1, 3));
const said: string[] = [];
const listener = {
  incomplete: (error: Error) => said.push((error as NodeJS.ErrnoException).code ?? error.message),
  complete: () => said.push('complete'),
};
const waker = new Inotify(listener, 100);
const watch = new Watch({ paths: [folder], poll: false, waker, now: Date.now });
const ticking = setInterval(() => watch.tail.tick(Date.now()), TICK_MS);
const has = (run: string, records: number) =>
  until(`${run} has ${records}`, () => watch.pipeline.runs.get(run)?.run.tally.records === records, { everyMs: 5 });
const polled: number[] = [];
const isPolled = async (count: number) => {
  await until(`${count} are polled`, () => watch.tail.filesPolled === count, { everyMs: 5 });
  polled.push(watch.tail.filesPolled);
};

watch.tail.tick(Date.now());
await isPolled(3);
for (let step = 4; step < 8; step++) {
  write('a', line(step));
  await has('a', step);
}
write('d', line(1));
await has('d', 1);
await isPolled(4);

allow(1_000);
await isPolled(0);
// events alone are left
clearInterval(ticking);
for (const run of ['a', 'b', 'c', 'd']) {
  const before = watch.pipeline.runs.get(run)?.run.tally.records ?? 0;
  write(run, line(before + 1));
  await has(run, before + 1);
}
await watch.stop(Date.now());
const records = ['a', 'b', 'c', 'd'].map((run) => watch.run(run).run.tally.records);
process.stdout.write(JSON.stringify({ said, polled, records }));
