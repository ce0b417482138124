import type { Judgement, JudgementReason } from '../../model/judgement.ts';
import type { Language } from '../language.ts';

/** At a step that is known, else nothing. */
function at({ step }: Judgement): string {
  return step === null ? '' : ` at step ${step}`;
}

function records(count: number): string {
  return count === 1 ? '1 bad record' : `${count} bad records in a row`;
}

const REASON: Readonly<Record<JudgementReason, (judgement: Judgement, precision: string | null) => string>> = {
  'finite-norm': (judgement) => `intact. The gradient norm${at(judgement)} is finite, which lost weights cannot give.`,
  'plausible-loss': (judgement) =>
    `intact. The loss${at(judgement)} is back where it was, which lost weights cannot give.`,
  evaluation: (judgement) => `intact. The evaluation loss${at(judgement)} is finite, which lost weights cannot give.`,
  'learning-rate': (judgement) =>
    `intact. The learning rate${at(judgement)} stood still, so the step was skipped and nothing was applied.`,
  'step-skipped': (judgement) =>
    `intact. The trainer says${at(judgement)} that it skipped the step, so nothing was applied.`,
  scaler: (judgement) =>
    `probably intact. This training skips steps with such gradients; nothing finite has come since to prove it (${records(judgement.count)}).`,
  recovered: ({ count }) =>
    `probably intact. The same trouble has come and gone before in this run (now: ${records(count)}).`,
  'no-scaler': (judgement, precision) =>
    `lost. ${precision ?? 'This precision'} has no loss scaler that would skip a step with NaN gradients, and the record after it${judgement.step === null ? '' : ` (step ${judgement.step})`} is bad too.`,
  exploded: (judgement) =>
    `most likely lost. The loss had exploded before, and nothing finite has come since (${records(judgement.count)}${at(judgement)}).`,
  'evaluation-nan': (judgement) =>
    `most likely lost. The evaluation${at(judgement)} gives nothing finite either, and it has other data (${records(judgement.count)}).`,
  end: ({ count }) => `most likely lost. ${records(count)} up to the end of the run, and no sign of life.`,
  long: (judgement) => `lost. ${records(judgement.count)} and no sign of life${at(judgement)}.`,
  waiting: ({ count }) => {
    if (count === 0) return 'unknown yet. Nothing has come since that tells.';
    const sofar = `unknown yet. ${records(count)} and no sign of life:`;
    return count < 3
      ? `${sofar} too few to tell. A finite gradient norm or evaluation loss would prove them intact.`
      : `${sofar} suspicious; 20 would be certainty.`;
  },
};

/** The verdict on the weights with its evidence. */
export const weightsEn: Language['weights'] = (judgement, { precision, withdrawn }) => {
  const verdict = REASON[judgement.reason](judgement, precision);
  if (!withdrawn) return verdict;
  return judgement.weights === 'lost'
    ? 'no longer held to be lost. That verdict was withdrawn: a sign of life came, or a new attempt began.'
    : `not lost, that verdict was withdrawn: ${verdict}`;
};
