import { sep } from 'node:path';
import { Configuration } from './pipeline/configuration.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { Source } from './pipeline/source.ts';
import type { WatchedRun } from './pipeline/watched-run.ts';
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
  readonly #sources = new Map<string, Source | Configuration>();

  constructor(pipeline: Pipeline, listener: FollowListener, now: () => number) {
    this.#pipeline = pipeline;
    this.#listener = listener;
    this.#now = now;
  }

  opened({ path, format, folder, run }: FoundLog): Source | Configuration {
    if (format.kind === 'configuration') {
      const configuration = this.#pipeline.addConfiguration(path, folder, format);
      this.#sources.set(path, configuration);
      return configuration;
    }
    const id = this.#idOf(run, folder);
    const isNew = !this.#pipeline.runs.has(id);
    const watched = this.#pipeline.open(id, folder, this.#listener.firstSeenMs(folder));
    const source = watched.addSource(path, format);
    this.#sources.set(path, source);
    if (isNew) this.#listener.found(watched);
    return source;
  }

  atEnd(path: string): void {
    const source = this.#sources.get(path);
    if (source === undefined) return;
    if (source instanceof Configuration) source.atEnd();
    else this.#pipeline.attempt(source.watched.id, () => this.#runAtEnd(source));
  }

  gone(path: string): void {
    const source = this.#sources.get(path);
    this.#sources.delete(path);
    if (source === undefined) return;
    if (source instanceof Configuration) {
      this.#pipeline.removeConfiguration(source);
      return;
    }
    const { watched } = source;
    watched.removeSource(source);
    if (watched.sources.length > 0) return;
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
    for (const watched of this.#pipeline.runs.values()) {
      this.#pipeline.attempt(watched.id, () => watched.finish(this.#now()));
    }
  }

  #runAtEnd(source: Source): void {
    if (source.watched.atEnd(source, this.#now())) this.#listener.caughtUp(source.watched);
  }

  /** Two watched paths may hold runs of one name: the second is known by its whole path. */
  #idOf(run: string, folder: string): string {
    const taken = this.#pipeline.runs.get(run);
    return taken === undefined || taken.folder === folder ? run : folder.split(sep).filter(Boolean).join('/');
  }
}
