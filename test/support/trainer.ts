import { appendFileSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Recorded runs of real trainers. */
export const RECORDED = fileURLToPath(new URL('../../demo/runs', import.meta.url));

/** The lines of a recorded run, without their newlines. */
export function recordedLines(run: string): string[] {
  return readFileSync(join(RECORDED, run, 'trainer_log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
}

type Fields = Readonly<Record<string, number | string>>;

/** As Python's `json.dumps` writes it: numbers that are not finite are bare words. */
function pythonJson(fields: Fields): string {
  const parts = Object.entries(fields).map(([key, value]) => {
    return `${JSON.stringify(key)}: ${typeof value === 'number' ? String(value) : JSON.stringify(value)}`;
  });
  return `{${parts.join(', ')}}`;
}

export interface TrainerOptions {
  readonly totalSteps?: number;
  /** Makes this run another one than its twins: two runs with one first line are the same. */
  readonly seed?: number;
}

/** A run folder and who writes in it: a line at a time, opening the log for each, as LLaMA-Factory does. */
export class Trainer {
  readonly log: string;
  readonly #totalSteps: number;
  readonly #seed: number;
  #step = 0;

  constructor(folder: string, { totalSteps = 10_000, seed = 0 }: TrainerOptions = {}) {
    this.log = join(folder, 'trainer_log.jsonl');
    this.#totalSteps = totalSteps;
    this.#seed = seed;
  }

  get step(): number {
    return this.#step;
  }

  write(...lines: readonly string[]): void {
    mkdirSync(dirname(this.log), { recursive: true });
    for (const line of lines) appendFileSync(this.log, `${line}\n`);
  }

  /** Trains on: one line for each step. What `fields` says replaces what a healthy step would log. */
  train(steps: number, fields: Fields = {}): void {
    for (let at = 0; at < steps; at++) this.write(this.#line(++this.#step, fields));
  }

  /** Goes on from a checkpoint of this step, as after a restart. */
  resume(step: number): void {
    this.#step = step;
  }

  /** Trains to the last step and writes the closing line. */
  finish(): void {
    this.train(this.#totalSteps - this.#step);
    this.#close();
  }

  /** Ends before the last step, as an interrupted trainer does. */
  endEarly(): void {
    this.#close();
  }

  /** Makes the log look as if it was last written so long ago. */
  age(ms: number): void {
    const when = (Date.now() - ms) / 1000;
    utimesSync(this.log, when, when);
  }

  #close(): void {
    this.write(pythonJson({ current_steps: this.#step, total_steps: this.#totalSteps, ...this.#progress(this.#step) }));
  }

  #line(step: number, fields: Fields): string {
    const healthy = { loss: 2 + (this.#seed + (step % 7)) / 100, lr: 0.0001 };
    const counts = { current_steps: step, total_steps: this.#totalSteps };
    return pythonJson({ ...counts, ...healthy, ...fields, ...this.#progress(step) });
  }

  #progress(step: number): Fields {
    const seconds = Math.floor(step / 10);
    const elapsed = `0:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
    const percentage = Math.round((step / this.#totalSteps) * 10_000) / 100;
    return { epoch: step / 100, percentage, elapsed_time: elapsed, remaining_time: '0:00:00' };
  }
}
