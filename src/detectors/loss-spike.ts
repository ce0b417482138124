import type { Severity } from '../model/alert.ts';
import { FIELD } from '../model/field.ts';
import type { Evidence } from '../model/incident.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { LEAST_OFF, LEAST_SURPRISE } from '../signals/loss-trend.ts';
import type { Signals } from '../signals/signals.ts';
import { type Detector, detectorKind, GAP_STEPS, type Verdict } from './detector.ts';

/**
 * A loss far above where it was expected: by a ratio, and by many times the spread of the newest ones (see
 * {@link LossTrend}). It lasts until the loss is back where it was; one that lasts is critical, as in llm-foundry's
 * KillLossSpike. What NaN did to the loss is no spike.
 */
export const lossSpike = detectorKind({
  alertname: 'TrainerLossSpike',
  family: 'loss',
  heeds: ['nonfinite', 'zero', 'surprise', 'restart'],
  options: {
    ratio: { default: 1.2, min: 1 + LEAST_OFF, says: 'times the expected loss' },
    score: { default: 10, min: LEAST_SURPRISE, says: 'times the usual spread of the loss' },
    least_records: { default: 8, min: 3, isInteger: true, says: 'losses before anything is called a spike' },
    critical_records: { default: 5, min: 1, isInteger: true, says: 'records in a row that make it critical' },
  },
  goodStepsToResolve: GAP_STEPS,
  create: (options) => new LossSpike(options),
});

interface Options {
  readonly ratio: number;
  readonly score: number;
  readonly least_records: number;
  readonly critical_records: number;
}

/** Records after which a level that stays is where the loss now is. */
const ACCEPTED = 64;
/** It is back when it is no further above the level before than this share of the way to a spike. */
const BACK = 0.5;

class LossSpike implements Detector {
  readonly #options: Options;
  /** Loss before the spike that lasts; NaN while there is none. */
  #level = Number.NaN;
  #inRow = 0;
  #step: number | null = null;
  #loss = 0;
  #expected = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  observe(
    record: LogRecord,
    _run: RunFacts,
    { loss: trend, learningRate, isReinforcement, isStepBack }: Signals,
  ): Verdict {
    const loss = record.number(FIELD.loss);
    if (isStepBack) this.restart();
    if (isReinforcement || !Number.isFinite(loss) || loss === 0) return 'silent';
    if (this.#lasts(loss)) return this.#bad(record.step, loss, this.#level);
    this.#level = Number.NaN;
    this.#inRow = 0;
    const { ratio, score, least_records } = this.#options;
    const isFar = trend.score >= score && trend.ratio >= ratio && trend.count >= least_records;
    // where the loss falls steeply, one that falls less is no spike
    if (!isFar || !trend.matters(loss - trend.expected) || loss <= trend.before.median) return 'good';
    const isNan = record.has(FIELD.grad_norm) && !Number.isFinite(record.number(FIELD.grad_norm));
    if (isNan || learningRate.skippedNow > 0 || learningRate.stoodStill) return 'silent';
    this.#level = trend.expected;
    return this.#bad(record.step, loss, this.#level);
  }

  #lasts(loss: number): boolean {
    const back = 1 + (this.#options.ratio - 1) * BACK;
    return loss > this.#level * back && this.#inRow < ACCEPTED;
  }

  #bad(step: number | null, loss: number, expected: number): Verdict {
    this.#inRow++;
    this.#step = step;
    this.#loss = loss;
    this.#expected = expected;
    return 'bad';
  }

  restart(): void {
    this.#level = Number.NaN;
    this.#inRow = 0;
  }

  severity(): Severity {
    return this.#inRow >= this.#options.critical_records ? 'critical' : 'warning';
  }

  evidence(): readonly Evidence[] {
    return [
      { step: this.#step, field: 'loss', value: this.#loss },
      { step: this.#step, field: 'expected_loss', value: this.#expected },
    ];
  }
}
