import { sep } from 'node:path';
import type { Pipeline, Source, WatchedRun } from './pipeline.ts';
import type { FoundLog } from './tail/discovery.ts';
import type { TailListener } from './tail/tail.ts';

/** What happens to runs while their logs are followed. */
export interface FollowListener {
  /** When this run was first seen, in ms since the epoch: now, or what is remembered from before a restart. */
  firstSeenMs(folder: string): number;
  found(watched: WatchedRun): void;
  /** All that its logs held has been read, for the first time or after they were replaced. */
  caughtUp(watched: WatchedRun): void;
  gone(watched: WatchedRun): void;
  problem(path: string, reason: string): void;
  healed(path: string): void;
}

/** Ties logs that the tail finds to runs of the pipeline. */
export class Follow implements TailListener {
  readonly #pipeline: Pipeline;
  readonly #listener: FollowListener;
  readonly #now: () => number;
  readonly #sources = new Map<string, Source>();

  constructor(pipeline: Pipeline, listener: FollowListener, now: () => number) {
    this.#pipeline = pipeline;
    this.#listener = listener;
    this.#now = now;
  }

  opened({ path, format, folder, run }: FoundLog): Source {
    const id = this.#idOf(run, folder);
    const isNew = !this.#pipeline.runs.has(id);
    const watched = this.#pipeline.open(id, folder, this.#listener.firstSeenMs(folder));
    const source = watched.addSource(path, format);
    this.#sources.set(path, source);
    if (isNew) this.#listener.found(watched);
    return source;
  }

  atEnd(path: string): void {
    const watched = this.#sources.get(path)?.watched;
    if (watched === undefined || watched.live) return;
    watched.goLive(this.#now());
    this.#listener.caughtUp(watched);
  }

  gone(path: string): void {
    const watched = this.#sources.get(path)?.watched;
    this.#sources.delete(path);
    if (watched === undefined || [...this.#sources.values()].some((source) => source.watched === watched)) return;
    this.#pipeline.remove(watched.id);
    this.#listener.gone(watched);
  }

  problem(path: string, reason: string): void {
    this.#listener.problem(path, reason);
  }

  healed(path: string): void {
    this.#listener.healed(path);
  }

  /** No more bytes will come: last lines without a newline are taken when they are whole. */
  end(): void {
    for (const source of this.#sources.values()) source.end();
  }

  /** Two watched paths may hold runs of one name: the second is known by its whole path. */
  #idOf(run: string, folder: string): string {
    const taken = this.#pipeline.runs.get(run);
    return taken === undefined || taken.folder === folder ? run : folder.split(sep).filter(Boolean).join('/');
  }
}
