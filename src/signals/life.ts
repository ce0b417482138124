import { FIELD } from '../model/field.ts';
import type { Judgement, JudgementReason } from '../model/judgement.ts';
import type { LogRecord } from '../model/record.ts';
import type { RunFacts } from '../runs/run.ts';
import { isNormSentinel } from './norm-sentinel.ts';
import type { Signals } from './signals.ts';

/** What speaks for the weights without proving anything. */
const PRESUMED: ReadonlySet<JudgementReason> = new Set(['scaler', 'recovered']);
/** Bad records in a row that are certainty without any other evidence, and those that are suspicion. */
const CERTAIN = 20;
const SUSPICION = 3;
/** As many up to the end of a run are no passing trouble. */
const TO_THE_END = 5;
/** Steps without trouble after which the next one is another trouble. */
const CALM_STEPS = 20;
/** A loss so far above where the run began has exploded. */
const EXPLODED = 3;
/** A loss that is no more than this many times the one before the trouble is that of a living model. */
const PLAUSIBLE = 10;

/**
 * Whether the weights are still good.
 *
 * Lost weights give nothing finite any more: every loss is NaN (logged as NaN or 0) and every norm. So one finite number
 * of training or evaluation after the trouble proves that they live, and so does a scheduler that stood still. What
 * proves the contrary is a precision in which nothing skips a step with NaN gradients, together with a next record that
 * is bad too; without knowledge of the precision only the length of the row tells.
 */
export class Life {
  #firstBad: number | null = null;
  #lastBad = 0;
  #badInRow = 0;
  #recoveries = 0;
  /** Loss before the trouble; NaN when there was none. */
  #level = Number.NaN;
  #lastLoss = Number.NaN;
  #exploded = false;
  /** What is held now; null while there is no trouble. */
  judgement: Judgement | null = null;
  /** The newest record is bad. */
  isBad = false;
  /** The newest record has proved that the weights live. */
  isProved = false;

  /** Logged step at which the present trouble began. */
  get since(): number | null {
    return this.#firstBad;
  }

