/** Powers of ten that a double holds exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
export const MAX_POWER = 22;

/** Veltkamp's constant: splits a double into two halves of 26 bits, whose products are exact (Dekker). */
const SPLIT = 2 ** 27 + 1;
/** Far more than the rounding errors below can add up to, far less than half a unit in the last place. */
const DOUBT = 2 ** -40;

/**
 * The double nearest to `(high * 10 ** shift + low) * 10 ** exponent`: what `Number` makes of such a decimal.
 *
 * Powers of ten up to 22 are exact in a double, so one division or multiplication of an exact mantissa rounds once and
 * is right (Clinger, "How to read floating point numbers accurately", 1990). A longer mantissa, which is what Python
 * writes more often than not, is carried in two doubles (Dekker 1971), and the answer is given only when the part that
 * was left over cannot tip the rounding.
 *
 * @param high first digits, exact: below 2 ** 53
 * @param low the other digits, `shift` of them, at most 4
 * @returns NaN when it is too close to call or out of reach; the text must then be parsed
 */
export function nearestDouble(high: number, low: number, shift: number, exponent: number): number {
  if (exponent < -MAX_POWER || exponent > MAX_POWER) return high === 0 && low === 0 ? 0 : Number.NaN;
  const power = POWERS_OF_TEN[exponent < 0 ? -exponent : exponent] as number;
  if (shift === 0) return exponent < 0 ? high / power : high * power;

  // mantissa = sum + rest, exactly; written out, since every call on the way would make objects of its numbers
  const scale = POWERS_OF_TEN[shift] as number;
  const product = high * scale;
  const highBig = SPLIT * high;
  const high1 = highBig - (highBig - high);
  const high2 = high - high1;
  const scaleBig = SPLIT * scale;
  const scale1 = scaleBig - (scaleBig - scale);
  const scale2 = scale - scale1;
  const productRest = high2 * scale2 - (product - high1 * scale1 - high2 * scale1 - high1 * scale2);
  const sum = product + low;
  const rest = productRest + (low - (sum - product));
  if (exponent > 0) return Number.NaN;

  // mantissa / power = quotient + quotientRest, nearly; with a power of 1 the quotient is the sum
  const quotient = sum / power;
  const back = quotient * power;
  const quotientBig = SPLIT * quotient;
  const quotient1 = quotientBig - (quotientBig - quotient);
  const quotient2 = quotient - quotient1;
  const powerBig = SPLIT * power;
  const power1 = powerBig - (powerBig - power);
  const power2 = power - power1;
  const backRest = quotient2 * power2 - (back - quotient1 * power1 - quotient2 * power1 - quotient1 * power2);
  const quotientRest = (sum - back - backRest + rest) / power;
  const nearest = quotient + quotientRest * (1 - DOUBT);
  return nearest === quotient + quotientRest * (1 + DOUBT) ? nearest : Number.NaN;
}
