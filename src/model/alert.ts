/** Alerts by name, in the order in which they are listed everywhere. */
export const ALERTS = [
  'TrainerLossNonFinite',
  'TrainerGradNonFinite',
  'TrainerLossZero',
  'TrainerLossMasked',
  'TrainerStepsSkipped',
  'TrainerWeightsLost',
  'TrainerLossSpike',
  'TrainerLossDiverging',
  'TrainerGradExploding',
  'TrainerGradVanishing',
  'TrainerLossPlateau',
  'TrainerEvalLossRising',
  'TrainerRewardCollapsed',
  'TrainerThroughputDropped',
  'TrainerStalled',
  'TrainerFailed',
  'TrainerRestarted',
  'TrainerConfigRisk',
] as const;

export type AlertName = (typeof ALERTS)[number];

/** From the least to the most severe. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Whether `severity` is at least `floor`. */
export function isAtLeast(severity: Severity, floor: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(floor);
}

/** Alerts that NaN is behind: for these it matters whether the weights are still good. */
const ABOUT_WEIGHTS: ReadonlySet<AlertName> = new Set<AlertName>([
  'TrainerLossNonFinite',
  'TrainerGradNonFinite',
  'TrainerLossZero',
  'TrainerLossMasked',
  'TrainerStepsSkipped',
  'TrainerWeightsLost',
]);

/** Whether an alert asks how it stands with the weights. */
export function isAboutWeights(alertname: AlertName): boolean {
  return ABOUT_WEIGHTS.has(alertname);
}
