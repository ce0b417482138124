import { FIELD } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RecordStore } from './record-store.ts';

/** What one source says of a run. */
export interface Strand {
  readonly store: RecordStore;
  /** What befell the run, and how many records of the source came before. */
  readonly events: readonly PlacedEvent[];
  /** Significant digits that its numbers keep. */
  readonly digits: number;
  /** The trainer's own book of steps: where there is one, even empty, no other source says which steps there are. */
  readonly keepsSteps: boolean;
}

export interface PlacedEvent {
  readonly event: RunEvent;
  /** Records of the source before it; in a joined run, index of the record that it follows, -1 for none. */
  readonly after: number;
}

/** Records of one step that are looked at: more come only of a log that is no log. */
const MAX_OF_A_STEP = 64;
const SAME_STEP = [FIELD.loss, FIELD.eval_loss, FIELD.learning_rate];

/**
 * The sources of a run as one series in step order. A pure function of what they hold, whatever came first.
 *
 * One source, the spine, says which records there are. Of the others a record belongs to one of the spine's when step and
 * kind are the same and the numbers that both have agree, as far as their digits go; of several such the newest that is
 * free, since a state file knows only what a run went on with. So what an older run left in the same folder is not mixed
 * in. Of each number the most exact source is believed.
 */
export class Join {
  readonly #spine: Strand | null;
  /** Sources from the most exact on, with the record of each that belongs to each of the spine's, -1 for none. */
  readonly #parts: readonly { readonly strand: Strand; readonly rows: Int32Array | null; isNeeded: boolean }[];

  /** @param strands the best keeper of steps first */
  constructor(strands: readonly Strand[]) {
    this.#spine = spineOf(strands);
    const byStep = this.#spine === null ? null : new StepIndex(this.#spine.store);
    this.#parts = [...strands]
      .sort((a, b) => b.digits - a.digits)
      .map((strand) => ({
        strand,
        rows: strand === this.#spine || byStep === null ? null : byStep.align(strand, tolerance(strand, this.#spine)),
        isNeeded: strand === this.#spine,
      }));
  }

  get spine(): Strand | null {
    return this.#spine;
  }

  /** How many records there are. */
  get count(): number {
    return this.#spine?.store.count ?? 0;
  }

  /** Fills `record` with record `index`. Returns when it arrived, in ms since the epoch. */
  read(index: number, record: LogRecord): number {
    const store = this.#spine?.store;
    record.clear();
    if (store === undefined) return Number.NaN;
    for (const slot of [FIELD.step, FIELD.max_steps]) {
      const value = store.get(index, slot);
      if (value !== undefined) record.set(slot, value);
    }
    for (const part of this.#parts) {
      const row = part.rows === null ? index : (part.rows[index] ?? -1);
      if (row !== -1 && part.strand.store.fill(row, record)) part.isNeeded = true;
    }
    return store.arrivedMs(index);
  }

  /** Sources that have said nothing that was not known without them, in what was read so far. */
  get needless(): Strand[] {
    return this.#parts.filter(({ isNeeded }) => !isNeeded).map(({ strand }) => strand);
  }

