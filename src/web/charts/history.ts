import { fromWire, type RunSeriesView, type WireNumber } from '../../view/wire.ts';
import { DRAWN } from './charts.ts';

/** The values of one name in one attempt, in step order. */
export interface Stretch {
  readonly attempt: number;
  readonly steps: number[];
  readonly values: number[];
}

/** Live values of one name that are added before the agent is asked for the whole anew, which it thins. */
const MAX_ADDED = 2000;

/** What is drawn of a run: its past, as the agent gave it, and the records that came since. */
export class History {
  /** By name of the series. */
  readonly stretches = new Map<string, Stretch[]>();
  /** False when the agent has no past of the run: what comes while the page is open is all there is. */
  readonly kept: boolean;
  #attempt = 1;
  #lastStep = Number.NEGATIVE_INFINITY;
  readonly #added = new Map<string, number>();

  constructor({ kept, series }: RunSeriesView) {
    this.kept = kept;
    for (const { name, attempt, steps, values } of series) {
      const stretch = { attempt, steps: [...steps], values: values.map(fromWire) };
      this.stretches.set(name, [...(this.stretches.get(name) ?? []), stretch]);
      if (attempt > this.#attempt) this.#lastStep = Number.NEGATIVE_INFINITY;
      this.#attempt = Math.max(this.#attempt, attempt);
      if (attempt === this.#attempt) this.#lastStep = Math.max(this.#lastStep, steps.at(-1) ?? this.#lastStep);
    }
  }

  /** The newest step of the newest attempt, minus infinity when there is none. */
  get lastStep(): number {
    return this.#lastStep;
  }

  get isEmpty(): boolean {
    return this.stretches.size === 0;
  }

  /**
   * Adds what a record says. Returns false when that is not enough and the agent has to be asked anew: the step fell
   * back, which is a new attempt or something that only the agent can put in its place; or there are too many.
   */
  take(step: number, fields: Readonly<Record<string, WireNumber | undefined>>): boolean {
    if (step < this.#lastStep) {
      if (this.kept) return false;
      this.#attempt++;
    }
    this.#lastStep = step;
    let isEnough = true;
    for (const name of DRAWN) {
      const value = fields[name];
      if (value !== undefined) isEnough = this.#add(name, step, fromWire(value)) && isEnough;
    }
    return isEnough || !this.kept;
  }

  #add(name: string, step: number, value: number): boolean {
    const stretch = this.#newest(name);
    const { steps, values } = stretch;
    if (steps.at(-1) === step) {
      values[values.length - 1] = value;
      return true;
    }
    steps.push(step);
    values.push(value);
    if (!this.kept && steps.length > MAX_ADDED) {
      steps.shift();
      values.shift();
    }
    const added = (this.#added.get(name) ?? 0) + 1;
    this.#added.set(name, added);
    return added <= MAX_ADDED;
  }

  #newest(name: string): Stretch {
    const known = this.stretches.get(name) ?? [];
    const last = known.at(-1);
    if (last?.attempt === this.#attempt) return last;
    const begun = { attempt: this.#attempt, steps: [], values: [] };
    this.stretches.set(name, [...known, begun]);
    return begun;
  }
}
