/** What part of a logging window was not finite. */
export interface MaskedPart {
  /** Micro-batches that were not finite, of {@link of}. */
  readonly bad: number;
  readonly of: number;
  /** Where they lay. */
  readonly place: 'end' | 'beginning' | 'one';
}

/** A ratio is explained by a pattern that gives it within this much. */
const TOLERANCE = 0.04;
/** Longer windows are not worked out. */
const MAX_MICRO_BATCHES = 1024;

/**
 * What Hugging Face's Trainer logs of a window with NaN losses, as a multiple of the true loss. `logging_nan_inf_filter`
 * leaves a NaN micro-batch out and adds `sum / (1 + j)` in its stead, j being the optimizer steps that were done in the
 * window; the logged loss is the sum over the steps (`Trainer._inner_training_loop`).
 *
 * @param steps optimizer steps of the window (`logging_steps`)
 * @param perStep micro-batches of a step (`gradient_accumulation_steps`)
 * @param isBad whether micro-batch n, from 0, is not finite
 */
export function maskedRatio(steps: number, perStep: number, isBad: (batch: number) => boolean): number {
  let sum = 0;
  for (let batch = 0; batch < steps * perStep; batch++) {
    sum += isBad(batch) ? sum / (1 + Math.floor(batch / perStep)) : 1 / perStep;
  }
  return sum / steps;
}

/**
 * The simplest part of a window that explains `ratio`, the logged loss over the expected one: one micro-batch, all from
 * some place on, or all up to some place. Null when none of these does.
 */
export function maskedPart(ratio: number, steps: number, perStep: number): MaskedPart | null {
  const of = steps * perStep;
  if (!(of > 1) || of > MAX_MICRO_BATCHES) return null;
  const fits = (isBad: (batch: number) => boolean) =>
    Math.abs(maskedRatio(steps, perStep, isBad) - ratio) <= TOLERANCE * ratio;
  for (let at = 0; at < of; at++) if (fits((batch) => batch === at)) return { bad: 1, of, place: 'one' };
  for (let bad = 2; bad < of; bad++) {
    if (fits((batch) => batch >= of - bad)) return { bad, of, place: 'end' };
    if (fits((batch) => batch < bad)) return { bad, of, place: 'beginning' };
  }
  return null;
}
