/** Powers of ten that a double holds exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
export const MAX_POWER = 22;

/** Veltkamp's constant: splits a double into two halves of 26 bits. */
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
 * @param parts `high`, the first digits, exact: below 2 ** 53; `low`, the other digits, `shift` of them, at most 4. In an
 *   array: doubles that are handed to a function become objects, one for each
 * @returns NaN when it is too close to call or out of reach; the text must then be parsed
 */
export function nearestDouble(parts: Float64Array, shift: number, exponent: number): number {
  const high = parts[0] as number;
  const low = parts[1] as number;
  if (exponent < -MAX_POWER || exponent > MAX_POWER) return high === 0 && low === 0 ? 0 : Number.NaN;
  const power = POWERS_OF_TEN[exponent < 0 ? -exponent : exponent] as number;
  if (shift === 0) return exponent < 0 ? high / power : high * power;

  // mantissa = sum + rest, exactly
  const scale = POWERS_OF_TEN[shift] as number;
  const product = high * scale;
  const sum = product + low;
  const rest = productError(high, scale, product) + (low - (sum - product));
  if (exponent >= 0) return exponent === 0 ? certain(sum, rest) : Number.NaN;
  const quotient = sum / power;
  const back = quotient * power;
  return certain(quotient, (sum - back - productError(quotient, power, back) + rest) / power);
}

/** `value + rest` as a double, or NaN when a slightly other `rest` would round to another one. */
function certain(value: number, rest: number): number {
  const nearest = value + rest * (1 - DOUBT);
  return nearest === value + rest * (1 + DOUBT) ? nearest : Number.NaN;
}

/** What `product`, the rounded product of `a` and `b`, lacks. Exact. */
function productError(a: number, b: number, product: number): number {
  const a1 = SPLIT * a;
  const aHigh = a1 - (a1 - a);
  const aLow = a - aHigh;
  const b1 = SPLIT * b;
  const bHigh = b1 - (b1 - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
