import type { DetectorKind } from './detector.ts';
import { endedEarly } from './ended-early.ts';
import { gradNonfinite } from './grad-nonfinite.ts';
import { lossDiverging } from './loss-diverging.ts';
import { lossMasked } from './loss-masked.ts';
import { lossNonfinite } from './loss-nonfinite.ts';
import { lossSpike } from './loss-spike.ts';
import { lossZero } from './loss-zero.ts';
import { stall } from './stall.ts';
import { stepsSkipped } from './steps-skipped.ts';
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
  stall,
  'ended-early': endedEarly,
};
