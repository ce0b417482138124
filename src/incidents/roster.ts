import { MOST_SIGNS } from '../signals/signs.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Who is shown records of one kind. */
interface Lineup {
  /** Those awake that see NaN themselves: what they say is what the verdict on the weights is made of. */
  readonly symptoms: readonly Lifecycle[];
  /** All others that are awake. */
  readonly others: readonly Lifecycle[];
  readonly asleep: readonly Lifecycle[];
}

const NOBODY: Lineup = { symptoms: [], others: [], asleep: [] };
/** Kinds of record that are remembered: logs have a handful. */
const MAX_KINDS = 32;

/**
 * Which detectors are shown a record: those that read one of its fields and heed one of its signs, or have an incident
 * open. All others are asleep, and the record counts as good for them. That depends on the fields and the signs alone
 * until an incident opens or closes, and is worked out once for each that come.
 */
export class Roster {
  #all: readonly Lifecycle[];
  #lineup = NOBODY;
  readonly #lineups = new Map<number, Lineup>();
  /** Fields and signs of the record before, as bits; -1 where nobody is asleep. */
  #present = -1;
  #signs = -1;
  #step = Number.NaN;

  constructor(all: readonly Lifecycle[]) {
    this.#all = all;
  }

  /** Who is shown the next record, which has these fields and signs, as bits; or the next ones up to `step`. */
  turnTo(present: number, signs: number, step: number): Lineup {
    if (present !== this.#present || signs !== this.#signs) {
      this.#passAsleep();
      this.#present = present;
      this.#signs = signs;
      this.#lineup = this.#lineups.get(present * MOST_SIGNS + signs) ?? this.#workOut(present, signs);
    }
    this.#step = step;
    return this.#lineup;
  }

  /** Whether records with these fields and without any sign are shown to nobody. */
  isAsleep(present: number): boolean {
    const { symptoms, others } = this.#lineups.get(present * MOST_SIGNS) ?? this.#workOut(present, 0);
    return symptoms.length === 0 && others.length === 0;
  }

  /** Incidents open or close: those asleep learn what they have slept through, and it is worked out anew. */
  wake(): void {
    this.#passAsleep();
    this.#lineup = NOBODY;
    this.#lineups.clear();
    this.#present = -1;
  }

  /** One of them says no more. */
  dismiss(lifecycle: Lifecycle): void {
    this.wake();
    this.#all = this.#all.filter((one) => one !== lifecycle);
  }

  #passAsleep(): void {
    for (const lifecycle of this.#lineup.asleep) lifecycle.pass(this.#step);
  }

  #workOut(present: number, signs: number): Lineup {
    const lineup: Record<keyof Lineup, Lifecycle[]> = { symptoms: [], others: [], asleep: [] };
    for (const one of this.#all) {
      if (!one.reads(present)) continue;
      if (!one.heeds(signs)) lineup.asleep.push(one);
      else if (one.isSymptom) lineup.symptoms.push(one);
      else lineup.others.push(one);
    }
    if (this.#lineups.size >= MAX_KINDS) this.#lineups.clear();
    this.#lineups.set(present * MOST_SIGNS + signs, lineup);
    return lineup;
  }
}
