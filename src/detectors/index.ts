import type { DetectorKind } from './detector.ts';
import { endedEarly } from './ended-early.ts';
import { gradNonfinite } from './grad-nonfinite.ts';
import { lossNonfinite } from './loss-nonfinite.ts';
import { lossZero } from './loss-zero.ts';
import { stall } from './stall.ts';

/** Every detector, by the name that it has in the configuration; in the order in which alerts are listed. */
export const DETECTORS: Readonly<Record<string, DetectorKind>> = {
  'loss-nonfinite': lossNonfinite,
  'grad-nonfinite': gradNonfinite,
  'loss-zero': lossZero,
  stall,
  'ended-early': endedEarly,
};