  /**
   * @param isBad some detector says that the record shows NaN, open or in disguise
   * @param past step of an earlier record that is now known to have been bad, null for none
   */
  observe(record: LogRecord, run: RunFacts, signals: Signals, isBad: boolean, past: number | null): void {
    this.isBad = isBad;
    this.isProved = false;
    if (past !== null) this.#begin(past, signals);
    if (isBad) this.#bad(record, run, signals);
    else if (this.#firstBad !== null) this.#lookForLife(record, signals);
    if (run.ended === 'finished') this.#end(run, record.step);
    const loss = record.number(FIELD.loss);
    if (loss > 0) this.#lastLoss = loss;
  }

  /** Nothing is held of the weights, and nothing is watched for. */
  get isCalm(): boolean {
    return this.judgement === null && this.#firstBad === null;
  }

  /** Takes a good training record while it {@link isCalm}. */
  takeCalm(loss: number): void {
    this.isBad = false;
    this.isProved = false;
    this.#lastLoss = loss;
  }

  /** The trainer said that it skipped the last step. */
  skipped(step: number | null): void {
    if (this.#firstBad !== null) this.#prove('step-skipped', step);
  }

  /** A new attempt: the weights come from a checkpoint. */
  restart(): void {
    this.#firstBad = null;
    this.#badInRow = 0;
    this.#recoveries = 0;
    this.judgement = null;
  }

  #begin(step: number | null, { loss }: Signals): void {
    if (this.#firstBad !== null) return;
    this.#firstBad = step ?? 0;
    this.#badInRow = 0;
    this.#level = loss.expected;
    this.#exploded = this.#lastLoss > EXPLODED * loss.beginning;
    this.#hold('unknown', 'waiting', step);
  }

  #bad(record: LogRecord, run: RunFacts, signals: Signals): void {
    const { step } = record;
    this.#begin(step, signals);
    this.#lastBad = step ?? this.#lastBad;
    if (signals.learningRate.skippedNow > 0) this.#prove('learning-rate', step);
    else if (hasFiniteNorm(record)) this.#prove('finite-norm', step);
    else if (tells(record, run)) {
      this.#badInRow++;
      this.#doubt(run, record);
    }
  }

  #end(run: RunFacts, step: number | null): void {
    const isOpen = this.judgement?.weights === 'unknown' && skipsBadSteps(run) !== true;
    if (isOpen && this.#badInRow >= TO_THE_END) this.#hold('lost', 'end', step);
  }

  #doubt(run: RunFacts, record: LogRecord): void {
    const { step } = record;
    const count = this.#badInRow;
    const skips = skipsBadSteps(run);
    if (skips === false && count >= 2) this.#hold('lost', 'no-scaler', step);
    else if (!record.isTraining && skips !== true && count >= SUSPICION) this.#hold('lost', 'evaluation-nan', step);
    else if (count >= CERTAIN) this.#hold('lost', 'long', step);
    else if (this.#exploded && skips !== true && count >= SUSPICION) this.#hold('lost', 'exploded', step);
    else if (skips === true && count < SUSPICION) this.#hold('intact', 'scaler', step);
    else if (this.#recoveries > 0 && count < SUSPICION) this.#hold('intact', 'recovered', step);
    else this.#hold('unknown', 'waiting', step);
  }

  #lookForLife(record: LogRecord, { learningRate }: Signals): void {
    const { step } = record;
    const evalLoss = record.number(FIELD.eval_loss);
    if (record.isTraining) {
      if (hasFiniteNorm(record)) this.#prove('finite-norm', step);
      else if (this.#isPlausible(record)) this.#prove('plausible-loss', step);
      else if (learningRate.skippedNow > 0) this.#prove('learning-rate', step);
    } else if (Number.isFinite(evalLoss)) this.#prove('evaluation', step);
    if (this.isProved && (step ?? 0) - this.#lastBad > CALM_STEPS) this.#firstBad = null;
  }

  #isPlausible(record: LogRecord): boolean {
    const norm = record.number(FIELD.grad_norm);
    const loss = record.number(FIELD.loss);
    if (record.has(FIELD.grad_norm) && !Number.isFinite(norm)) return false;
    return loss !== 0 && Number.isFinite(loss) && !(Math.abs(loss) > PLAUSIBLE * this.#level);
  }

  #prove(reason: JudgementReason, step: number | null): void {
    this.isProved = true;
    if (this.#badInRow > 0) this.#recoveries++;
    this.#badInRow = 0;
    // the first proof is enough
    if (this.judgement?.weights !== 'intact' || PRESUMED.has(this.judgement.reason)) this.#hold('intact', reason, step);
  }

  #hold(weights: Judgement['weights'], reason: JudgementReason, step: number | null): void {
    const count = this.#badInRow;
    const held = this.judgement;
    if (held?.weights === weights && held.reason === reason && weights !== 'unknown') return;
    this.judgement = { weights, reason, step, count };
  }
}

/** Whether steps with gradients that are not finite are skipped; null when that is not known. */
function skipsBadSteps({ context }: RunFacts): boolean | null {
  if (context.trainer === 'llamafactory-v1') return true;
  return context.loss_scaler ?? null;
}

/**
 * Whether a bad record says anything of the weights. Where losses that are not finite are not filtered, the logged sum
 * stays NaN for the rest of the process, whatever becomes of the training.
 */
function tells(record: LogRecord, run: RunFacts): boolean {
  if (record.has(FIELD.grad_norm) || !record.has(FIELD.loss)) return true;
  return !Number.isNaN(record.number(FIELD.loss)) || skipsBadSteps(run) === false;
}

function hasFiniteNorm(record: LogRecord): boolean {
  const norm = record.number(FIELD.grad_norm);
  return norm > 0 && norm < Number.POSITIVE_INFINITY && !(isNormSentinel(norm) && record.number(FIELD.loss) === 0);
}
