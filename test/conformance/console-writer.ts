import { appendFileSync, closeSync, copyFileSync, openSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** A training that prints to `train.log` of one run in a world, as its writer does, and somebody who rotates that log. */
export class ConsoleWriter {
  readonly path: string;
  step = 0;
  readonly #world: World;
  #descriptor: number | null = null;

  constructor(world: World, run: string) {
    this.#world = world;
    this.path = join(world.folder, run, 'train.log');
    world.makeFolder(join(world.folder, run));
  }

  /** Prints so many records. */
  print(count: number): this {
    for (const last = this.step + count; this.step < last; ) this.#write(printed(++this.step));
    return this;
  }

  /** The writer opens the log anew, as it is told to after a rotation; one that reopens for each line does so anyway. */
  reopen(): this {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    return this;
  }

  /** Moves the log away, after the older pieces: `['train.log.1', 'train.log.2']` moves the first to the second. */
  moveTo(...names: readonly string[]): this {
    const paths = [this.path, ...names.map((name) => join(this.path, '..', name))];
    for (let at = paths.length - 2; at >= 0; at--) this.#world.rename(paths[at] as string, paths[at + 1] as string);
    return this;
  }

  /** As {@link moveTo}, but the log itself is copied and then cut. */
  copyTo(...names: readonly string[]): this {
    const paths = names.map((name) => join(this.path, '..', name));
    for (let at = paths.length - 2; at >= 0; at--) this.#world.rename(paths[at] as string, paths[at + 1] as string);
    this.copy(paths[0] as string);
    truncateSync(this.path, 0);
    this.#world.touch(this.path);
    return this;
  }

  /** Copies the log, as the first half of a rotation by copying does. */
  copy(to: string): this {
    copyFileSync(this.path, to);
    this.#world.touch(to);
    return this;
  }

  #write(text: string): void {
    if (this.#world.options.writer === 'reopens for each line') appendFileSync(this.path, text);
    else {
      this.#descriptor ??= openSync(this.path, 'a');
      writeSync(this.#descriptor, text);
    }
    this.#world.touch(this.path);
  }
}

/** A record as transformers 5 prints it, with the bar behind it that tells its step. */
function printed(step: number): string {
  const record = `{'loss': '${2 + (step % 97) / 100}', 'grad_norm': '0.5', 'learning_rate': '5e-05', 'epoch': '0.1'}`;
  return `\r        \r${record}\n\r  1%|▏         | ${step}/9000 [00:01<03:00,  1.65it/s]`;
}
