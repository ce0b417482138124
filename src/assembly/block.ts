// AssemblyScript. The records that were read last: ../model/record-block.ts.

export const BLOCK: i32 = 512;
export const SLOTS: i32 = 16;
/** Numbers by slot, then by record. */
export const columns: usize = memory.data(16 * 512 * 8, 16);
/** Fields of each record, as bits. */
export const present: usize = memory.data(512 * 4, 16);

// Slots, as in ../model/field.ts: test/unit/assembly.test.ts holds both together.
export const STEP: i32 = 0;
export const MAX_STEPS: i32 = 1;
export const LOSS: i32 = 2;
export const GRAD_NORM: i32 = 4;
export const LEARNING_RATE: i32 = 5;
export const ELAPSED_SECONDS: i32 = 8;

/** Place of a number. */
export function cell(slot: i32, record: i32): usize {
  return columns + ((<usize>(slot * BLOCK + record)) << 3);
}

export function number(slot: i32, record: i32): f64 {
  return load<f64>(cell(slot, record));
}

/** Fields of a record, as bits. */
export function fieldsOf(record: i32): u32 {
  return load<u32>(present + ((<usize>record) << 2));
}

export function setFields(record: i32, fields: u32): void {
  store<u32>(present + ((<usize>record) << 2), fields);
}

export function has(fields: u32, slot: i32): bool {
  return (fields & (1 << slot)) !== 0;
}
