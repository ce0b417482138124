import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { Inotify } from '../../src/tail/inotify.ts';
import { TICK_MS } from '../../src/tail/tail.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeWith, program } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { line, lines } from './lines.ts';
import { Random } from './random.ts';
import { Watch } from './watch.ts';

/** Well before the poll beneath the events would find it. */
const SOON = { withinMs: 1_500, everyMs: 5 } as const;

/** Real events; knows whether every watch stands, since its folder was announced then. */
class ObservedInotify extends Inotify {
  readonly watched = new Set<string>();
  readonly #waiting = new Set<string>();

  constructor() {
    super({ incomplete: (error) => expect.fail(error.message), complete() {} });
  }

  override watch(folder: string, wake: (path: string) => void): void {
    super.watch(folder, (path) => {
      this.#waiting.delete(path);
      wake(path);
    });
    this.#waiting.add(folder);
    this.watched.add(folder);
  }

  override unwatch(folder: string): void {
    super.unwatch(folder);
    this.#waiting.delete(folder);
    this.watched.delete(folder);
  }

  async stands(): Promise<void> {
    await until('all watches stand', () => this.#waiting.size === 0, { everyMs: 2 });
  }
}

/** An agent with real events and real timers, whose watches stand. */
async function live(root: string): Promise<{ watch: Watch; waker: ObservedInotify }> {
  const waker = new ObservedInotify();
  const watch = new Watch({ paths: [root], poll: false, waker, now: Date.now });
  const ticking = setInterval(() => watch.tail.tick(Date.now()), TICK_MS);
  onTestFinished(async () => {
    clearInterval(ticking);
    await watch.stop(Date.now());
  });
  watch.tail.tick(Date.now());
  await waker.stands();
  return { watch, waker };
}

function write(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, 'trainer_log.jsonl'), text);
}

const recordsOf = (watch: Watch, run: string) => watch.pipeline.runs.get(run)?.run.tally.records ?? 0;

it('an append is seen', async () => {
  const root = temporaryFolder();
  write(join(root, 'a'), line(1));
  const { watch } = await live(root);
  for (let step = 2; step < 12; step++) {
    write(join(root, 'a'), line(step));
    await until(`line ${step}`, () => recordsOf(watch, 'a') === step, SOON);
  }
  expect(watch.tail.filesPolled).toBe(0);
});

it('an append to what a link leads to is seen', async () => {
  const root = temporaryFolder();
  const beside = temporaryFolder();
  write(join(beside, 'a'), line(1));
  mkdirSync(join(root, 'a'));
  symlinkSync(join(beside, 'a', 'trainer_log.jsonl'), join(root, 'a', 'trainer_log.jsonl'));
  const { watch } = await live(root);
  for (let step = 2; step < 8; step++) {
    write(join(beside, 'a'), line(step));
    await until(`line ${step}`, () => recordsOf(watch, 'a') === step, SOON);
  }
  expect(watch.tail.filesPolled).toBe(0);
});

it('the last one of many quick appends is seen', async () => {
  const root = temporaryFolder();
  write(join(root, 'a'), line(1));
  const { watch } = await live(root);
  const random = new Random(1);
  let step = 1;
  for (let burst = 0; burst < 8; burst++) {
    for (let at = random.below(8); at >= 0; at--) {
      write(join(root, 'a'), line(++step));
      await delay(random.below(30));
    }
    await until(`line ${step}`, () => recordsOf(watch, 'a') === step, SOON);
  }
});

it('new folders at any depth are seen, and what comes in them', async () => {
  const root = temporaryFolder();
  const { watch, waker } = await live(root);
  for (const run of ['a', 'x/b', 'x/y/z/c']) {
    write(join(root, run), line(1));
    await until(`${run} is found`, () => recordsOf(watch, run) === 1, SOON);
  }
  mkdirSync(join(root, 'x', 'later'));
  await until('the new folder is watched', () => waker.watched.has(join(root, 'x', 'later')), SOON);
  await waker.stands();
  for (const [at, run] of ['a', 'x/b', 'x/y/z/c', 'x/later'].entries()) {
    write(join(root, run), line(2));
    await until(`${run} goes on`, () => recordsOf(watch, run) === (at < 3 ? 2 : 1), SOON);
  }
});

it('a log is renamed and made anew, and goes on', async () => {
  const root = temporaryFolder();
  const log = join(root, 'a', 'trainer_log.jsonl');
  write(dirname(log), lines(1, 5));
  const { watch } = await live(root);
  for (let seed = 1; seed < 4; seed++) {
    renameSync(log, `${log}.${seed}`);
    write(dirname(log), line(1, { seed }));
    await until('the new log', () => recordsOf(watch, 'a') === 1, SOON);
    write(dirname(log), line(2, { seed }));
    await until('its next line', () => recordsOf(watch, 'a') === 2, SOON);
  }
});

it('a run folder is deleted and made anew, and goes on', async () => {
  const root = temporaryFolder();
  write(join(root, 'x', 'a'), lines(1, 5));
  const { watch, waker } = await live(root);
  for (let seed = 1; seed < 4; seed++) {
    rmSync(join(root, 'x'), { recursive: true });
    write(join(root, 'x', 'a'), line(1, { seed }));
    await until('the new log', () => recordsOf(watch, 'x/a') === 1, { ...SOON, withinMs: 3_000 });
    await until('the new folder is watched', () => waker.watched.has(join(root, 'x', 'a')), { withinMs: 3_000 });
    await waker.stands();
    write(join(root, 'x', 'a'), line(2, { seed }));
    await until('its next line', () => recordsOf(watch, 'x/a') === 2, SOON);
  }
});

it('the watched log is replaced, and goes on', async () => {
  const log = join(temporaryFolder(), 'a', 'trainer_log.jsonl');
  write(dirname(log), lines(1, 5));
  const { watch } = await live(log);
  for (let seed = 1; seed < 4; seed++) {
    appendFileSync(`${log}.new`, line(1, { seed }));
    renameSync(`${log}.new`, log);
    await until('the new log', () => recordsOf(watch, 'a') === 1, SOON);
    write(dirname(log), line(2, { seed }));
    await until('its next line', () => recordsOf(watch, 'a') === 2, SOON);
  }
});

describeWith(
  [program('bindfs', 'bindfs'), program('fusermount', 'fuse3')],
  'a mount without events',
  (bindfs, unmount) => {
    it('is found out and polled', async () => {
      const [real, seen] = [join(temporaryFolder(), 'real'), join(temporaryFolder(), 'seen')];
      for (const folder of [real, seen]) mkdirSync(folder);
      const mounted = spawnSync(bindfs ?? '', [real, seen], { encoding: 'utf8' });
      expect(mounted.stderr).toBe('');
      onTestFinished(() => void spawnSync(unmount ?? '', ['-uz', seen]));
      write(join(real, 'a'), line(1));
      const { watch } = await live(seen);
      for (let step = 2; step < 5; step++) {
        write(join(real, 'a'), line(step));
        await until(`line ${step}`, () => recordsOf(watch, 'a') === step, { withinMs: 5_000 });
      }
      expect(watch.tail.filesPolled).toBe(1);
      write(join(real, 'a'), line(5));
      await until('line 5', () => recordsOf(watch, 'a') === 5, { withinMs: 1_000 });
    });
  },
);
