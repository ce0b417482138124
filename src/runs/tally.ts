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
    if (record.isFinite(FIELD.loss) && record.isFinite(FIELD.grad_norm) && record.isFinite(FIELD.eval_loss)) return;
    for (const field of WATCHED_FIELDS) {
      const value = record.get(FIELD[field]);
      if (value === undefined || Number.isFinite(value)) continue;
      this.nonfinite[field][Number.isNaN(value) ? 'nan' : 'inf']++;
    }
  }
}
