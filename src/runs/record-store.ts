import { FIELD, FIELDS } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';
import type { RecordBlock } from '../model/record-block.ts';
import { Column } from './column.ts';
import { OtherNumbers } from './other-numbers.ts';

/** Records of one source that are kept; of a longer one none. With fifteen fields and a time at each these are 8 MiB. */
export const MAX_STORED = 65_536;

/** Fields that say where a record belongs. */
const SHARED = (1 << FIELD.step) | (1 << FIELD.max_steps) | (1 << FIELD.epoch);

/** What a record tells of: a step of training, an evaluation, or neither, as closing and progress lines. */
export type RecordKind = 'training' | 'evaluation' | 'other';

function kindOf(record: LogRecord): RecordKind {
  return record.isTraining ? 'training' : record.has(FIELD.eval_loss) ? 'evaluation' : 'other';
}

/**
 * The records of one source, in the order of its log, as plain numbers, field by field: most runs have few fields, and
 * several of these never change. Sources of a run are read one after the other, and late ones have to say something of
 * steps that are long gone: hence the memory.
 */
export class RecordStore {
  /** By slot. */
  #columns: (Column | undefined)[] = [];
  /** Fields that each record has, as bits. */
  #present = new Column();
  #arrived = new Column();
  #count = 0;
  #dropped = 0;
  readonly other = new OtherNumbers();
  readonly #most: number;

  /** @param most records that are kept */
  constructor(most = MAX_STORED) {
    this.#most = most;
  }

  /** Records that are kept. */
  get count(): number {
    return this.#count;
  }

  /** Records that were too many to be kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param arrivedMs when it arrived, in ms since the epoch */
  append(record: LogRecord, arrivedMs: number): void {
    if (this.#count === this.#most || this.#dropped > 0) {
      this.#dropped++;
      return;
    }
    const index = this.#count++;
    this.#set(index, record);
    this.#present.set(index, record.present);
    this.#arrived.set(index, arrivedMs);
  }

  /** How many records may be appended before the first one that is too many; no end once there was one. */
  get room(): number {
    return this.#dropped > 0 ? Number.POSITIVE_INFINITY : this.#most - this.#count;
  }

  /** Appends `count` records from `from` on, for which there is {@link room}. */
  appendBlock(block: RecordBlock, from: number, count: number, arrivedMs: number): void {
    if (this.#dropped > 0) {
      this.#dropped += count;
      return;
    }
    for (let at = from; at < from + count; ) {
      const present = block.present[at] as number;
      let to = at + 1;
      while (to < from + count && block.present[to] === present) to++;
      for (let left = present; left !== 0; left &= left - 1) {
        const slot = 31 - Math.clz32(left & -left);
        this.#columns[slot] ??= new Column();
        this.#columns[slot].setAll(this.#count, block.column(slot), at, to);
      }
      this.#present.fill(this.#count, to - at, present);
      this.#arrived.fill(this.#count, to - at, arrivedMs);
      this.#count += to - at;
      at = to;
    }
  }

  /** Whether `record` only brings what record `index` lacks, of the same step. */
  isCompletedBy(index: number, record: LogRecord): boolean {
    if (this.get(index, FIELD.step) !== record.step) return false;
    const both = this.#presentAt(index) & record.present & ~SHARED;
    return both === 0 && (kindOf(record) === 'other' || kindOf(record) === this.kind(index));
  }

  /** Takes every field that `record` has into the last record, which is of the same step. */
  amendLast(record: LogRecord): void {
    const index = this.#count - 1;
    if (index < 0) return;
    this.#set(index, record);
    this.#present.set(index, this.#presentAt(index) | record.present);
  }

  /** Lets go of the room for more records. */
  compact(): void {
    for (const column of this.#columns) column?.compact();
    this.#present.compact();
    this.#arrived.compact();
  }

  /** Lets go of everything: its memory is needed no more. Nothing is kept from here on. */
  release(): void {
    this.#columns = [];
    this.#present = new Column();
    this.#arrived = new Column();
    this.#count = 0;
    this.#dropped = Math.max(1, this.#dropped);
  }

  has(index: number, slot: number): boolean {
    return (this.#presentAt(index) & (1 << slot)) !== 0;
  }

  /** The number in `slot` of a record, or undefined when it has none. */
  get(index: number, slot: number): number | undefined {
    return this.has(index, slot) ? this.#columns[slot]?.get(index) : undefined;
  }

  arrivedMs(index: number): number {
    return this.#arrived.get(index);
  }

  kind(index: number): RecordKind {
    if (this.has(index, FIELD.loss) || this.has(index, FIELD.grad_norm)) return 'training';
    return this.has(index, FIELD.eval_loss) ? 'evaluation' : 'other';
  }

  /** Whether any record is one of training. */
  get hasTraining(): boolean {
    for (let index = 0; index < this.#count; index++) if (this.kind(index) === 'training') return true;
    return false;
  }

  /** Sets every field of `record` that the stored one has and `record` has not. Returns whether there was one. */
  fill(index: number, record: LogRecord): boolean {
    const missing = this.#presentAt(index) & ~record.present;
    for (let left = missing; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      record.set(slot, this.#columns[slot]?.get(index) as number);
    }
    return missing !== 0;
  }

  /** Whether the records of the shorter one are the first ones of the other; not where there is none. */
  beginsAs(other: RecordStore): boolean {
    const count = Math.min(this.count, other.count);
    for (let index = 0; index < count; index++) {
      for (let slot = 0; slot < FIELDS.length; slot++) {
        if (!Object.is(this.get(index, slot), other.get(index, slot))) return false;
      }
    }
    return count > 0;
  }

  #presentAt(index: number): number {
    return index >= 0 && index < this.#count ? this.#present.get(index) : 0;
  }

  #set(index: number, record: LogRecord): void {
    for (let left = record.present; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      this.#columns[slot] ??= new Column();
      this.#columns[slot].set(index, record.values[slot] as number);
    }
  }
}
