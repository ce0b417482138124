import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { NO_WAKER } from '../../src/tail/waker.ts';
import { ManualWaker } from './manual-waker.ts';
import { logsUnder, truthOf } from './truth.ts';
import { Watch } from './watch.ts';

export const SEEN_BY = ['events', 'poll'] as const;
export const WRITER = ['reopens for each line', 'keeps its descriptor'] as const;

export interface WorldOptions {
  readonly seenBy: (typeof SEEN_BY)[number];
  readonly writer: (typeof WRITER)[number];
}

/**
 * A folder of runs on a real file system, a trainer that writes in it, and an agent that follows it with a clock and
 * events by hand. Nothing happens by itself: what was done is seen in {@link settle}.
 */
export class World {
  readonly options: WorldOptions;
  /** Parent of the watched folder, on the same file system. */
  readonly beside: string;
  /** The watched folder. */
  readonly folder: string;
  nowMs = Date.now();
  waker = new ManualWaker();
  watch: Watch;
  readonly #descriptors = new Map<string, number>();
  #watchedPaths: readonly string[];
  #ignoreOlderMs = Number.POSITIVE_INFINITY;

  constructor(folder: string, options: WorldOptions) {
    this.options = options;
    this.beside = folder;
    this.folder = join(folder, 'runs');
    mkdirSync(this.folder);
    this.#watchedPaths = [this.folder];
    this.watch = this.#newWatch();
  }

  /** Starts the agent, or another one after the one before was killed. */
  start(paths: readonly string[] = this.#watchedPaths, ignoreOlderMs = this.#ignoreOlderMs): void {
    this.#watchedPaths = paths;
    this.#ignoreOlderMs = ignoreOlderMs;
    this.waker = new ManualWaker();
    this.watch = this.#newWatch();
    this.watch.tail.tick(this.nowMs);
    this.settle();
  }

  log(run: string): string {
    return join(this.folder, run, 'trainer_log.jsonl');
  }

  /** The trainer writes, with everything that its kind of writing brings. */
  write(run: string, ...data: readonly (string | Buffer)[]): void {
    for (const piece of data) {
      this.makeFolder(dirname(this.log(run)));
      if (this.options.writer === 'reopens for each line') appendFileSync(this.log(run), piece);
      else writeWhole(this.#descriptor(run), piece);
      this.waker.touched(this.log(run));
    }
  }

  makeFolder(path: string): void {
    const first = mkdirSync(path, { recursive: true });
    if (first !== undefined) this.waker.touched(first);
  }

  /** The trainer's process is another one now: it opens the log anew. */
  newTrainer(run: string): void {
    const descriptor = this.#descriptors.get(run);
    if (descriptor !== undefined) closeSync(descriptor);
    this.#descriptors.delete(run);
  }

  rename(from: string, to: string): void {
    this.makeFolder(dirname(to));
    renameSync(from, to);
    this.touch(from, to);
  }

  /** Writes another file and moves it into the place of this one. */
  replace(path: string, content: string | Buffer): void {
    writeFileSync(join(this.beside, 'new'), content);
    renameSync(join(this.beside, 'new'), path);
    this.touch(path);
  }

  /** Writes over what is there, without cutting it first. Sets the time of change, which is coarse on some kernels. */
  writeOver(path: string, content: string | Buffer, at = 0): void {
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, Buffer.from(content), 0, null, at);
    closeSync(descriptor);
    this.#age(path);
    this.touch(path);
  }

  truncate(path: string, size: number): void {
    truncateSync(path, size);
    this.touch(path);
  }

  remove(path: string): void {
    rmSync(path, { recursive: true });
    this.touch(path);
  }

  /** Something was done to these paths by other means than the methods of the world. */
  touch(...paths: readonly string[]): void {
    for (const path of paths) this.waker.touched(path);
  }

  /** Lets the agent find everything: events come, or it polls, for `ms` of its clock. */
  settle(ms = this.options.seenBy === 'events' ? 750 : 6_000): void {
    for (let passed = 0; passed <= ms; passed += 250) {
      while (this.waker.deliver()) this.watch.tail.drain(this.nowMs);
      this.watch.tail.drain(this.nowMs);
      this.nowMs += 250;
      this.watch.tail.tick(this.nowMs);
      this.watch.tail.drain(this.nowMs);
      this.watch.pipeline.tick(this.nowMs);
    }
  }

  records(run: string): number {
    return this.watch.run(run).run.tally.records;
  }

  lastStep(run: string): number | null {
    return this.watch.run(run).run.lastStep;
  }

  get runs(): string[] {
    return [...this.watch.pipeline.runs.keys()].sort();
  }

  /** Settles; then the agent must know what a full read of the present logs gives, by its own code and by other code. */
  expectTruth(settleMs?: number): void {
    this.settle(settleMs);
    const logs = logsUnder(this.folder);
    const cold = this.#readCold();
    expect(this.watch.failures).toEqual([]);
    for (const [run, content] of logs) {
      const whole = { bytes: content.length, checksum: crc32(content) };
      expect(this.watch.handed.get(this.log(run)), `bytes of ${run}`).toEqual(whole);
      expect(factsOf(this.watch, run), run).toMatchObject(truthOf(content));
      expect(factsOf(this.watch, run), `${run}, read cold`).toEqual(factsOf(cold, run));
      expect(this.watch.run(run).live, `${run} is live`).toBe(true);
    }
  }

  close(): void {
    for (const run of [...this.#descriptors.keys()]) this.newTrainer(run);
  }

  #newWatch(): Watch {
    const poll = this.options.seenBy === 'poll';
    return new Watch({
      paths: this.#watchedPaths,
      poll,
      waker: poll ? NO_WAKER : this.waker,
      now: () => this.nowMs,
      ignoreOlderMs: this.#ignoreOlderMs,
    });
  }

  #readCold(): Watch {
    const cold = new Watch({ paths: this.#watchedPaths, poll: true, waker: NO_WAKER, now: () => this.nowMs });
    cold.tail.tick(this.nowMs);
    cold.tail.drain(this.nowMs);
    return cold;
  }

  #descriptor(run: string): number {
    const known = this.#descriptors.get(run);
    if (known !== undefined) return known;
    const descriptor = openSync(this.log(run), 'a');
    this.#descriptors.set(run, descriptor);
    return descriptor;
  }

  #age(path: string): void {
    const { mtimeMs } = statSync(path);
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000 + 0.02);
  }
}

function writeWhole(descriptor: number, piece: string | Buffer): void {
  const bytes = Buffer.from(piece);
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function factsOf(watch: Watch, id: string) {
  const { run, book } = watch.run(id);
  const { loss } = run.tally.nonfinite;
  return {
    records: run.tally.records,
    zeroLoss: run.tally.zeroLoss,
    nonfinite: loss.nan + loss.inf,
    firstStep: run.firstStep,
    lastStep: run.lastStep,
    lastLoss: run.latest('loss') ?? null,
    maxSteps: run.maxSteps,
    attempts: run.attempts,
    lossZero: book.opened.get('TrainerLossZero') ?? 0,
    lossNonFinite: book.opened.get('TrainerLossNonFinite') ?? 0,
  };
}
