import type { AlertName } from '../../src/model/alert.ts';

/** Kinds of trouble that something finds today, in the words of the scorecard. */
export const KINDS = ['nonfinite_loss', 'nonfinite_grad', 'zero_loss', 'ended_early', 'restart'] as const;

export type Kind = (typeof KINDS)[number];

/** What the alert of a kind is called. A restart is no alert: the count of attempts tells it. */
const ALERT_OF: Readonly<Record<Kind, AlertName | null>> = {
  nonfinite_loss: 'TrainerLossNonFinite',
  nonfinite_grad: 'TrainerGradNonFinite',
  zero_loss: 'TrainerLossZero',
  ended_early: 'TrainerFailed',
  restart: null,
};

/** Labels have several words for one kind. */
const SAME: Readonly<Record<string, Kind>> = {
  nan_loss: 'nonfinite_loss',
  eval_nan: 'nonfinite_loss',
  nan_grad: 'nonfinite_grad',
  inf_grad: 'nonfinite_grad',
  nan_grad_norm: 'nonfinite_grad',
  interrupted: 'ended_early',
  crashed: 'ended_early',
  aborted: 'ended_early',
  resumed: 'restart',
  restarted: 'restart',
};

/** @returns the word itself when nothing finds that kind yet */
export function kindNamed(word: string): Kind | string {
  const alert = KINDS.find((kind) => ALERT_OF[kind] === word);
  return alert ?? SAME[word] ?? word;
}

export function isFound(kind: string): kind is Kind {
  return (KINDS as readonly string[]).includes(kind);
}
