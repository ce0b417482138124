import { FIELD, FIELDS } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';

/** Records of one source that are kept; of a longer one none. At 128 B a record these are 8 MiB. */
export const MAX_STORED = 65_536;

const STRIDE = FIELDS.length + 1;
const ARRIVED = FIELDS.length;
/** The first page grows to this many records, every later one has as many at once. */
const PAGE = 1024;
const FIRST = 16;

/** Fields that say where a record belongs. */
const SHARED = (1 << FIELD.step) | (1 << FIELD.max_steps) | (1 << FIELD.epoch);

/** What a record tells of: a step of training, an evaluation, or neither, as closing and progress lines. */
export type RecordKind = 'training' | 'evaluation' | 'other';

function kindOf(record: LogRecord): RecordKind {
  return record.isTraining ? 'training' : record.has(FIELD.eval_loss) ? 'evaluation' : 'other';
}

/**
 * The records of one source, in the order of its log, as plain numbers. Sources of a run are read one after the other,
 * and late ones have to say something of steps that are long gone: hence the memory.
 */
export class RecordStore {
  readonly #pages: Float64Array[] = [];
  /** Fields that each record has, as bits. */
  readonly #masks: number[] = [];
  /** The newest page, and where its free part begins. */
  #page = new Float64Array(0);
  #free = 0;
  #count = 0;
  #dropped = 0;
  /** Numbers under other names: the last value of each. */
  readonly other = new Map<string, number>();
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
    if (this.#free === this.#page.length) this.#grow();
    record.copyTo(this.#page, this.#free);
    this.#page[this.#free + ARRIVED] = arrivedMs;
    this.#free += STRIDE;
    this.#masks.push(record.present);
    this.#count++;
  }

  /** Whether `record` only brings what record `index` lacks, of the same step. */
  isCompletedBy(index: number, record: LogRecord): boolean {
    if (this.get(index, FIELD.step) !== record.step) return false;
    const both = (this.#masks[index] ?? 0) & record.present & ~SHARED;
    return both === 0 && (kindOf(record) === 'other' || kindOf(record) === this.kind(index));
  }

  /** Takes every field that `record` has into the last record, which is of the same step. */
  amendLast(record: LogRecord): void {
    const index = this.#count - 1;
    const page = this.#pages[Math.floor(index / PAGE)];
    if (page === undefined) return;
    const at = (index % PAGE) * STRIDE;
    for (let slot = 0; slot < FIELDS.length; slot++) {
      const value = record.get(slot);
      if (value !== undefined) page[at + slot] = value;
    }
    this.#masks[index] = (this.#masks[index] ?? 0) | record.present;
  }

  /** Lets go of everything: its memory is needed no more. Nothing is kept from here on. */
  release(): void {
    this.#pages.length = 0;
    this.#masks.length = 0;
    this.#page = new Float64Array(0);
    this.#count = 0;
    this.#dropped = Math.max(1, this.#dropped);
  }

  has(index: number, slot: number): boolean {
    return ((this.#masks[index] ?? 0) & (1 << slot)) !== 0;
  }

  /** The number in `slot` of a record, or undefined when it has none. */
  get(index: number, slot: number): number | undefined {
    if (!this.has(index, slot)) return undefined;
    return this.#pages[Math.floor(index / PAGE)]?.[(index % PAGE) * STRIDE + slot];
  }

  arrivedMs(index: number): number {
    return this.#pages[Math.floor(index / PAGE)]?.[(index % PAGE) * STRIDE + ARRIVED] ?? Number.NaN;
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
    const page = this.#pages[Math.floor(index / PAGE)];
    const missing = (this.#masks[index] ?? 0) & ~record.present;
    if (page === undefined || missing === 0) return false;
    const at = (index % PAGE) * STRIDE;
    for (let left = missing; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      record.set(slot, page[at + slot] as number);
    }
    return true;
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

  /** Makes room for more: the first page doubles until it is full. */
  #grow(): void {
    const before = this.#page.length / STRIDE;
    const isFull = before === 0 || before === PAGE;
    const records = before === PAGE ? PAGE : Math.max(FIRST, before * 2);
    const page = new Float64Array(records * STRIDE);
    if (isFull) {
      this.#pages.push(page);
      this.#free = 0;
    } else {
      page.set(this.#page);
      this.#pages[0] = page;
    }
    this.#page = page;
  }
}
