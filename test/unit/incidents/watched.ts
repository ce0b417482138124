import { IncidentBook } from '../../../src/incidents/book.ts';
import type { DetectorSettings } from '../../../src/incidents/enabled.ts';
import type { Incident } from '../../../src/model/incident.ts';
import { Run } from '../../../src/runs/run.ts';
import { type Fields, recordOf } from '../runs/records.ts';

export const SEEN = 1_700_000_000_000;

const OFF: DetectorSettings = { enabled: false, options: {} };
/** Without the detectors that have something to say of any made-up run: that its loss stands still, or that it began anew. */
export const ALONE = { 'loss-plateau': OFF, restarted: OFF } as const;

/** A run with its book, fed with records by hand. */
export class Watched {
  readonly run = new Run('r', SEEN);
  readonly book: IncidentBook;

  constructor(settings: Readonly<Record<string, DetectorSettings>> = {}) {
    this.book = new IncidentBook(this.run, settings, (_, error) => {
      throw error;
    });
  }

  see(fields: Fields, arrivedMs = SEEN): this {
    const record = recordOf({ max_steps: 100_000, ...fields });
    const restarted = this.run.observe(record, arrivedMs);
    this.book.observe(record, restarted, arrivedMs);
    return this;
  }

  /** Shows one record for each of these steps. */
  losses(loss: number, steps: readonly number[]): this {
    for (const step of steps) this.see({ step, loss });
    return this;
  }

  /** What stands now, in the order of opening. */
  get incidents(): Incident[] {
    return [...this.book.all].sort((a, b) => a.order - b.order).map((one) => one.snapshot(this.run));
  }
}

export function range(first: number, last: number, every = 1): number[] {
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, at) => first + at * every);
}

/** `alertname first-last xN severity status`, short enough to compare by eye. */
export function brief(incidents: readonly Incident[]): string[] {
  return incidents.map(
    ({ alertname, firstStep, lastStep, occurrences, severity, status }) =>
      `${alertname} ${firstStep}-${lastStep} x${occurrences} ${severity} ${status}`,
  );
}
