import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Follow } from '../../src/follow.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { runView } from '../../src/view/run-view.ts';
import { cut } from '../unit/formats/collect.ts';
import { READ } from '../unit/pipeline/watch.ts';
import { anyRun, formatAt, type Write } from './written-run.ts';

/** An agent that reads files which are only in memory. */
class Reader {
  readonly pipeline = new Pipeline(
    {},
    {
      record() {},
      incident() {},
      changed() {},
      bad: (_, reason) => this.bad.push(reason),
      failed: (_, error) => {
        throw error;
      },
    },
  );
  readonly bad: string[] = [];
  readonly #follow = new Follow(
    this.pipeline,
    { firstSeenMs: () => READ, found() {}, caughtUp() {}, gone() {}, problem() {}, healed() {} },
    () => READ,
  );
  readonly #sinks = new Map<string, ReturnType<Follow['opened']>>();

  /** Finds the file and all others that are there now, before anything is read. */
  open(path: string): this {
    if (this.#sinks.has(path)) return this;
    const found = { path: `/runs/run/${path}`, format: formatAt(path), folder: '/runs/run', run: 'run' };
    this.#sinks.set(path, this.#follow.opened(found));
    return this;
  }

  push(path: string, pieces: readonly Buffer[], isAnew: boolean): void {
    const isNew = !this.#sinks.has(path);
    this.open(path);
    if (isAnew && !isNew) this.#sinks.get(path)?.restart();
    for (const piece of pieces) {
      this.#sinks.get(path)?.push(piece, READ);
      this.atEnd(path);
    }
  }

  atEnd(path: string): void {
    this.#follow.atEnd(`/runs/run/${path}`);
  }

  /** Reads these files as an agent that starts now. */
  start(files: ReadonlyMap<string, Buffer>, order: readonly string[]): this {
    for (const path of order) this.open(path);
    for (const path of order) this.#sinks.get(path)?.push(files.get(path) ?? Buffer.alloc(0), READ);
    for (const path of order) this.atEnd(path);
    return this;
  }

  /** All that anybody can see of the run, when no more bytes will come. */
  end() {
    this.#follow.end();
    this.pipeline.tick(READ);
    const watched = this.pipeline.runs.get('run');
    if (watched === undefined) return null;
    const view = runView(watched, READ);
    return {
      view: { ...view, sources: [...view.sources].sort((a, b) => (a.path < b.path ? -1 : 1)) },
      tally: watched.run.tally,
      opened: [...watched.book.opened].sort(),
      incidents: watched.incidents.map(({ startedAtMs: _, endedAtMs, ...rest }) => ({
        ...rest,
        ended: endedAtMs !== null,
      })),
      bad: this.bad,
    };
  }
}

function filesAfter(writes: readonly Write[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const { path, bytes, anew } of writes) {
    files.set(path, anew ? bytes : Buffer.concat([files.get(path) ?? Buffer.alloc(0), bytes]));
  }
  return files;
}

function coldRead(writes: readonly Write[]) {
  const files = filesAfter(writes);
  return new Reader().start(files, [...files.keys()].sort()).end();
}

/** Writes of each file in their order, files interleaved as `picks` says. */
function interleaved(writes: readonly Write[], picks: readonly number[]): Write[] {
  const queues = [...Map.groupBy(writes, ({ path }) => path).values()].map((queue) => [...queue]);
  const order: Write[] = [];
  for (let turn = 0; queues.length > 0; turn++) {
    const place = (picks[turn % picks.length] ?? 0) % queues.length;
    const queue = queues[place] as Write[];
    order.push(queue.shift() as Write);
    if (queue.length === 0) queues.splice(place, 1);
  }
  return order;
}

const picks = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 50 });
const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 4 });

/** How often a text stands in the files of this name. */
function occurrences(writes: readonly Write[], name: string, text: RegExp): number {
  const written = writes.filter(({ path }) => path === name).map(({ bytes }) => bytes.toString());
  return [...written.join('').matchAll(text)].length;
}

describe('a run that left several sources', () => {
  it('has every line of its log once, and every bad norm that its console printed', () => {
    fc.assert(
      fc.property(anyRun, (writes) => {
        fc.pre(writes.some(({ path }) => path === 'trainer_log.jsonl'));
        const { tally, view } = coldRead(writes) ?? expect.fail('no run');
        expect(view.records).toBe(occurrences(writes, 'trainer_log.jsonl', /\n/g));
        expect(tally.nonfinite.loss.nan).toBe(occurrences(writes, 'trainer_log.jsonl', /"loss": NaN/g));
        if (!writes.some(({ path }) => path === 'train.log')) return;
        expect(tally.nonfinite.grad_norm).toEqual({
          nan: occurrences(writes, 'train.log', /'grad_norm': 'nan'/g),
          inf: occurrences(writes, 'train.log', /'grad_norm': 'inf'/g),
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is the same in whatever order they are found and read', () => {
    fc.assert(
      fc.property(anyRun, picks, (writes, order) => {
        const files = filesAfter(writes);
        const paths = interleaved(
          [...files.keys()].map((path) => ({ path, bytes: Buffer.alloc(0), anew: true })),
          order,
        );
        const read = new Reader().start(
          files,
          paths.map(({ path }) => path),
        );
        expect(read.end()).toEqual(coldRead(writes));
      }),
      { numRuns: 60 },
    );
  });

  it('is the same when they are read one after the other, live, in any order and any cuts', () => {
    fc.assert(
      fc.property(anyRun, picks, places, (writes, order, at) => {
        const reader = new Reader();
        for (const { path, bytes, anew } of interleaved(writes, order)) reader.push(path, cut(bytes, at), anew);
        expect(reader.end()).toEqual(coldRead(writes));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same when it was followed live from any point on, by an agent that is restarted in between', () => {
    fc.assert(
      fc.property(anyRun, fc.array(fc.nat({ max: 1000 }), { maxLength: 3 }), places, (writes, restarts, at) => {
        const stops = new Set(restarts.map((place) => place % writes.length));
        let reader = new Reader();
        for (const [index, { path, bytes, anew }] of writes.entries()) {
          if (stops.has(index)) {
            const files = filesAfter(writes.slice(0, index));
            reader = new Reader().start(files, [...files.keys()]);
          }
          reader.push(path, cut(bytes, at), anew);
          reader.pipeline.tick(READ);
        }
        expect(reader.end()).toEqual(coldRead(writes));
      }),
      { numRuns: 100 },
    );
  });
});
