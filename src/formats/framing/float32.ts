/** Powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
/** Decimals of as many digits keep their value in a float32; nine tell any two float32 apart. */
const FEWEST_DIGITS = 6;
const MOST_DIGITS = 9;

/**
 * The double that a float32 stands for: the decimal of the fewest digits, six or more, that rounds to it.
 *
 * What was logged was a double, often one of few digits: a learning rate of 5e-05, a loss rounded to four places. Its
 * float32 widened bit by bit reads 4.999999873689376e-05, which neither equals the configuration's rate nor the same
 * step's value in another log; the shortest decimal gives back every number that was written with six digits or less
 * (FLT_DIG), and is no farther from any other one than the float32's own precision. Whole numbers stay as they are.
 *
 * @param value a float32 widened to a double
 */
export function doubleOfFloat32(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  for (let digits = FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
    const power = digits - 1 - exponent;
    // a whole number divided by an exact power of ten is rounded once, as a parsed decimal is
    const nearest =
      power >= 0 && power < POWERS_OF_TEN.length
        ? Math.round(value * (POWERS_OF_TEN[power] as number)) / (POWERS_OF_TEN[power] as number)
        : Number(value.toPrecision(digits));
    if (Math.fround(nearest) === value) return nearest;
  }
  return Number(value.toPrecision(MOST_DIGITS));
}
