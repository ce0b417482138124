/** Relative precision of a number that was written with four digits. */
const FOUR_DIGITS = 5e-4;
const HALF_A_HUNDREDTH = 0.005;

/**
 * The step at which an epoch was logged, as far as it can be told: epochs are written with two decimals or four digits,
 * which leaves several steps to choose from when an epoch is long. Of these the multiple of `stride` is taken, else the
 * roundest, since people log every 10 or 100 steps.
 */
export function stepOfEpoch(epoch: number, stepsPerEpoch: number, stride: number): number {
  const exact = epoch * stepsPerEpoch;
  const isShort = Math.abs(Math.round(epoch * 100) - epoch * 100) < 1e-9;
  // a batch less at the end of an epoch, or a step more for its rest
  const slack = (isShort ? HALF_A_HUNDREDTH * stepsPerEpoch : FOUR_DIGITS * exact) + epoch;
  const low = Math.max(1, exact - slack);
  const high = Math.max(low, exact + slack);
  const nearest = Math.round(exact / stride) * stride;
  if (stride > 1 && nearest >= low && nearest <= high) return nearest;
  if (Math.floor(high) <= Math.ceil(low)) return Math.max(1, Math.round(exact));
  return roundest(Math.ceil(low), Math.floor(high), exact);
}

/** The multiple of the largest round number between `low` and `high` that is nearest to `exact`. */
function roundest(low: number, high: number, exact: number): number {
  for (let unit = 10 ** Math.floor(Math.log10(high)); unit >= 1; unit /= 10) {
    for (const step of unit > 1 ? [unit, unit / 2] : [1]) {
      const nearest =
        Math.min(Math.max(Math.round(exact / step), Math.ceil(low / step)), Math.floor(high / step)) * step;
      if (nearest >= low && nearest <= high) return nearest;
    }
  }
  return Math.round(exact);
}
