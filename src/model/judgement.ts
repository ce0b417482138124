/**
 * Why the weights are held to be what they are; the strongest evidence that there is.
 *
 * - `finite-norm`, `plausible-loss`, `evaluation`: something finite came after the trouble, which lost weights cannot give
 * - `learning-rate`: the scheduler did not advance, so the steps were skipped
 * - `step-skipped`: the trainer said that it skipped the step
 * - `scaler`: the precision has a loss scaler, or the trainer a check, which skips such steps
 * - `recovered`: the same trouble has come and gone before
 * - `no-scaler`: nothing skips such a step in this precision, and what came after it is bad too
 * - `exploded`: the loss exploded before, and nothing finite has come since
 * - `evaluation-nan`: the evaluation, which has other data, gives nothing finite either
 * - `end`: nothing finite has come up to the end of the run
 * - `long`: nothing finite has come for {@link Judgement.count} records
 * - `waiting`: too few records since
 */
export type JudgementReason =
  | 'finite-norm'
  | 'plausible-loss'
  | 'evaluation'
  | 'learning-rate'
  | 'step-skipped'
  | 'scaler'
  | 'recovered'
  | 'no-scaler'
  | 'exploded'
  | 'evaluation-nan'
  | 'end'
  | 'long'
  | 'waiting';

/** Whether the weights are still good, and what says so. */
export interface Judgement {
  readonly weights: 'intact' | 'lost' | 'unknown';
  readonly reason: JudgementReason;
  /** Logged step of the evidence. */
  readonly step: number | null;
  /** Bad records in a row at that step. */
  readonly count: number;
}
