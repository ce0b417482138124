import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, type Span, type Verdict } from './detector.ts';

/**
 * The weights themselves are NaN, as far as the log tells (see {@link Life}): the run will not recover. It resolves at
 * the first sign of life.
 */
export const weightsLost = detectorKind({
  alertname: 'TrainerWeightsLost',
  family: 'nonfinite',
  heeds: ['nonfinite', 'zero', 'surprise', 'rate', 'doubt'],
  rank: 2,
  options: {},
  goodStepsToResolve: 0,
  create: () => new WeightsLost(),
});

class WeightsLost implements Detector {
  #isOpen = false;
  #span: Span | null = null;
  #evidence: readonly Evidence[] = [];

  observe(record: LogRecord, _run: RunFacts, { life }: Signals): Verdict {
    if (life.judgement?.weights !== 'lost') {
      this.#isOpen = false;
      return life.isBad || life.judgement?.weights === 'unknown' ? 'silent' : 'good';
    }
    if (!life.isBad && this.#isOpen) return 'silent';
    const step = record.number(FIELD.step);
    this.#span = this.#isOpen ? null : { first: life.since ?? step, last: step, records: life.judgement.count };
    this.#isOpen = true;
    this.#evidence = [FIELD.loss, FIELD.eval_loss, FIELD.grad_norm].flatMap((slot) => {
      const value = record.get(slot);
      return value === undefined ? [] : [{ step, field: NAMES[slot] ?? '', value }];
    });
    return 'bad';
  }

  span(): Span | null {
    return this.#span;
  }

  severity(): Severity {
    return 'critical';
  }

  evidence(): readonly Evidence[] {
    return this.#evidence;
  }
}

const NAMES: Readonly<Record<number, string>> = {
  [FIELD.loss]: 'loss',
  [FIELD.eval_loss]: 'eval_loss',
  [FIELD.grad_norm]: 'grad_norm',
};
