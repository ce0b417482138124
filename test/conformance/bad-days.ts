import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { line, lines } from './lines.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const RUNS = ['a', 'b', 'deep/c'] as const;
const GARBAGE = ['Traceback\n', Buffer.alloc(40), '\uFEFF', '{}\n', '\r\n', '{"loss": NaN}\n'] as const;
const LOSSES = [0, 1.5, 2.25, Number.NaN, Number.POSITIVE_INFINITY] as const;

/** Everything that may happen to logs, at random, on a few runs of one world. */
export class BadDays {
  /** What happened, in order. */
  readonly done: string[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #days: readonly string[];
  #step = 0;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
    const weighted = { ...this.#withLog, ...this.#withoutLog };
    this.#days = Object.entries(weighted).flatMap(([name, [weight]]) => Array<string>(weight).fill(name));
  }

  /** Lets one thing happen. */
  next(): void {
    const name = this.#random.of(this.#days);
    const run = this.#random.of(RUNS);
    this.done.push(`${name}: ${run}`);
    if (existsSync(this.#world.log(run))) this.#withLog[name]?.[1](run);
    this.#withoutLog[name]?.[1](run);
  }

  /** How often in proportion, and what: things that happen to a log that is there. */
  readonly #withLog: Readonly<Record<string, readonly [number, (run: string) => void]>> = {
    truncated: [1, (run) => this.#world.truncate(this.#log(run), this.#random.below(this.#size(run) + 1))],
    'truncated to zero': [1, (run) => this.#world.truncate(this.#log(run), 0)],
    'written over': [1, (run) => this.#writeOver(this.#log(run))],
    'replaced by the same and more': [1, (run) => this.#world.replace(this.#log(run), this.#sameAndMore(run))],
    replaced: [1, (run) => this.#world.replace(this.#log(run), lines(1, this.#upTo(30), this.#seed()))],
    'moved away': [1, (run) => this.#world.rename(this.#log(run), this.#away(run))],
    removed: [1, (run) => this.#world.remove(this.#log(run))],
    'folder removed': [1, (run) => this.#world.remove(dirname(this.#log(run)))],
  };

  /** Things that happen whether there is a log or not. */
  readonly #withoutLog: Readonly<Record<string, readonly [number, (run: string) => void]>> = {
    lines: [6, (run) => this.#world.write(run, ...Array.from({ length: this.#upTo(5) }, () => this.#line()))],
    'many lines': [1, (run) => this.#world.write(run, lines(this.#step + 1, this.#step + 700, this.#seed()))],
    'half a line': [2, (run) => this.#world.write(run, this.#line().slice(0, this.#upTo(120)))],
    'a newline': [1, (run) => this.#world.write(run, '\n')],
    garbage: [1, (run) => this.#world.write(run, this.#random.of(GARBAGE))],
    'first lines': [2, (run) => this.#world.write(run, lines(1, this.#upTo(4)))],
    'moved back': [1, (run) => existsSync(this.#away(run)) && this.#world.rename(this.#away(run), this.#log(run))],
    'new trainer': [2, (run) => this.#world.newTrainer(run)],
    'agent restarted': [1, () => this.#world.start()],
    'a look': [3, () => this.#world.settle(this.#random.of([0, 250, 1_000]))],
    'a long time': [1, () => this.#world.settle(35_000)],
  };

  #log(run: string): string {
    return this.#world.log(run);
  }

  #away(run: string): string {
    return join(this.#world.beside, run.replace('/', '-'));
  }

  #size(run: string): number {
    return statSync(this.#log(run)).size;
  }

  #upTo(limit: number): number {
    return 1 + this.#random.below(limit);
  }

  #seed(): { readonly seed: number } {
    return { seed: this.#random.below(3) };
  }

  #line(): string {
    return line(++this.#step, { loss: this.#random.of(LOSSES), ...this.#seed() });
  }

  #sameAndMore(run: string): Buffer {
    return Buffer.concat([readFileSync(this.#log(run)), Buffer.from(this.#line())]);
  }

  /** Some digits somewhere become others. */
  #writeOver(log: string): void {
    const content = readFileSync(log, 'latin1');
    const at = this.#random.below(content.length + 1);
    const over = content.slice(at, at + 300).replace(/\d/g, () => String(this.#random.below(10)));
    if (over !== '') this.#world.writeOver(log, Buffer.from(over, 'latin1'), at);
  }
}
