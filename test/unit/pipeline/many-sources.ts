import { formatOf } from '../../../src/formats/index.ts';
import type { Incident } from '../../../src/model/incident.ts';
import { Pipeline } from '../../../src/pipeline/pipeline.ts';
import type { Source } from '../../../src/pipeline/source.ts';
import { READ } from './watch.ts';

export const FOLDER = '/runs/run';

/** A run of several sources, in memory, and what was told of it. */
export class Sources {
  readonly steps: (number | null)[] = [];
  readonly incidents: Incident[] = [];
  readonly bad: string[] = [];
  /** How often it was told that more is known of the run. */
  changes = 0;
  readonly pipeline = new Pipeline(
    {},
    {
      record: (_, record) => this.steps.push(record.step),
      incident: (_, incident) => this.incidents.push(incident),
      changed: () => this.changes++,
      bad: (_, reason) => this.bad.push(reason),
      failed: (_, error) => {
        throw error;
      },
    },
  );
  readonly watched;
  nowMs = READ;
  readonly #sources = new Map<string, Source>();

  constructor(seenMs = READ) {
    this.watched = this.pipeline.open('run', FOLDER, seenMs);
  }

  source(path: string): Source {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const format = formatOf(name);
    if (format === undefined) throw new Error(`${path} is no log`);
    const known = this.#sources.get(path) ?? this.watched.addSource(`${FOLDER}/${path}`, format);
    this.#sources.set(path, known);
    return known;
  }

  /** The next bytes of a file, up to its present end. */
  write(path: string, content: string | Buffer): this {
    const source = this.source(path);
    source.push(Buffer.from(content), this.nowMs);
    this.watched.atEnd(source, this.nowMs);
    return this;
  }

  /** The file is written anew. */
  rewrite(path: string, ...parts: readonly string[]): this {
    this.source(path).restart();
    for (const part of parts) this.write(path, part);
    return this;
  }

  remove(path: string): this {
    this.watched.removeSource(this.source(path));
    this.#sources.delete(path);
    return this;
  }

  /** So much time passes. */
  pass(ms: number): this {
    this.nowMs += ms;
    this.pipeline.tick(this.nowMs);
    return this;
  }

  /** What was told of incidents since the last call: alert, status and how often it happened. */
  toldIncidents(): string[] {
    return this.incidents.splice(0).map((one) => `${one.alertname} ${one.status} ${one.occurrences}`);
  }
}

/** Lines of `trainer_log.jsonl`, one for each step. */
export function logLines(first: number, last: number): string {
  return steps(first, last)
    .map((step) => `{"current_steps": ${step}, "total_steps": 1000, "loss": ${lossAt(step)}, "epoch": 0.1}\n`)
    .join('');
}

/** What the console prints of the same steps, with the norm that `normAt` tells. */
export function printedLines(first: number, last: number, normAt: (step: number) => string = () => '0.5'): string {
  return steps(first, last)
    .map((step) => `{'loss': '${lossAt(step)}', 'grad_norm': '${normAt(step)}', 'epoch': '0.1'}\n${bar(step)}`)
    .join('');
}

/** The same steps in a `trainer_state.json`. */
export function stateOf(last: number, normAt: (step: number) => string = () => '0.512345', maxSteps = 1000): string {
  const entries = steps(1, last).map(
    (step) => `{"step": ${step}, "loss": ${lossAt(step)}, "grad_norm": ${normAt(step)}, "epoch": 0.1}`,
  );
  return `{"global_step": ${last}, "max_steps": ${maxSteps}, "log_history": [${entries.join(', ')}]}`;
}

function bar(step: number): string {
  return `\r  1%|▏         | ${step}/1000 [00:01<03:00,  1.65it/s]\r`;
}

function steps(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function lossAt(step: number): number {
  return 2 + (step % 50) / 100;
}
