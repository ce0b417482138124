import { type Detector, type DetectorKind, defaultsOf, type Verdict } from '../../../src/detectors/detector.ts';
import { DETECTORS } from '../../../src/detectors/index.ts';
import type { RunContext } from '../../../src/model/context.ts';
import type { LogRecord } from '../../../src/model/record.ts';
import { Run } from '../../../src/runs/run.ts';
import { Signals } from '../../../src/signals/signals.ts';
import { type Fields, recordOf } from '../runs/records.ts';

export const SEEN = 1_700_000_000_000;

/**
 * A detector of a kind, with the defaults of what is not given, and a run that it watches, with signals that
 * know what the detectors of NaN say.
 */
export class Watch {
  readonly detector: Detector;
  readonly run: Run;
  readonly signals = new Signals();
  readonly kind: DetectorKind;
  readonly #symptoms: readonly Detector[];
  #step = 0;

  constructor(kind: DetectorKind, options: Record<string, number> = {}, context: RunContext = {}) {
    this.kind = kind;
    this.detector = kind.create({ ...defaultsOf(kind), ...options });
    this.run = new Run('r', SEEN, context);
    this.#symptoms = Object.values(DETECTORS)
      .filter(({ symptom }) => symptom)
      .map((one) => one.create(defaultsOf(one)));
  }

  /** Shows one record; without a step it has the next one. `other` are numbers outside the vocabulary. */
  see(fields: Fields, arrivedMs = SEEN, other: Readonly<Record<string, number>> = {}): Verdict {
    this.#step = fields.step ?? this.#step + 1;
    const record = recordOf({ ...fields, step: this.#step }, other);
    const restarted = this.run.observe(record, arrivedMs);
    this.signals.observe(record, this.run, restarted);
    if (restarted) for (const detector of [this.detector, ...this.#symptoms]) detector.restart?.();
    this.#judge(record);
    return this.detector.observe(record, this.run, this.signals);
  }

  /** Shows the same record so many times, a step each; the last verdict. */
  times(count: number, fields: Fields): Verdict {
    let verdict: Verdict = 'silent';
    for (let at = 0; at < count; at++) verdict = this.see(fields);
    return verdict;
  }

  /** Shows losses, a step each, with what else each record has; their verdicts. */
  losses(losses: readonly number[], fields: Fields = {}): Verdict[] {
    return losses.map((loss) => this.see({ ...fields, loss }));
  }

  #judge(record: LogRecord): void {
    let isBad = false;
    let past: number | null = null;
    for (const symptom of this.#symptoms) {
      if (symptom.observe(record, this.run, this.signals) !== 'bad') continue;
      const span = symptom.span?.() ?? null;
      if (span === null || span.last === record.step) isBad = true;
      else past = span.first;
    }
    this.signals.life.observe(record, this.run, this.signals, isBad, past);
  }
}

/** Losses that fall slowly and vary a little, as those of a healthy run do; always the same ones. */
export function healthyLosses(count: number, from = 2): number[] {
  return Array.from({ length: count }, (_, at) => from * (1 - at / (10 * count)) * (1 + 0.02 * Math.sin(at * 2.4)));
}
