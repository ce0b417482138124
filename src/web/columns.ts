import type { RunEntry } from './store.ts';
import type { Words } from './words.ts';

export type Column = keyof Words['columns'];

export const COLUMNS: readonly Column[] = [
  'run',
  'progress',
  'loss',
  'eval_loss',
  'grad_norm',
  'learning_rate',
  'epoch',
  'tokens',
  'vram',
  'pace',
  'age',
];

/** Columns that only some trainers fill, with the values that they show. */
const OPTIONAL: readonly (readonly [Column, readonly string[]])[] = [
  ['eval_loss', ['eval_loss']],
  ['tokens', ['tokens_per_second']],
  ['vram', ['vram_allocated_bytes', 'vram_reserved_bytes']],
];

/** Columns for which no run has a value. */
export function emptyColumns(runs: readonly RunEntry[]): readonly Column[] {
  return OPTIONAL.flatMap(([column, names]) =>
    runs.some(({ view }) => names.some((name) => view.values[name] !== undefined)) ? [] : [column],
  );
}
