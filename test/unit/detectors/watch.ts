import type { Detector, DetectorKind, Verdict } from '../../../src/detectors/detector.ts';
import { Run } from '../../../src/runs/run.ts';
import { type Fields, recordOf } from '../runs/records.ts';

export const SEEN = 1_700_000_000_000;

/** A detector of a kind, with its options checked as the configuration does, and a run that it watches. */
export class Watch {
  readonly detector: Detector;
  readonly run = new Run('r', SEEN);
  readonly kind: DetectorKind;
  #step = 0;

  constructor(kind: DetectorKind, options: Record<string, unknown> = {}) {
    this.kind = kind;
    this.detector = kind.create(kind.options.parse(options));
  }

  /** Shows one record; without a step it has the next one. */
  see(fields: Fields, arrivedMs = SEEN): Verdict {
    this.#step = fields.step ?? this.#step + 1;
    const record = recordOf({ ...fields, step: this.#step });
    if (this.run.observe(record, arrivedMs)) this.detector.restart?.();
    return this.detector.observe(record, this.run);
  }

  /** Shows the same record so many times, a step each; the last verdict. */
  times(count: number, fields: Fields): Verdict {
    let verdict: Verdict = 'silent';
    for (let at = 0; at < count; at++) verdict = this.see(fields);
    return verdict;
  }
}
