import { type AssemblyGlobal, assembly } from '../../assembly.ts';
import { recordBlock } from '../../model/record-block.ts';

/** What a key of a flat line holds, and where it goes. */
export interface FlatKey {
  /** Slot in the record; null for a key whose value is not wanted. */
  readonly slot: number | null;
  /** A number, a number that is scaled by `scale`, or a duration such as `1:02:03`. */
  readonly kind: 'number' | 'duration' | 'ignored';
  readonly scale?: number;
}

/** Places are offsets into the memory. */
interface FlatLines {
  readonly CHUNK_BYTES: AssemblyGlobal;
  readonly chunk: AssemblyGlobal;
  readonly pattern: AssemblyGlobal;
  readonly stop: AssemblyGlobal;
  addPlace(slot: number, isDuration: boolean, scale: number, length: number): number;
  read(start: number): number;
}

const { memory, ...lines } = assembly<FlatLines>();
const bytes = new Uint8Array(memory.buffer);
const place = lines.chunk.value;
/** Nulls behind a chunk, which stop whatever looks beyond its end. */
const NULS = 128;

/**
 * Reads lines of the one shape that nearly all lines have: `{"key": value, "key": value}` as Python's `json.dumps` writes
 * it, known keys only, each once, with numbers, null, `NaN`, `Infinity` and plain strings. It goes over the bytes once
 * and makes no string of them, which is ten times faster than to decode and parse them; compiled ahead of time, to
 * WebAssembly, since a compiler that watches the program first would cost as much as the reading.
 *
 * Whatever is not exactly of this shape it does not read: the tolerant parser does. Both give the same record wherever
 * this one reads (`test/property/flat-lines.test.ts`).
 */
export class FlatLineReader {
  /** Most bytes that a chunk may have. */
  readonly chunkBytes = lines.CHUNK_BYTES.value;

  /** @param keys by name; names are ASCII, of at most 58 characters */
  constructor(keys: ReadonlyMap<string, FlatKey>) {
    for (const before of ['{', ', ']) {
      for (const [name, key] of keys) this.#add(`${before}"${name}": `, key);
    }
  }

  /** Takes the bytes in which lines are to be read next: {@link chunkBytes} at most. */
  load(chunk: Uint8Array): void {
    const isThere = chunk.buffer === memory.buffer && chunk.byteOffset === place;
    if (!isThere) bytes.set(chunk, place);
    bytes.fill(0, place + chunk.length, place + chunk.length + NULS);
  }

  /**
   * Reads whole lines from `start` of the chunk on into {@link recordBlock}, as many as there are of this shape and as it
   * holds.
   *
   * @returns the place after the last of them
   */
  read(start: number): number {
    recordBlock.count = lines.read(place + start);
    return lines.stop.value - place;
  }

  #add(prefix: string, { slot, kind, scale = 1 }: FlatKey): void {
    new TextEncoder().encodeInto(prefix, bytes.subarray(lines.pattern.value));
    if (lines.addPlace(slot ?? -1, kind === 'duration', scale, prefix.length) === 0) {
      throw new RangeError(`the key ${prefix} is too long or one too many for a flat line`);
    }
  }
}
