/**
 * The vocabulary of a training log: every field that a detector, a gauge or the page knows by name.
 * Whatever else a log holds travels in {@link LogRecord.other} under its own name.
 *
 * Units are base units, whatever the log wrote: seconds, bytes, tokens per second.
 */
export const FIELDS = [
  'step',
  'max_steps',
  'loss',
  'eval_loss',
  'grad_norm',
  'learning_rate',
  'epoch',
  'progress_percent',
  'elapsed_seconds',
  'tokens_seen',
  'tokens_per_second',
  'vram_allocated_bytes',
  'vram_reserved_bytes',
  'reward',
  'accuracy',
] as const;

export type FieldName = (typeof FIELDS)[number];

/** Slot of each field in {@link LogRecord}: `FIELD.loss` is 2. */
export const FIELD = Object.fromEntries(FIELDS.map((name, slot) => [name, slot])) as {
  readonly [name in FieldName]: number;
};
