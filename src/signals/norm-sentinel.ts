const SENTINELS = Float64Array.of(-1, 1, Math.SQRT2, Math.sqrt(3), 2);
const TOLERANCE = 1e-6;

/**
 * Whether a gradient norm is one of the numbers that DeepSpeed writes in the place of NaN: each group of parameters whose
 * norm is not finite counts as -1, and the root of the sum of squares is logged, so that one to four groups read 1,
 * 1.41421356, 1.7320508 or 2 exactly (DeepSpeed issues 5242, 5347).
 */
export function isNormSentinel(norm: number): boolean {
  for (let place = 0; place < SENTINELS.length; place++) {
    if (Math.abs(norm - (SENTINELS[place] as number)) <= TOLERANCE) return true;
  }
  return false;
}
