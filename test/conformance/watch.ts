import { crc32 } from 'node:zlib';
import { Follow } from '../../src/follow.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import type { WatchedRun } from '../../src/pipeline/watched-run.ts';
import type { FoundLog } from '../../src/tail/discovery.ts';
import type { ByteSink } from '../../src/tail/file-follower.ts';
import { Tail, type TailListener } from '../../src/tail/tail.ts';
import type { Waker } from '../../src/tail/waker.ts';

export interface WatchOptions {
  readonly paths: readonly string[];
  readonly poll: boolean;
  readonly waker: Waker;
  readonly now: () => number;
  readonly ignoreOlderMs?: number;
}

/** What an agent knows of its runs, and what the tail handed over: pipeline, follow and tail, wired as in the agent. */
export class Watch implements TailListener {
  readonly pipeline: Pipeline;
  readonly tail: Tail;
  /** Length and checksum of what was handed over of each log since it was begun. */
  readonly handed = new Map<string, { bytes: number; checksum: number }>();
  readonly problems: string[] = [];
  readonly healings: string[] = [];
  readonly goneLogs: string[] = [];
  bad: string[] = [];
  /** Where nanwatch itself failed, and how. */
  readonly failures: string[] = [];
  /** Records that came while their run was live. */
  liveRecords = 0;
  /** Called at every moment in which somebody else might look at the state. */
  observed: () => void = () => {};
  readonly #follow: Follow;

  constructor({ paths, poll, waker, now, ignoreOlderMs = Number.POSITIVE_INFINITY }: WatchOptions) {
    this.pipeline = new Pipeline(
      {},
      {
        record: () => this.liveRecords++,
        incident() {},
        changed() {},
        failed: (where, error) => this.failures.push(`${where} ${error.message}`),
        bad: (_source, reason) => this.bad.push(reason),
      },
    );
    const nobody = { firstSeenMs: now, found() {}, caughtUp() {}, gone() {}, problem() {}, healed() {} };
    this.#follow = new Follow(this.pipeline, nobody, now);
    this.tail = new Tail({ paths, poll, ignoreOlderMs, waker, listener: this, now });
  }

  run(id: string): WatchedRun {
    const watched = this.pipeline.runs.get(id);
    if (watched === undefined) throw new Error(`no run ${id}; there are: ${[...this.pipeline.runs.keys()].join(' ')}`);
    return watched;
  }

  opened(found: FoundLog): ByteSink {
    const source = this.#follow.opened(found);
    let handed = { bytes: 0, checksum: 0 };
    this.handed.set(found.path, handed);
    return {
      push: (chunk, arrivedMs) => {
        handed.bytes += chunk.length;
        handed.checksum = crc32(chunk, handed.checksum);
        source.push(chunk, arrivedMs);
        this.observed();
      },
      restart: () => {
        handed = { bytes: 0, checksum: 0 };
        this.handed.set(found.path, handed);
        source.restart();
        this.observed();
      },
    };
  }

  atEnd(path: string): void {
    this.#follow.atEnd(path);
    this.observed();
  }

  gone(path: string): void {
    this.goneLogs.push(path);
    this.handed.delete(path);
    this.#follow.gone(path);
    this.observed();
  }

  problem(path: string, reason: string): void {
    this.problems.push(`${path} ${reason}`);
  }

  healed(path: string): void {
    this.healings.push(path);
  }

  async stop(nowMs: number): Promise<void> {
    await this.tail.stop(nowMs);
    this.#follow.end();
  }
}
