import { configRisk } from './config-risk.ts';
import type { DetectorKind } from './detector.ts';
import { endedEarly } from './ended-early.ts';
import { evalRising } from './eval-rising.ts';
import { gradExploding } from './grad-exploding.ts';
import { gradNonfinite } from './grad-nonfinite.ts';
import { gradVanishing } from './grad-vanishing.ts';
import { lossDiverging } from './loss-diverging.ts';
import { lossMasked } from './loss-masked.ts';
import { lossNonfinite } from './loss-nonfinite.ts';
import { lossPlateau } from './loss-plateau.ts';
import { lossSpike } from './loss-spike.ts';
import { lossZero } from './loss-zero.ts';
import { restarted } from './restarted.ts';
import { rewardCollapsed } from './reward-collapsed.ts';
import { stall } from './stall.ts';
import { stepsSkipped } from './steps-skipped.ts';
import { throughputDropped } from './throughput-dropped.ts';
import { weightsLost } from './weights-lost.ts';

/** Every detector, by the name that it has in the configuration; in the order in which alerts are listed. */
export const DETECTORS: Readonly<Record<string, DetectorKind>> = {
  'loss-nonfinite': lossNonfinite,
  'grad-nonfinite': gradNonfinite,
  'loss-zero': lossZero,
  'loss-masked': lossMasked,
  'steps-skipped': stepsSkipped,
  'weights-lost': weightsLost,
  'loss-spike': lossSpike,
  'loss-diverging': lossDiverging,
  'grad-exploding': gradExploding,
  'grad-vanishing': gradVanishing,
  'loss-plateau': lossPlateau,
  'eval-rising': evalRising,
  'reward-collapsed': rewardCollapsed,
  'throughput-dropped': throughputDropped,
  stall,
  'ended-early': endedEarly,
  restarted,
  'config-risk': configRisk,
};
