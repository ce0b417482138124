/** Numbers under so many names are kept; what is beyond is counted. */
export const MAX_OTHER_NAMES = 100;

const NONE: ReadonlyMap<string, number> = new Map();

/** The last value of each number that a log holds under a name outside the vocabulary. */
export class OtherNumbers {
  /** Null until there is one: most logs have none. */
  #values: Map<string, number> | null = null;
  /** Numbers that were not kept. */
  dropped = 0;

  set(name: string, value: number): void {
    this.#values ??= new Map();
    if (this.#values.size < MAX_OTHER_NAMES || this.#values.has(name)) this.#values.set(name, value);
    else this.dropped++;
  }

  [Symbol.iterator](): Iterator<[string, number]> {
    return (this.#values ?? NONE)[Symbol.iterator]();
  }
}
