import { FIELD, type FieldName } from '../model/field.ts';
import type { LogRecord } from '../model/record.ts';

/** Fields whose values are watched for being finite. */
export const WATCHED_FIELDS = ['loss', 'grad_norm', 'eval_loss'] as const satisfies readonly FieldName[];

type Watched = (typeof WATCHED_FIELDS)[number];

interface Nonfinite {
  nan: number;
  inf: number;
}

/** Counts over all records of a run. They only grow. */
export class Tally {
  records = 0;
  zeroLoss = 0;
  readonly nonfinite: Readonly<Record<Watched, Nonfinite>> = {
    loss: { nan: 0, inf: 0 },
    grad_norm: { nan: 0, inf: 0 },
    eval_loss: { nan: 0, inf: 0 },
  };

  observe(record: LogRecord): void {
    this.records++;
    if (record.number(FIELD.loss) === 0) this.zeroLoss++;
    this.#watch('loss', FIELD.loss, record);
    this.#watch('grad_norm', FIELD.grad_norm, record);
    this.#watch('eval_loss', FIELD.eval_loss, record);
  }

  #watch(field: Watched, slot: number, record: LogRecord): void {
    if (!record.has(slot)) return;
    const value = record.number(slot);
    if (Number.isFinite(value)) return;
    this.nonfinite[field][Number.isNaN(value) ? 'nan' : 'inf']++;
  }
}
