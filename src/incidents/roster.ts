import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Which detectors are shown a record: those that read one of its fields and heed one of its signs, or have an incident
 * open. All others are asleep, and the record counts as good for them. Records are nearly always like the one before
 * them, so that this is worked out for few.
 */
export class Roster {
  #all: readonly Lifecycle[];
  /** Those awake that see NaN themselves: what they say is what the verdict on the weights is made of. */
  readonly symptoms: Lifecycle[] = [];
  /** All others that are awake. */
  readonly others: Lifecycle[] = [];
  readonly #asleep: Lifecycle[] = [];
  /** Fields and signs for which it was worked out, as bits; -1 where it has to be worked out anew. */
  #present = -1;
  #signs = -1;
  #step = Number.NaN;

  constructor(all: readonly Lifecycle[]) {
    this.#all = all;
  }

  /** The next record has these signs. */
  turnTo(record: LogRecord, signs: number): void {
    if (record.present !== this.#present || signs !== this.#signs) this.#workOut(record.present, signs);
    this.#step = record.number(FIELD.step);
  }

  /** Incidents open or close: those asleep learn what they have slept through, and it is worked out anew. */
  wake(): void {
    for (const lifecycle of this.#asleep) lifecycle.pass(this.#step);
    this.#asleep.length = 0;
    this.#present = -1;
  }

  /** One of them says no more. */
  dismiss(lifecycle: Lifecycle): void {
    this.wake();
    this.#all = this.#all.filter((one) => one !== lifecycle);
  }

  #workOut(present: number, signs: number): void {
    this.wake();
    this.#present = present;
    this.#signs = signs;
    this.symptoms.length = 0;
    this.others.length = 0;
    for (const lifecycle of this.#all) {
      if (!lifecycle.reads(present)) continue;
      if (!lifecycle.heeds(signs)) this.#asleep.push(lifecycle);
      else if (lifecycle.isSymptom) this.symptoms.push(lifecycle);
      else this.others.push(lifecycle);
    }
  }
}
