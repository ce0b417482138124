import { type AssemblyGlobal, assembly } from '../assembly.ts';
import { FIELDS } from './field.ts';
import { LogRecord } from './record.ts';

interface Block {
  readonly BLOCK: AssemblyGlobal;
  readonly columns: AssemblyGlobal;
  readonly present: AssemblyGlobal;
  plain(from: number, most: number): number;
  calm(from: number, most: number, timedStep: number, timedSeconds: number, measurable: number): number;
}

const { memory, ...block } = assembly<Block>();
const ROOM = block.BLOCK.value;
/** Filled again for each record that is shown. */
const one = new LogRecord();

/**
 * The records that were read together, field by field. There is one block: what it holds is taken before the next records
 * are read, so copy what you keep.
 */
class RecordBlock {
  readonly #columns = FIELDS.map((_, slot) => {
    return new Float64Array(memory.buffer, block.columns.value + slot * ROOM * Float64Array.BYTES_PER_ELEMENT, ROOM);
  });
  /** Fields of each record: bit n is set for field n. */
  readonly present = new Uint32Array(memory.buffer, block.present.value, ROOM);
  /** How many records it holds. */
  count = 0;

  /** The numbers of one field; those of records that lack it mean nothing. */
  column(slot: number): Float64Array {
    return this.#columns[slot] as Float64Array;
  }

  /** Makes `record` the one at `index`. */
  read(index: number, record: LogRecord): void {
    const present = this.present[index] as number;
    record.clear();
    for (let left = present; left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left);
      record.values[slot] = this.column(slot)[index] as number;
    }
    record.declare(present);
  }

  /** Shows each record in turn; it is one instance, filled again. */
  show(take: (record: LogRecord) => void): void {
    for (let index = 0; index < this.count; index++) {
      this.read(index, one);
      take(one);
    }
  }

  /**
   * How many records, from `from` on and `most` at most, only say that training goes on in the run that has been put into
   * the assembly: they have the same fields, finite losses that are not 0 and finite norms; no step and no clock runs back,
   * and none is the last step.
   */
  plain(from: number, most: number): number {
    return block.plain(from, most);
  }

  /**
   * Takes records, from `from` on and `most` at most, as long as they are {@link plain} and show no sign of anything, into
   * the trend of the loss and the rate that have been put into the assembly.
   *
   * @param timedStep step of the last record whose time was taken, and its seconds
   * @param measurable seconds from there that are worth taking
   * @returns how many it has taken
   */
  takeCalm(from: number, most: number, timedStep: number, timedSeconds: number, measurable: number): number {
    return block.calm(from, most, timedStep, timedSeconds, measurable);
  }
}

export type { RecordBlock };

/** The one. */
export const recordBlock = new RecordBlock();
