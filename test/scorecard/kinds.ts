import { ALERTS } from '../../src/model/alert.ts';

/** What the alert of each kind of trouble is called. Of a restart the count of attempts tells, so that none is needed. */
const ALERT_OF = {
  nonfinite_loss: 'TrainerLossNonFinite',
  nonfinite_grad: 'TrainerGradNonFinite',
  zero_loss: 'TrainerLossZero',
  masked_nan: 'TrainerLossMasked',
  skipped_steps: 'TrainerStepsSkipped',
  weights_lost: 'TrainerWeightsLost',
  loss_spike: 'TrainerLossSpike',
  divergence: 'TrainerLossDiverging',
  eval_rising: 'TrainerEvalLossRising',
  grad_exploding: 'TrainerGradExploding',
  grad_vanishing: 'TrainerGradVanishing',
  reward_collapse: 'TrainerRewardCollapsed',
  ended_early: 'TrainerFailed',
  restart: 'TrainerRestarted',
} as const;

/** Kinds of trouble in the words of the scorecard. */
export type Kind = keyof typeof ALERT_OF;

export const KINDS = Object.keys(ALERT_OF) as readonly Kind[];

/** Labels have several words for one kind. */
const SAME: Readonly<Record<string, Kind>> = {
  nan_loss: 'nonfinite_loss',
  eval_nan: 'nonfinite_loss',
  nan_grad: 'nonfinite_grad',
  inf_grad: 'nonfinite_grad',
  nan_grad_norm: 'nonfinite_grad',
  // its labels tell of overfitting: the evaluation loss rises while the training loss falls
  eval_divergence: 'eval_rising',
  grad_spike: 'grad_exploding',
  grad_explosion: 'grad_exploding',
  zero_reward_std: 'reward_collapse',
  interrupted: 'ended_early',
  crashed: 'ended_early',
  aborted: 'ended_early',
  resumed: 'restart',
  restarted: 'restart',
};

/** Faces of one trouble: where one is labelled, the alert of another speaks of the same. */
export const NONFINITE: ReadonlySet<string> = new Set<Kind>([
  'nonfinite_loss',
  'nonfinite_grad',
  'zero_loss',
  'masked_nan',
  'skipped_steps',
  'weights_lost',
]);

/** What else may fairly be said where these are labelled. */
const ALSO_FAIR: Readonly<Partial<Record<string, readonly Kind[]>>> = {
  // what the hidden NaN left of the loss looks like a bad batch
  masked_nan: ['loss_spike'],
  // one that rises while the labelled one does
  eval_rising: ['divergence'],
  loss_spike: ['grad_exploding'],
  grad_exploding: ['loss_spike'],
  // the labels say so: whatever is said about the loss or the norm of such a run is fair
  divergence: ['loss_spike', 'grad_exploding', 'grad_vanishing', 'eval_rising'],
  // in reinforcement learning rewards that are always the same, which leave no gradient
  zero_loss: ['reward_collapse', 'grad_vanishing'],
};

/** Kinds whose bad records can be told one by one, so that first step, last step and count must be right. */
const EXACT: ReadonlySet<string> = new Set<Kind>(['nonfinite_loss', 'nonfinite_grad', 'zero_loss', 'ended_early']);

/** @returns the word itself when it is no kind that has an alert */
export function kindNamed(word: string): Kind | string {
  return KINDS.find((kind) => ALERT_OF[kind] === word) ?? SAME[word] ?? word;
}

/** Whether anything looks for this kind today. */
export function isFound(kind: string): boolean {
  const alert = ALERT_OF[kind as Kind];
  return kind === 'restart' || (ALERTS as readonly string[]).includes(alert);
}

export function isExact(kind: string): boolean {
  return EXACT.has(kind);
}

/** Whether an alert of kind `said` speaks of the trouble of kind `labelled`, though it is called otherwise. */
export function isSameTrouble(labelled: string, said: string): boolean {
  return (NONFINITE.has(labelled) && NONFINITE.has(said)) || (ALSO_FAIR[labelled] ?? []).some((kind) => kind === said);
}