  /** Whether the last record of training of `strand` is one of the joined run. */
  holdsLastOf(strand: Strand): boolean {
    if (strand === this.#spine) return true;
    const rows = this.#parts.find((part) => part.strand === strand)?.rows ?? null;
    let last = strand.store.count - 1;
    while (last >= 0 && strand.store.kind(last) !== 'training') last--;
    return last >= 0 && rows !== null && rows.includes(last);
  }

  /** Fills `record` with what the spine alone says. */
  readSpine(index: number, record: LogRecord): void {
    record.clear();
    this.#spine?.store.fill(index, record);
  }

  /**
   * What befell the run, in order. An event beside which the source has a record that belongs to none of the spine's
   * is of another run.
   */
  events(): PlacedEvent[] {
    const placed = this.#parts.flatMap(({ strand, rows }) => {
      if (strand === this.#spine) return strand.events.map(({ event, after }) => ({ event, after: after - 1 }));
      return rows === null ? [] : placedBy(strand, rows, this.count);
    });
    return placed
      .map(({ event, after }) => ({ event, after: event.kind === 'finished' ? this.#closingAfter(after) : after }))
      .sort((a, b) => a.after - b.after);
  }

  /** The last of the closing and progress records that follow record `index`. */
  #closingAfter(index: number): number {
    let last = index;
    while (last + 1 < this.count && this.#spine?.store.kind(last + 1) === 'other') last++;
    return last;
  }

  /** Numbers under other names: the last value of each, of the most exact source that has it. */
  other(): Map<string, number> {
    const found = new Map<string, number>();
    for (const { strand, rows } of this.#parts) {
      if (rows !== null && !rows.some((row) => row !== -1)) continue;
      for (const [name, value] of strand.store.other) if (!found.has(name)) found.set(name, value);
    }
    return found;
  }
}

/** A console may hold nothing but the closing record of a run whose steps a state knows. */
function spineOf(strands: readonly Strand[]): Strand | null {
  return (
    strands.find(({ keepsSteps }) => keepsSteps) ??
    strands.find(({ store }) => store.hasTraining) ??
    strands.find(({ store }) => store.count > 0) ??
    null
  );
}

function tolerance(one: Strand, other: Strand | null): { readonly relative: number; readonly absolute: number } {
  const digits = Math.min(one.digits, other?.digits ?? one.digits);
  // consoles also print a fixed number of decimals
  return { relative: 10 ** (1 - digits), absolute: digits > 4 ? 0 : 1e-4 };
}

function placedBy(strand: Strand, rows: Int32Array, count: number): PlacedEvent[] {
  if (strand.events.length === 0) return [];
  const spineRow = new Map<number, number>();
  for (let index = 0; index < rows.length; index++) spineRow.set(rows[index] ?? -1, index);
  const { store } = strand;
  return strand.events.flatMap(({ event, after }) => {
    if (count === 0) return [{ event, after: -1 }];
    let row = after - 1;
    while (row >= 0 && store.kind(row) === 'other') row--;
    if (row >= 0) {
      const found = spineRow.get(row);
      return found === undefined ? [] : [{ event, after: found }];
    }
    // nothing was logged before it: the record that came next tells the place
    let next = after;
    while (next < store.count && store.kind(next) === 'other') next++;
    const following = spineRow.get(next);
    return following === undefined ? [] : [{ event, after: following - 1 }];
  });
}

/** The records of the spine by step. */
class StepIndex {
  readonly #store: RecordStore;
  readonly #newest = new Map<number, number>();
  /** The record of the same step before each, -1 for none. */
  readonly #before: Int32Array;

  constructor(store: RecordStore) {
    this.#store = store;
    this.#before = new Int32Array(store.count);
    for (let index = 0; index < store.count; index++) {
      const step = store.get(index, FIELD.step) ?? Number.NaN;
      this.#before[index] = this.#newest.get(step) ?? -1;
      this.#newest.set(step, index);
    }
  }

  /** For each record of the spine the record of `strand` that belongs to it, -1 for none. */
  align({ store }: Strand, within: ReturnType<typeof tolerance>): Int32Array {
    const rows = new Int32Array(this.#store.count).fill(-1);
    for (let row = store.count - 1; row >= 0; row--) {
      const kind = store.kind(row);
      if (kind === 'other') continue;
      let index = this.#newest.get(store.get(row, FIELD.step) ?? Number.NaN) ?? -1;
      for (let seen = 0; index !== -1 && seen < MAX_OF_A_STEP; seen++) {
        const isFree = rows[index] === -1 && this.#store.kind(index) === kind;
        if (isFree && agree(this.#store, index, store, row, within)) {
          rows[index] = row;
          break;
        }
        index = this.#before[index] ?? -1;
      }
    }
    return rows;
  }
}

function agree(
  one: RecordStore,
  index: number,
  other: RecordStore,
  row: number,
  { relative, absolute }: ReturnType<typeof tolerance>,
): boolean {
  return SAME_STEP.every((slot) => {
    const a = one.get(index, slot);
    const b = other.get(row, slot);
    if (a === undefined || b === undefined || Object.is(a, b) || a === b) return true;
    // what is not finite agrees with nothing but itself
    if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
    return Math.abs(a - b) <= relative * Math.max(Math.abs(a), Math.abs(b)) + absolute;
  });
}
